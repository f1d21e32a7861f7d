"""A form reaches the function once, and a credential is in one answer."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from apikeys_cli.console.once import SpentForms
from tests.unit.apikeys_cli.doubles import LostError

if TYPE_CHECKING:
    from apikeys_cli.console.context import Console
    from tests.in_process import InProcess
    from tests.unit.apikeys_cli.console.browser import Browser, Page


def _made(function: InProcess) -> list[dict[str, Any]]:
    actions = ("issue", "clone", "rotate")
    return [asked for asked in function.requests if asked["action"] in actions]


def _secret(page: Page) -> str:
    return page.html.partition('id="secret"')[2].partition(">")[2].partition("<")[0]


@pytest.fixture
def made(browser: Browser) -> tuple[Page, Page]:
    """Return the form that made a key, and the page that showed it."""
    form = browser.get("/new")
    return form, browser.submit(form, "/new", client="Acme")


def test_a_key_is_in_one_answer(
    browser: Browser, made: tuple[Page, Page], function: InProcess
) -> None:
    """Not in the address, not in the title, and not in a second view."""
    form, shown = made
    key = _secret(shown)
    assert key.startswith("ak_")
    assert shown.status == 200
    assert shown.html.count(key) == 1
    assert key not in shown.path
    again = browser.get(shown.path.removeprefix(browser.base))
    assert again.status == 410
    assert "It was shown once" in again.text
    pages = [browser.get("/keys"), browser.get("/new"), again, form]
    assert all(key not in page.html for page in pages)
    assert len(_made(function)) == 1


def test_a_second_post_never_reaches_the_function(
    browser: Browser, made: tuple[Page, Page], function: InProcess
) -> None:
    """It would give the id a new key, and end the one that was just copied."""
    form, _ = made
    again = browser.submit(form, "/new", client="Acme")
    assert again.status == 410
    assert len(_made(function)) == 1
    assert len(function.answer({"action": "list"})["records"]) == 1


def test_a_double_click_leads_to_the_same_key(
    browser: Browser, console: Console, function: InProcess
) -> None:
    """The second post waits for the first one's end."""
    page, posts = browser.get("/new"), Event()

    def slow(request: dict[str, Any], _answer: dict[str, Any]) -> None:
        if request["action"] == "issue":
            posts.set()
            time.sleep(0.2)

    function.fault = slow
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(browser.post, page, "/new", client="Acme")
        posts.wait()
        second = pool.submit(browser.post, page, "/new", client="Acme")
        places = {
            first.result().headers["location"],
            second.result().headers["location"],
        }
    assert len(places) == 1
    assert len(_made(function)) == 1
    shown = browser.get(places.pop().removeprefix(browser.base))
    assert _secret(shown).startswith("ak_")
    assert console.shown.take("no-such-view") is None


def test_what_was_seen_is_confirmed(
    made: tuple[Page, Page], function: InProcess
) -> None:
    """After the answer with it, and not before."""
    assert made
    asked = [request["action"] for request in function.requests]
    assert asked.index("confirm") > asked.index("issue")
    assert "unconfirmed" not in function.answer({"action": "list"})


def test_what_nobody_saw_stays_unconfirmed(
    browser: Browser, function: InProcess
) -> None:
    """The browser was closed before it followed: doctor names the key."""
    browser.post(browser.get("/new"), "/new", client="Acme")
    assert len(function.answer({"action": "list"})["unconfirmed"]) == 1


def test_a_lost_answer_may_be_sent_again(browser: Browser, function: InProcess) -> None:
    """With the same token: one record, and the key that is shown works."""
    lost = iter([True])

    def fault(request: dict[str, Any], _answer: dict[str, Any]) -> None:
        if request["action"] == "issue" and next(lost, False):
            raise LostError("the connection broke")

    function.fault = fault
    page = browser.submit(browser.get("/new"), "/new", client="Acme")
    assert page.status == 502
    assert "Send the form again" in page.text
    shown = browser.submit(page, "")
    first, second = _made(function)
    assert first["requestToken"] == second["requestToken"]
    assert len(function.answer({"action": "list"})["records"]) == 1
    verified = function.answer({"action": "verify", "credential": _secret(shown)})
    assert verified["record"]["client"] == "Acme"


def test_a_refused_form_may_be_corrected(browser: Browser, function: InProcess) -> None:
    """What was typed stays, the message is next to its field, the token is new."""
    page = browser.submit(browser.get("/new"), "/new", client="", name="Nightly")
    assert page.status == 400
    assert '<p class="error" id="error-client">is missing</p>' in page.html
    assert 'value="Nightly"' in page.html
    shown = browser.submit(page, "/new", client="Acme")
    assert shown.status == 200
    tokens = [request["requestToken"] for request in _made(function)]
    assert len(set(tokens)) == 2


def test_old_forms_are_forgotten() -> None:
    """A console that runs for long holds a thousand forms at most."""
    forms = SpentForms()
    first = forms.new()
    for _ in range(999):
        forms.new()
    assert forms.knows(first)
    forms.new()
    assert not forms.knows(first)
