"""The page of one record, and what is done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.in_process import InProcess
    from tests.unit.apikeys_cli.console.browser import Browser

_SESSION = {"environment": "Production", "repository": "Main", "profile": "Architect"}


def _issue(function: InProcess, **fields: Any) -> dict[str, Any]:
    answer = function.answer({"action": "issue", "client": "Acme", **fields})
    assert answer["status"] == 201, answer
    record: dict[str, Any] = answer["record"]
    return record


def _get(function: InProcess, record: dict[str, Any]) -> dict[str, Any]:
    field = "keyId" if "keyId" in record else "login"
    answer = function.answer({"action": "get", field: record[field]})
    found: dict[str, Any] = answer["record"]
    return found


def _updated(function: InProcess) -> dict[str, Any]:
    return next(r for r in reversed(function.requests) if r["action"] == "update")


def _path(record: dict[str, Any]) -> str:
    if "keyId" in record:
        return f"/key/{record['keyId']}"
    return f"/login/{record['login']}"


def test_a_record_says_what_it_holds_and_opens(
    browser: Browser, function: InProcess
) -> None:
    """Every field, and the routes of its roles; a read-only session opens less."""
    record = _issue(
        function,
        name="Nightly",
        description="For Olga",
        roles=["READER", "WRITER"],
        session=_SESSION | {"connectionMode": "READ_ONLY"},
    )
    text = " ".join(browser.get(_path(record)).text.split())
    for said in (
        "Nightly",
        "For Olga",
        "READER WRITER",
        "Environment: Production",
        "Connection mode: Read only",
    ):
        assert said in text
    assert "opens GET /reports/*" in text
    assert "opens POST /reports" not in text


@pytest.mark.parametrize(
    ("roles", "said"),
    [([], "every call is answered 403"), (["ADMINISTRATOR"], "opens * /*")],
)
def test_what_a_record_opens(
    browser: Browser, function: InProcess, roles: list[str], said: str
) -> None:
    """Nothing, or everything."""
    record = _issue(function, roles=roles)
    assert said in " ".join(browser.get(_path(record)).text.split())


def test_what_a_record_opens_is_said_for_each_api(
    browser: Browser, function: InProcess
) -> None:
    """One with a map of its own may open what nothing else does."""
    role_map = {
        "roles": {"READER": {"allow": ["GET /reports/*"]}},
        "apis": {
            "abc": {"unmapped": "any-key", "roles": {}},
            "abc/prod": {"roles": {"GUEST": {"allow": ["GET /v2"]}}},
        },
    }
    function.answer({"action": "roles.put", "roleMap": role_map})
    record = _issue(function, roles=["GUEST"])
    text = " ".join(browser.get(_path(record)).text.split())
    assert "At every other API Nothing: every call is answered 403." in text
    assert "At abc Every route that no role names." in text
    assert "At abc/prod opens GET /v2" in text


def test_without_a_role_map_the_page_says_so(
    browser: Browser, function: InProcess, account: Any
) -> None:
    """In place of the routes."""
    record = _issue(function)
    account.delete_secret(SecretId="APIROLES", ForceDeleteWithoutRecovery=True)
    page = browser.get(_path(record))
    assert page.status == 200
    assert "role map" in page.text


def test_a_record_that_is_not_there_is_refused_in_words(browser: Browser) -> None:
    """By the function's."""
    page = browser.get("/key/AAAAAAAAAAAAAAAA")
    assert page.status == 400
    assert "no key has this id" in page.text


@pytest.mark.parametrize("login", [None, "olga"])
def test_a_life_is_led_from_the_page(
    browser: Browser, function: InProcess, login: str | None
) -> None:
    """Disable, enable, revoke, restore: each by its button, and the state in words."""
    record = _issue(function, **({} if login is None else {"login": login}))
    path, name = _path(record), login or record["keyId"]
    page = browser.submit(browser.get(path), "/disable")
    assert "Disabled. In force everywhere within 5 s." in " ".join(page.text.split())
    assert "refused until it is enabled" in page.text
    page = browser.submit(page, "/enable")
    assert _get(function, record)["state"] == "active"
    page = browser.submit(page, "/revoke", typed=name)
    assert "can be restored until" in page.text
    assert "opens nothing" in page.text
    assert not any(form.action.endswith("/rotate") for form in page.forms)
    browser.submit(page, "/restore")
    assert _get(function, record)["state"] == "active"


@pytest.mark.parametrize("typed", ["", "yes", "AAAAAAAAAAAAAAAA"])
def test_a_key_is_revoked_only_by_its_id(
    browser: Browser, function: InProcess, typed: str
) -> None:
    """Typed by the person who means it; spaces around a pasted one are no matter."""
    record = _issue(function)
    page = browser.submit(browser.get(_path(record)), "/revoke", typed=typed)
    assert page.status == 400
    assert f"type {record['keyId']} to revoke it" in page.text
    assert _get(function, record)["state"] == "active"
    browser.submit(page, "/revoke", typed=f" {record['keyId']} ")
    assert _get(function, record)["state"] == "revoked"


def test_a_refused_change_is_said_on_the_page(
    browser: Browser, function: InProcess
) -> None:
    """It was restored from another window meanwhile."""
    record = _issue(function)
    function.answer({"action": "revoke", "keyId": record["keyId"]})
    page = browser.get(_path(record))
    function.answer({"action": "restore", "keyId": record["keyId"]})
    refused = browser.submit(page, "/restore")
    assert refused.status == 400
    assert "not revoked" in refused.text


def test_an_edit_changes_what_was_changed(
    browser: Browser, function: InProcess
) -> None:
    """And sends nothing else; what is emptied is taken away."""
    record = _issue(
        function,
        name="Nightly",
        description="old",
        roles=["READER"],
        session=_SESSION,
        lifetimeDays=9,
    )
    page = browser.get(f"{_path(record)}/edit")
    browser.submit(
        page, "/edit", name="", description="new", roles=["WRITER", "READER"]
    )
    asked = _updated(function)
    assert asked == {
        "action": "update",
        "keyId": record["keyId"],
        "ifVersion": record["version"],
        "name": None,
        "description": "new",
        "roles": ["WRITER", "READER"],
    }
    found = _get(function, record)
    assert "name" not in found
    assert found["session"] == _SESSION
    assert found["expirationDate"] == record["expirationDate"]


def test_an_edit_takes_roles_and_session_away(
    browser: Browser, function: InProcess
) -> None:
    """No box ticked is no role."""
    record = _issue(function, roles=["ADMINISTRATOR"], session=_SESSION)
    page = browser.get(f"{_path(record)}/edit")
    browser.submit(page, "/edit", role="custom", roles=[], allowSession=[])
    found = _get(function, record)
    assert found["roles"] == []
    assert "session" not in found


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ({"expiry": "never"}, {"neverExpires": True}),
        ({"expiry": "days", "lifetimeDays": "30"}, {"lifetimeDays": 30}),
        (
            {"expiry": "date", "expirationDate": "2052-05-30"},
            {"expirationDate": "2052-05-30T23:59:59"},
        ),
    ],
)
def test_an_end_is_set(
    browser: Browser, function: InProcess, typed: dict[str, str], asked: dict[str, Any]
) -> None:
    """As the form for a new key has it."""
    record = _issue(function, login="olga")
    browser.submit(browser.get("/login/olga/edit"), "/edit", **typed)
    request = _updated(function)
    assert {k: v for k, v in request.items() if k in asked} == asked
    assert _get(function, record)["version"] != record["version"]


def test_networks_are_edited_a_line_each(browser: Browser, function: InProcess) -> None:
    """And taken away by an empty field: the key then works from anywhere."""
    record = _issue(function, allowedCidrs=["203.0.113.0/24"])
    path = f"{_path(record)}/edit"
    typed = "198.51.100.0/24\n2001:db8::/32"
    browser.submit(browser.get(path), "/edit", allowedCidrs=typed)
    assert _get(function, record)["allowedCidrs"] == typed.split("\n")
    browser.submit(browser.get(path), "/edit", allowedCidrs="")
    assert "allowedCidrs" not in _get(function, record)


def test_an_edit_of_nothing_asks_nothing(browser: Browser, function: InProcess) -> None:
    """It leads back."""
    record = _issue(function, roles=["READER"], session=_SESSION)
    page = browser.submit(browser.get(f"{_path(record)}/edit"), "/edit")
    assert page.path.endswith(_path(record))
    assert "update" not in [request["action"] for request in function.requests]


def test_a_bad_edit_is_refused_next_to_its_field(
    browser: Browser, function: InProcess
) -> None:
    """What was typed stays."""
    record = _issue(function)
    page = browser.submit(
        browser.get(f"{_path(record)}/edit"),
        "/edit",
        client="",
        name="kept",
        expiry="days",
        lifetimeDays="soon",
    )
    assert page.status == 400
    assert 'id="error-lifetimeDays"' in page.html
    assert 'value="kept"' in page.html


def test_an_edit_over_another_is_refused(browser: Browser, function: InProcess) -> None:
    """Somebody else was faster: nothing is overwritten unseen."""
    record = _issue(function)
    page = browser.get(f"{_path(record)}/edit")
    function.answer({"action": "update", "keyId": record["keyId"], "name": "theirs"})
    refused = browser.submit(page, "/edit", name="mine")
    assert refused.status == 400
    assert "changed by somebody else" in refused.text
    assert _get(function, record)["name"] == "theirs"


def test_the_countdown_ends(
    browser: Browser,
    function: InProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When the bound has passed, the page says that."""
    record = _issue(function)
    page = browser.submit(browser.get(_path(record)), "/disable")
    assert 'data-countdown="5"' in page.html
    notices = browser.console.notices
    name, notice = next(iter(notices.items()))
    monkeypatch.setitem(notices, name, notice._replace(at=notice.at - 5))
    assert "In force everywhere." in browser.get(_path(record)).text
