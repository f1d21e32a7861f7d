"""The form that makes a key or a login, and what is made like another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apikeys_cli.errors import UnreachableError
from tests.unit.apikeys_cli.doubles import LostError

if TYPE_CHECKING:
    from tests.in_process import InProcess
    from tests.unit.apikeys_cli.console.browser import Browser, Page

_SESSION = {
    "session.login": "mega",
    "session.environment": "Production",
    "session.repository": "Main",
    "session.profile": "Application Architect",
    "session.sessionMode": "SINGLE",
    "session.connectionMode": "READ_ONLY",
}


def _issue(function: InProcess, **fields: Any) -> dict[str, Any]:
    answer = function.answer({"action": "issue", "client": "Acme", **fields})
    assert answer["status"] == 201, answer
    record: dict[str, Any] = answer["record"]
    return record


def _last(function: InProcess, action: str) -> dict[str, Any]:
    return next(r for r in reversed(function.requests) if r["action"] == action)


def _secret(page: Page) -> str:
    return page.html.partition('id="secret"')[2].partition(">")[2].partition("<")[0]


def test_the_form_of_hopex_makes_a_key(browser: Browser, function: InProcess) -> None:
    """Field by field, as its users know it."""
    page = browser.submit(
        browser.get("/new"),
        "/new",
        client="Portal",
        name="Nightly export",
        description="Exports the portfolio",
        expiry="date",
        expirationDate="2052-01-31",
        role="administrator",
        allowSession="yes",
        **_SESSION,
    )
    verified = function.answer({"action": "verify", "credential": _secret(page)})
    record = verified["record"]
    assert verified["decision"] == "allow"
    assert record["name"] == "Nightly export"
    assert record["description"] == "Exports the portfolio"
    assert record["expirationDate"] == "2052-01-31T23:59:59Z"
    assert record["roles"] == ["ADMINISTRATOR"]
    assert record["session"] == {
        name.removeprefix("session."): value for name, value in _SESSION.items()
    }


@pytest.mark.parametrize("password", ["", " correct horse battery "])
def test_the_form_makes_a_login(
    browser: Browser, function: InProcess, password: str
) -> None:
    """With a password that was given, spaces and all, or one that is shown once."""
    page = browser.submit(
        browser.get("/new"),
        "/new",
        kind="login",
        login="webservice",
        password=password,
        client="HOPEX",
        role="administrator",
    )
    assert password.strip() not in page.html or not password
    shown = password or _secret(page)
    asked = {"action": "verify", "login": "webservice", "credential": shown}
    assert function.answer(asked)["decision"] == "allow"
    assert "webservice" in page.text
    assert "unconfirmed" not in function.answer({"action": "list"})


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"client": ""}, "client", "is missing"),
        ({"kind": "login", "login": "-"}, "login", ""),
        ({"kind": "login", "login": "olga", "password": "short"}, "password", "12"),
        ({"expiry": "days", "lifetimeDays": "0"}, "lifetimeDays", ""),
        ({"expiry": "days", "lifetimeDays": "-1"}, "lifetimeDays", ""),
        ({"expiry": "date", "expirationDate": "soon"}, "expirationDate", ""),
        ({"expiry": "date", "expirationDate": ""}, "expirationDate", ""),
        ({"usagePlanId": "!"}, "usagePlanId", ""),
        ({"roles": ["NOBODY"]}, "roles", "NOBODY"),
        ({"allowedCidrs": "10.0.0.1/8"}, "allowedCidrs", "host bits"),
    ],
)
def test_each_message_is_next_to_its_field(
    browser: Browser, function: InProcess, typed: dict[str, Any], field: str, said: str
) -> None:
    """From the function's answer; nothing was made, and a password is not shown."""
    given = {"client": "Acme", "name": "kept", **typed}
    page = browser.submit(browser.get("/new"), "/new", **given)
    assert page.status == 400
    message = page.html.partition(f'id="error-{field}">')[2].partition("<")[0]
    assert message
    assert said in message
    # Above the form, too: a field that the form has not would else say nothing.
    alert = page.html.partition('role="alert">')[2].partition("</p>")[0]
    assert message in alert
    assert field in alert
    assert 'value="kept"' in page.html
    assert "short" not in page.html or field != "password"
    assert function.answer({"action": "list"})["records"] == []


def test_a_session_without_its_parts_is_refused(
    browser: Browser, function: InProcess
) -> None:
    """The parts are named."""
    page = browser.submit(
        browser.get("/new"),
        "/new",
        client="Acme",
        allowSession="yes",
        **{"session.environment": "Production"},
    )
    message = page.html.partition('id="error-session">')[2].partition("<")[0]
    assert "repository" in message
    assert "profile" in message
    assert function.answer({"action": "list"})["records"] == []


def test_values_in_use_are_offered(browser: Browser, function: InProcess) -> None:
    """Those of the records that the console has shown."""
    session = {"environment": "Production", "repository": "Main", "profile": "P"}
    _issue(function, client="Portal", session=session)
    browser.get("/keys")
    page = browser.get("/new")
    for value in ("Portal", "Production", "Main"):
        assert f'<option value="{value}">' in page.html


@pytest.mark.parametrize("login", [None, "webservice"])
def test_a_clone_is_like_its_model(
    browser: Browser, function: InProcess, login: str | None
) -> None:
    """All of the form is filled in; what is emptied is not taken over."""
    session = {"environment": "Production", "repository": "Main", "profile": "P"}
    kind = {} if login is None else {"login": login}
    about = {"name": "a", "description": "b", "allowedCidrs": ["203.0.113.0/24"]}
    model = _issue(function, roles=["READER"], session=session, **about, **kind)
    name = f"keyId:{model['keyId']}" if login is None else f"login:{login}"
    page = browser.get("/new", like=name)
    typed = {"name": "", "allowedCidrs": ""} | (
        {} if login is None else {"login": "another"}
    )
    shown = browser.submit(page, "/new", **typed)
    assert shown.status == 200, shown.text
    assert _last(function, "clone")["requestToken"]
    made = next(
        record
        for record in function.answer({"action": "list"})["records"]
        if record["version"] != model["version"]
    )
    assert "name" not in made
    assert "allowedCidrs" not in made
    for field in ("description", "roles", "session", "client"):
        assert made[field] == model[field]


def test_a_clone_without_roles_has_none(browser: Browser, function: InProcess) -> None:
    """Though its model has some."""
    model = _issue(function, roles=["READER"])
    page = browser.get("/new", like=f"keyId:{model['keyId']}")
    browser.submit(page, "/new", role="custom", roles=[])
    assert _last(function, "clone")["roles"] == []


@pytest.mark.parametrize("login", [None, "webservice"])
def test_a_rotation_shows_what_is_new_once(
    browser: Browser, function: InProcess, login: str | None
) -> None:
    """And until when the old one works."""
    kind = {} if login is None else {"login": login}
    record = _issue(function, **kind)
    path = f"/key/{record['keyId']}" if login is None else f"/login/{login}"
    shown = browser.submit(browser.get(path), "/rotate", overlapSeconds="3600")
    assert "The old one works until" in shown.text
    asked = {"action": "verify", "credential": _secret(shown), **kind}
    assert function.answer(asked)["record"]["client"] == "Acme"
    assert _last(function, "rotate")["overlapSeconds"] == 3600


def test_a_rotation_that_is_refused_says_why(
    browser: Browser, function: InProcess
) -> None:
    """It was rotated before."""
    record = _issue(function)
    page = browser.get(f"/key/{record['keyId']}")
    function.answer({"action": "rotate", "keyId": record["keyId"]})
    refused = browser.submit(page, "/rotate", overlapSeconds="x")
    assert refused.status == 400
    again = browser.submit(
        browser.get(f"/key/{record['keyId']}"), "/rotate", overlapSeconds="0"
    )
    assert "rotated already" in again.text


def test_a_lost_rotation_may_be_sent_again(
    browser: Browser, function: InProcess
) -> None:
    """The same token: one sister."""
    record = _issue(function)
    lost = iter([True])

    def fault(request: dict[str, Any], _answer: dict[str, Any]) -> None:
        if request["action"] == "rotate" and next(lost, False):
            raise LostError("gone")

    function.fault = fault
    page = browser.submit(browser.get(f"/key/{record['keyId']}"), "/rotate")
    assert page.status == 502
    assert browser.submit(page, "").status == 200
    assert len(function.answer({"action": "list"})["records"]) == 2


def test_a_given_password_is_asked_for_again(
    browser: Browser, function: InProcess
) -> None:
    """It is in no answer, not even in one that asks to send the form again."""
    lost = iter([True])

    def fault(request: dict[str, Any], _answer: dict[str, Any]) -> None:
        if request["action"] == "issue" and next(lost, False):
            raise LostError("gone")

    function.fault = fault
    password = "correct horse battery"
    page = browser.submit(
        browser.get("/new"),
        "/new",
        kind="login",
        login="olga",
        password=password,
        client="A",
    )
    assert password not in page.html
    assert browser.submit(page, "", password=password).status == 200
    asked = {"action": "verify", "login": "olga", "credential": password}
    assert function.answer(asked)["record"]["login"] == "olga"


def test_what_cannot_be_reached_made_nothing(
    browser: Browser, function: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the page says so."""
    page = browser.get("/new")

    answered = function.answer

    def gone(request: dict[str, Any]) -> Any:
        if request["action"] == "issue":
            raise UnreachableError("no network")
        return answered(request)

    with monkeypatch.context() as patched:
        patched.setattr(browser.console.function, "_transport", gone)
        answer = browser.post(page, "/new", client="Acme")
        assert answer.status_code == 502
        assert "no network" in answer.text
        assert "Nothing was created" in answer.text
    assert function.answer({"action": "list"})["records"] == []


def test_a_view_that_never_was_is_not_found(browser: Browser) -> None:
    """Nobody learns from it what was."""
    assert browser.get("/issued/no-such-view").status == 404
