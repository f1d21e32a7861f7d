"""All keys in one view: filters, search while records are read, several at once."""

from __future__ import annotations

import time
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.key import derived_key_id
from apikeys_cli.console import catalogue, list_page
from apikeys_cli.console.catalogue import Catalogue
from apikeys_cli.errors import UnreachableError

if TYPE_CHECKING:
    from tests.in_process import InProcess
    from tests.unit.apikeys_cli.console.browser import Browser, Page


def _issue(function: InProcess, **fields: Any) -> dict[str, Any]:
    answer = function.answer({"action": "issue", "client": "Acme", **fields})
    assert answer["status"] == 201, answer
    record: dict[str, Any] = answer["record"]
    return record


def _ids(page: Page, *records: dict[str, Any]) -> set[str]:
    named = {str(record.get("keyId") or record["login"]) for record in records}
    return {name for name in named if f">{name}</a>" in page.html}


def _searched(browser: Browser, text: str) -> Page:
    """Return the table once all records were read."""
    for _ in range(100):
        page = browser.get("/keys", q=text, rows="")
        if "data-reading" not in page.html:
            return page
        time.sleep(0.02)
    raise AssertionError("it never ended")


def test_a_row_says_what_a_record_is(browser: Browser, function: InProcess) -> None:
    """State, client, name, roles and end, absolute and how far away."""
    record = _issue(function, name="Nightly", roles=["READER"], lifetimeDays=9)
    page = browser.get("/keys")
    text = " ".join(page.text.split())
    assert _ids(page, record) == {record["keyId"]}
    day, minute = record["expirationDate"][:10], record["expirationDate"][11:16]
    assert f"active Acme Nightly READER {day} {minute} UTC in 9 days" in text


def test_the_text_of_a_record_is_text(browser: Browser, function: InProcess) -> None:
    """Markup is shown, not taken; what is invisible is spelled."""
    evil = "<script>alert(1)</script>"
    record = _issue(function, client=f'"><img src=x>{evil}', name="{{ 7777 * 7777 }}")
    for page in (
        browser.get("/keys"),
        browser.get(f"/key/{record['keyId']}"),
        browser.get(f"/key/{record['keyId']}/edit"),
        browser.get("/new", like=f"keyId:{record['keyId']}"),
    ):
        assert "<img" not in page.html
        assert evil not in page.html
        assert "60481729" not in page.html
        assert "&lt;img src=x&gt;" in page.html


@pytest.mark.parametrize(
    ("asked", "fitting"),
    [
        ({}, "abc"),
        ({"state": "disabled"}, "b"),
        ({"state": "active"}, "ac"),
        ({"client": "Portal"}, "c"),
        ({"role": "READER"}, "a"),
        ({"expiring": "10"}, "a"),
        ({"state": "revoked"}, "d"),
    ],
)
def test_filters_leave_what_fits(
    browser: Browser, function: InProcess, asked: dict[str, str], fitting: str
) -> None:
    """Each as the command line's option of its name."""
    records = {
        "a": _issue(function, roles=["READER"], lifetimeDays=9),
        "b": _issue(function, enabled=False),
        "c": _issue(function, client="Portal"),
        "d": _issue(function),
    }
    function.answer({"action": "revoke", "keyId": records["d"]["keyId"]})
    page = browser.get("/keys", **asked)
    expected = {records[letter]["keyId"] for letter in fitting}
    assert _ids(page, *records.values()) == expected


def test_a_bad_filter_is_refused_in_words(browser: Browser) -> None:
    """By the function, which knows what is allowed."""
    page = browser.get("/keys", expiring="soon")
    assert page.status == 400
    assert "expiringWithinDays" in page.text


def test_pages_go_on_to_the_last(
    browser: Browser, function: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each key once."""
    monkeypatch.setattr(list_page, "_ROWS", 2)
    records = [_issue(function) for _ in range(5)]
    seen: list[str] = []
    page = browser.get("/keys")
    for _ in range(3):
        seen += sorted(_ids(page, *records))
        _, found, rest = page.html.partition('rel="next" href="')
        if not found:
            break
        path, _, query = rest.partition('"')[0].replace("&amp;", "&").partition("?")
        token = query.partition("after=")[2]
        assert path.endswith("/keys")
        page = browser.get("/keys", after=token)
    assert sorted(seen) == sorted(record["keyId"] for record in records)


def test_a_page_that_holds_nothing_is_passed_over(
    browser: Browser, function: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filter may leave nothing of what the function reads at once."""
    pages = iter(
        [{"status": 200, "records": [], "nextToken": f"t{n}"} for n in range(9)]
    )
    answer = function.answer

    def nothing(request: dict[str, Any]) -> Any:
        return next(pages) if request["action"] == "list" else answer(request)

    monkeypatch.setattr(browser.console.function, "_transport", nothing)
    page = browser.get("/keys", state="active")
    assert "No key matches" in page.text
    assert "t4" in page.html


def test_search_finds_any_text_of_a_record(
    browser: Browser, function: InProcess
) -> None:
    """Id, client, name or description, in any case; the match is counted."""
    one = _issue(function, client="Straße", name="Nightly", description="for Olga")
    two = _issue(function, client="Portal", login="webservice")
    for text, expected in {
        "STRASSE": {one["keyId"]},
        "night": {one["keyId"]},
        "olga": {one["keyId"]},
        one["keyId"][:6]: {one["keyId"]},
        "webserv": {"webservice"},
        "nobody": set(),
    }.items():
        page = _searched(browser, text)
        assert _ids(page, one, two) == expected, text
        assert f"{len(expected)} match{'es' if len(expected) != 1 else ''}" in page.text


def test_search_finds_an_account_whose_login_reads_as_a_keys_id(
    browser: Browser, function: InProcess
) -> None:
    """Both, and what was done to one isn't said of the other."""
    account = _issue(function, login=derived_key_id("t" * 32))
    key = _issue(function, requestToken="t" * 32)
    assert key["keyId"] == account["login"]
    page = _searched(browser, key["keyId"])
    assert all(f"/{kind}/{key['keyId']}" in page.html for kind in ("key", "login"))
    assert "2 matches" in page.text
    disabled = browser.submit(
        browser.get(f"/key/{key['keyId']}"), f"/key/{key['keyId']}/disable"
    )
    assert "In force everywhere" in disabled.text
    assert "In force" not in browser.get(f"/login/{account['login']}").text


def test_search_answers_while_the_records_are_read(
    browser: Browser, function: InProcess
) -> None:
    """Typing waits for nothing: what was read so far is shown, and said to be that."""
    _issue(function)
    goes_on = Event()

    def slow(request: dict[str, Any], _answer: dict[str, Any]) -> None:
        if request["action"] == "list":
            goes_on.wait(10)

    function.fault = slow
    page = browser.get("/keys", q="acme", rows="")
    assert "still reading" in page.text
    goes_on.set()
    assert "1 match" in _searched(browser, "acme").text


def test_a_search_that_the_reading_overtakes_is_not_said_to_be_whole(
    function: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records came while it looked through the others; the next search has them."""
    shown, _ = _issue(function), _issue(function)
    goes_on = Event()

    def slow(*_: object) -> None:
        goes_on.wait(10)

    function.fault = slow
    known = Catalogue(function.invocation().function)
    known.note([shown])
    has = catalogue._has

    def overtaken(record: dict[str, Any], sought: str) -> bool:
        goes_on.set()
        assert known._reader is not None
        known._reader.join(10)
        return has(record, sought)

    monkeypatch.setattr(catalogue, "_has", overtaken)
    first, second = known.search("acme", 9), known.search("acme", 9)
    assert (first.total, first.is_reading) == (1, True)
    assert (second.total, second.is_reading) == (2, False)


def test_a_page_and_a_search_cost_the_same_among_thousands(
    browser: Browser, function: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page asks for fifty records; a search reads all once, and shows fifty."""
    template = _issue(function)
    answer = function.answer
    asked: list[dict[str, Any]] = []

    def many(request: dict[str, Any]) -> Any:
        asked.append(request)
        if request["action"] != "list":
            return answer(request)
        limit, start = int(request["limit"]), int(request.get("nextToken", 0))
        records = [
            template | {"keyId": f"{number:016}", "client": f"Client {number}"}
            for number in range(start, min(start + limit, 5_000))
        ]
        more = {"nextToken": str(start + limit)} if start + limit < 5_000 else {}
        return {"status": 200, "records": records, **more}

    monkeypatch.setattr(browser.console.function, "_transport", many)
    page = browser.get("/keys")
    actions = [(r["action"], r.get("limit")) for r in asked]
    assert actions == [("list", 50), ("roles.get", None)]
    assert page.html.count("<tr>") == 51
    asked.clear()
    page = _searched(browser, "client 4")
    assert "1,111 matches, the first 50 are shown" in page.text
    assert page.html.count("<tr>") == 51
    assert [(r["action"], r["limit"]) for r in asked] == [("list", 100)] * 50
    asked.clear()
    assert "1 match" in _searched(browser, "client 4999").text
    assert asked == []


def test_search_says_why_it_is_incomplete(
    browser: Browser, function: InProcess
) -> None:
    """The function fails midway: its message is above what was read."""

    def broken(request: dict[str, Any], _answer: dict[str, Any]) -> None:
        if request["action"] == "list":
            raise UnreachableError("the network is gone")

    function.fault = broken
    assert "the network is gone" in _searched(browser, "acme").text


def test_the_records_are_read_once(function: InProcess) -> None:
    """Each read is paid for; reading again has to be asked for."""
    known = Catalogue(function.invocation().function)
    _issue(function)
    for _ in range(2):
        while known.search("acme", 9).is_reading:
            time.sleep(0.01)
    assert [r["action"] for r in function.requests].count("list") == 1
    assert known.search("acme", 9).total == 1
    known.forget()
    _issue(function)
    while known.search("acme", 9).is_reading:
        time.sleep(0.01)
    assert known.search("acme", 1).total == 2
    assert len(known.search("acme", 1).records) == 1


def test_a_search_reads_again_when_asked_to(
    browser: Browser, function: InProcess
) -> None:
    """Else nobody would find what others made since, or what a fault left unread."""
    _issue(function)
    assert "1 match." in _searched(browser, "acme").text
    _issue(function)
    page = _searched(browser, "acme")
    assert "1 match." in page.text
    assert 'keys?again&amp;q=acme">Read again' in page.html
    browser.get("/keys", q="acme", again="")
    assert "2 matches." in _searched(browser, "acme").text


def test_a_search_whose_reading_failed_can_be_made_again(
    browser: Browser, function: InProcess
) -> None:
    """The fault is gone with what was read before it."""

    def broken(request: dict[str, Any], _answer: dict[str, Any]) -> None:
        if request["action"] == "list":
            raise UnreachableError("the network is gone")

    _issue(function)
    function.fault = broken
    assert "the network is gone" in _searched(browser, "acme").text
    function.fault = None
    browser.get("/keys", q="acme", again="")
    page = _searched(browser, "acme")
    assert "1 match." in page.text
    assert "the network is gone" not in page.text


@pytest.mark.parametrize(
    ("verb", "state", "count"), [("disable", "disabled", {}), ("revoke", "revoked", 2)]
)
def test_several_are_changed_at_once(
    browser: Browser, function: InProcess, verb: str, state: str, count: Any
) -> None:
    """With one confirmation that names the count, and a report of each."""
    records = [_issue(function), _issue(function, login="olga"), _issue(function)]
    names = [f"keyId:{records[0]['keyId']}", "login:olga"]
    asked = browser.submit(browser.get("/keys"), "/selected", verb=verb, names=names)
    assert "2 keys?" in asked.text
    typed = {"count": str(count)} if count else {}
    report = browser.submit(asked, "/selected/change", **typed)
    assert report.status == 200
    assert report.text.count("in force everywhere within") == 2
    left = function.answer({"action": "list", "state": "active"})["records"]
    assert [record["keyId"] for record in left] == [records[2]["keyId"]]
    changed = function.answer({"action": "list", "state": state})["records"]
    assert len(changed) == 2


def test_several_are_revoked_only_by_their_count(
    browser: Browser, function: InProcess
) -> None:
    """Another number revokes nothing, and may be corrected."""
    name = f"keyId:{_issue(function)['keyId']}"
    asked = browser.submit(
        browser.get("/keys"), "/selected", verb="revoke", names=[name]
    )
    again = browser.submit(asked, "/selected/change", count="2")
    assert again.status == 400
    assert "type 1, the number of keys" in again.text
    assert function.answer({"action": "list"})["records"]
    report = browser.submit(again, "/selected/change", count="1")
    assert "revoked" in report.text
    twice = browser.submit(again, "/selected/change", count="1")
    assert "sent before" in twice.text


def test_one_that_fails_does_not_stop_the_others(
    browser: Browser, function: InProcess
) -> None:
    """Its row says why."""
    record = _issue(function)
    names = ["keyId:AAAAAAAAAAAAAAAA", f"keyId:{record['keyId']}"]
    asked = browser.submit(
        browser.get("/keys"), "/selected", verb="disable", names=names
    )
    report = browser.submit(asked, "/selected/change")
    assert "no key has this id" in report.text
    found = function.answer({"action": "get", "keyId": record["keyId"]})
    assert found["record"]["state"] == "disabled"


def test_nothing_selected_is_said(browser: Browser) -> None:
    """And a verb that is neither of the two does nothing."""
    page = browser.get("/keys")
    for values in ({"verb": "revoke"}, {"verb": "issue", "names": ["keyId:a"]}):
        answer = browser.submit(page, "/selected", **values)
        assert answer.status == 400
        assert "Select keys first" in answer.text


def test_what_cannot_be_reached_is_said(browser: Browser, function: InProcess) -> None:
    """In the words of the command line."""

    def gone(_request: dict[str, Any], _answer: dict[str, Any]) -> None:
        raise UnreachableError("no network")

    function.fault = gone
    page = browser.get("/keys")
    assert page.status == 502
    assert "no network" in page.text


def test_the_table_is_there_without_a_role_map(
    browser: Browser, function: InProcess, account: Any
) -> None:
    """Its roles are then no choice."""
    _issue(function)
    account.delete_secret(SecretId="APIROLES", ForceDeleteWithoutRecovery=True)
    assert browser.get("/keys").status == 200
