"""Who may talk to the console: its own browser, and nobody else."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from apikeys_cli.console.session import COOKIE, ENTRY_SECONDS, IDLE_SECONDS

if TYPE_CHECKING:
    from tests.in_process import InProcess
    from tests.unit.apikeys_cli.console.browser import Browser
    from tests.unit.apikeys_cli.console.conftest import Clocks

_CSP = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


def _policy(header: str) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in header.split(";"))
    return {name: value for name, _, value in parts}


def test_the_token_becomes_a_cookie_and_leaves_the_address(stranger: Browser) -> None:
    """By a 303 to a page whose address says nothing."""
    entered = stranger.enter()
    assert entered.status_code == 303
    assert "token" not in entered.headers["location"]
    cookie = entered.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {
        "httponly",
        "samesite=strict",
        f"path={stranger.base}/".lower(),
    }
    assert stranger.console.session.entry not in cookie


def test_the_welcome_leads_on_by_a_request_of_its_own(stranger: Browser) -> None:
    """A browser sends no strict cookie along the redirect of a request from a file."""
    from_file = {"Sec-Fetch-Site": "cross-site"}
    where = stranger.enter(**from_file).headers["location"]
    path = where.removeprefix(stranger.base)
    welcome = stranger.send("GET", path, headers=from_file)
    assert welcome.status_code == 200
    assert 'http-equiv="refresh" content="0; url=./"' in welcome.text
    assert stranger.console.invocation.connection.function_name not in welcome.text


def test_the_token_enters_once(stranger: Browser) -> None:
    """Whoever finds it in a history finds nothing."""
    assert stranger.enter().status_code == 303
    again = stranger.enter()
    assert again.status_code == 403
    assert "set-cookie" not in again.headers


@pytest.mark.parametrize("clock", ["monotonic", "wall"])
def test_the_token_enters_within_a_minute(
    stranger: Browser, clocks: Clocks, clock: str
) -> None:
    """By either clock, though the other stands still."""
    setattr(clocks, clock, getattr(clocks, clock) + ENTRY_SECONDS)
    assert stranger.enter().status_code == 403


def test_another_token_does_not_enter(stranger: Browser) -> None:
    """Nor does none; and the right one enters still."""
    for token in ("", "x", stranger.console.session.entry[:-1]):
        answer = stranger.send("GET", "/enter", params={"token": token})
        assert answer.status_code == 403
    assert stranger.enter().status_code == 303


@pytest.mark.parametrize("host", ["localhost:49152", "evil.example:49152", "127.0.0.1"])
def test_another_host_is_misdirected(browser: Browser, host: str) -> None:
    """A name that a stranger points here is not ours (DNS rebinding)."""
    assert browser.ask("GET", "/keys").status_code == 200
    assert browser.ask("GET", "/keys", headers={"Host": host}).status_code == 421
    entry = browser.ask("GET", "/enter", headers={"Host": host})
    assert entry.status_code == 421


@pytest.mark.parametrize("site", ["cross-site", "same-site", ""])
@pytest.mark.parametrize("path", ["/keys", "/static/console.css"])
def test_another_site_is_refused(browser: Browser, site: str, path: str) -> None:
    """Cookie or not; also what names no site, which no browser sends."""
    asked = browser.ask("GET", path, headers={"Sec-Fetch-Site": site})
    assert asked.status_code == 403
    assert browser.ask("GET", path).status_code == 200


def test_what_a_person_typed_is_served(browser: Browser) -> None:
    """An address in the bar comes from no site."""
    typed = browser.ask("GET", "/keys", headers={"Sec-Fetch-Site": "none"})
    assert typed.status_code == 200


@pytest.mark.parametrize(
    "origin", ["null", "http://localhost:49152", "https://127.0.0.1:49152", ""]
)
def test_a_post_from_another_origin_is_refused(browser: Browser, origin: str) -> None:
    """The exact origin, or nothing is done."""
    page = browser.get("/new")
    fields = page.form("/new").filled({"client": "Acme"})
    asked = browser.ask("POST", "/new", data=fields, headers={"Origin": origin})
    assert asked.status_code == 403
    assert browser.ask("POST", "/new", data=fields).status_code == 303


@pytest.mark.parametrize("csrf", ["", "x", None])
def test_a_post_without_the_forms_field_is_refused(
    browser: Browser, function: InProcess, csrf: str | None
) -> None:
    """On every address that takes forms."""
    form = browser.console.forms.new()
    fields = {"form": form} | ({} if csrf is None else {"csrf": csrf})
    before = len(function.requests)
    for path in _posted_paths(browser):
        assert browser.ask("POST", path, data=fields).status_code == 403, path
    assert len(function.requests) == before


def test_a_form_of_another_console_is_too_old(
    browser: Browser, function: InProcess
) -> None:
    """On every address that takes forms: nothing is asked of the function."""
    fields = {"csrf": browser.console.session.csrf, "form": "0" * 32}
    before = len(function.requests)
    for path in _posted_paths(browser):
        assert browser.ask("POST", path, data=fields).status_code == 409, path
    assert len(function.requests) == before


def test_without_the_cookie_there_is_nothing(stranger: Browser) -> None:
    """Another user of this machine may send any request."""
    for path in ("/keys", "/new", "/static/console.js", "/no-such-page"):
        assert stranger.ask("GET", path).status_code == 403
    stranger.enter()
    stranger.cookies.clear()
    cookie = {"Cookie": f"{COOKIE}={'x' * 43}"}
    assert stranger.ask("GET", "/keys", headers=cookie).status_code == 403


@pytest.mark.parametrize("clock", ["monotonic", "wall"])
def test_it_locks_after_half_an_hour(
    browser: Browser, clocks: Clocks, clock: str
) -> None:
    """By either clock: a laptop that slept is locked. Use keeps it open."""
    for _ in range(3):
        setattr(clocks, clock, getattr(clocks, clock) + IDLE_SECONDS - 1)
        assert browser.ask("GET", "/keys").status_code == 200
    setattr(clocks, clock, getattr(clocks, clock) + IDLE_SECONDS)
    locked = browser.ask("GET", "/keys")
    assert locked.status_code == 403
    assert "Ctrl-C" in locked.text
    assert browser.enter().status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/keys", 200),
        ("GET", "/static/console.js", 200),
        ("GET", "/no-such-page", 404),
        ("GET", "/static/no-such-file.js", 404),
        ("GET", "/static/..%2fapp.py", 404),
        ("POST", "/new", 403),
        ("DELETE", "/keys", 405),
    ],
)
def test_every_answer_has_the_headers(
    browser: Browser, method: str, path: str, status: int
) -> None:
    """Pages, files, refusals and mistakes alike; no answer is for other origins."""
    answer = browser.ask(method, path)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert _policy(answer.headers["content-security-policy"]) == _CSP
    assert not any(name.startswith("access-control") for name in answer.headers)


def test_no_page_has_scripts_or_styles_of_its_own(browser: Browser) -> None:
    """The policy would not run them: what needs them would not work."""
    for path in ("/keys", "/new", "/roles", "/roles/edit"):
        html = browser.get(path).html
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", html)


def test_a_socket_is_not_opened(browser: Browser) -> None:
    """There is none: what is not HTTP is not answered, whoever asks."""
    said: list[object] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: object) -> None:
        said.append(message)

    scope = {"type": "websocket", "path": f"{browser.base}/keys", "headers": []}
    asyncio.run(browser.application(scope, receive, send))
    assert said == []


def _posted_paths(browser: Browser) -> list[str]:
    from apikeys_cli.console.app import _ACTIONS  # noqa: PLC0415 - all of them

    assert browser.base
    paths = [re.sub(r"\{\w+\}", "olga", path) for path, _ in _ACTIONS]
    assert len(paths) > 10
    return paths
