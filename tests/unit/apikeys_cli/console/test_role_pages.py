"""The role map as a table, and its change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apikeys_cli.errors import UnreachableError

if TYPE_CHECKING:
    from tests.in_process import InProcess
    from tests.unit.apikeys_cli.console.browser import Browser


def _version(function: InProcess) -> str:
    return str(function.answer({"action": "roles.get"})["version"])


def test_the_map_is_a_table_of_roles_and_routes(browser: Browser) -> None:
    """Each cell says allow or deny."""
    page = browser.get("/roles")
    text = " ".join(page.text.split())
    for said in ("READER", "WRITER", "GET /reports/* allow", "POST /reports allow"):
        assert said in text
    assert "open to nobody" in text


def test_the_routes_of_an_api_say_which_one(
    browser: Browser, function: InProcess
) -> None:
    """With the roles that only its map names."""
    role_map = {
        "roles": {"READER": {"allow": ["GET /reports/*"]}},
        "apis": {
            "abc/prod": {
                "unmapped": "any-key",
                "roles": {"GUEST": {"allow": ["GET /v2"]}},
            }
        },
    }
    answer = function.answer({"action": "roles.put", "roleMap": role_map})
    assert answer["status"] == 200
    text = " ".join(browser.get("/roles").text.split())
    for said in (
        "GUEST",
        "GET /v2 at abc/prod allow",
        "GET /reports/* ",
        "A route that no role names is open to nobody.",
        "At abc/prod, a route that no role names is open to any valid key.",
    ):
        assert said in text


def test_a_change_is_shown_before_it_is_stored(
    browser: Browser, function: InProcess
) -> None:
    """The difference, who loses what, and then the form that stores it."""
    key = {"action": "issue", "client": "Acme", "roles": ["WRITER"]}
    assert function.answer(key)["status"] == 201
    before = _version(function)
    edit = browser.get("/roles/edit")
    text = dict(edit.form("/roles/check").fields)["text"]
    changed = text.replace("POST /reports", "PUT /reports")
    assert changed != text
    page = browser.submit(edit, "/roles/check", text=changed)
    assert "removed WRITER allow POST /reports" in " ".join(page.text.split())
    assert "1 key holds WRITER, 1 loses POST /reports" in page.text
    assert _version(function) == before
    stored = browser.submit(page, "/roles/store")
    assert "PUT /reports" in stored.text
    assert _version(function) != before


def test_a_change_at_one_api_says_which_one(browser: Browser) -> None:
    """Or what is opened there would be taken for a change everywhere."""
    edit = browser.get("/roles/edit")
    text = dict(edit.form("/roles/check").fields)["text"]
    text += '\n[apis."abc".roles.GUEST]\nallow = ["GET /v2"]\n'
    page = browser.submit(edit, "/roles/check", text=text)
    shown = " ".join(page.text.split())
    assert "added GUEST allow GET /v2 at abc" in shown
    assert "added unmapped deny at abc" in shown


def test_an_unchanged_map_is_not_stored(browser: Browser) -> None:
    """There is no form for it."""
    page = browser.submit(browser.get("/roles/edit"), "/roles/check")
    assert "None." in page.text
    assert page.forms == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[roles", "can't be read"),
        ("[]", "can't be read"),
        ('{"roles": {}, "roles": {}}', "can't be read"),
    ],
)
def test_what_is_not_a_map_is_reported(browser: Browser, text: str, said: str) -> None:
    """And what was typed stays."""
    page = browser.submit(browser.get("/roles/edit"), "/roles/check", text=text)
    assert page.status == 400
    assert said in page.text
    assert dict(page.form("/roles/check").fields)["text"] == text


def test_a_map_that_would_be_refused_is_not_offered(browser: Browser) -> None:
    """Its findings are shown."""
    text = '[roles.A]\nallow = ["FETCH /x"]\n'
    page = browser.submit(browser.get("/roles/edit"), "/roles/check", text=text)
    assert page.status == 400
    assert "This map would be refused" in page.text
    assert "Refused" in page.text
    assert page.forms == []


def test_a_map_is_not_stored_over_another(
    browser: Browser, function: InProcess
) -> None:
    """What was compared was an older one."""
    edit = browser.get("/roles/edit")
    text = dict(edit.form("/roles/check").fields)["text"]
    page = browser.submit(
        edit, "/roles/check", text=text.replace("POST /reports", "PUT /reports")
    )
    other: dict[str, Any] = {"roles": {"READER": {"allow": ["GET /x"]}}}
    assert function.answer({"action": "roles.put", "roleMap": other})["status"] == 200
    refused = browser.submit(page, "/roles/store")
    assert refused.status == 400
    assert "somebody else" in refused.text


def test_the_first_map_is_written(
    browser: Browser, function: InProcess, account: Any
) -> None:
    """Where there is none, the page says what that means."""
    account.delete_secret(SecretId="APIROLES", ForceDeleteWithoutRecovery=True)
    page = browser.get("/roles")
    assert "There is no role map yet" in page.text
    text = '{"roles": {"A": {"allow": ["GET /x"]}}}'
    check = browser.submit(browser.get("/roles/edit"), "/roles/check", text=text)
    browser.submit(check, "/roles/store")
    stored = function.answer({"action": "roles.get"})["roleMap"]
    assert list(stored["roles"]) == ["A"]


def test_a_count_that_stops_short_says_so(
    browser: Browser, function: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more keys than are counted."""
    monkeypatch.setattr("apikeys_cli.roles.preview._MOST_RECORDS", 1)
    for _ in range(2):
        function.answer({"action": "issue", "client": "Acme", "roles": ["WRITER"]})
    edit = browser.get("/roles/edit")
    text = dict(edit.form("/roles/check").fields)["text"]
    changed = text.replace("POST /reports", "PUT /reports")
    page = browser.submit(edit, "/roles/check", text=changed)
    assert "Only the first 1 were counted." in page.text


def test_a_bad_map_may_be_rewritten(browser: Browser, account: Any) -> None:
    """As one that is missing; what can't be reached is an error."""
    account.put_secret_value(SecretId="APIROLES", SecretString="{}x")
    page = browser.get("/roles")
    assert (page.status, "can't be read" in page.text) == (200, True)


def test_a_map_that_cannot_be_reached_is_an_error(
    browser: Browser, function: InProcess
) -> None:
    """Nobody may take it for missing, and write over it."""

    def gone(_request: dict[str, Any], _answer: dict[str, Any]) -> None:
        raise UnreachableError("no network")

    function.fault = gone
    assert browser.get("/roles/edit").status == 502
