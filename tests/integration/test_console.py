"""The console in a real browser, against the deployed stack."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from local import browser
from local.clients import apikeys, call, call_as
from local.console import running_console
from local.scenarios.keys import MANAGEMENT, ROLE_MAP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from local.deployment import Stack
    from tests.integration.deployed import BothKinds

pytestmark = [
    pytest.mark.deployed,
    pytest.mark.skipif(
        browser.executable() is None, reason="no Chromium: see python -m local.browser"
    ),
]

_PAGES = ("/keys", "/new", "/roles", "/roles/edit", "/health")
# Longer than the authorizer and the gateway keep an answer.
_CACHED_SECONDS = 5
_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return the browser."""
    with browser.launched() as launched:
        yield launched


@pytest.fixture(scope="module")
def page(stack: Stack, chromium: Browser) -> Iterator[Page]:
    """Return a page of the stack's console."""
    with running_console(stack) as entry:
        yield _entered(chromium, entry)


def _entered(chromium: Browser, entry: str) -> Page:
    base = entry.partition("enter?")[0]
    context = chromium.new_context(
        base_url=base, viewport={"width": 1280, "height": 900}
    )
    origin = "/".join(entry.split("/")[:3])
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    page = context.new_page()
    page.goto(entry)
    page.wait_for_url("**/keys")
    return page


def _open(page: Page, path: str) -> None:
    page.goto(path.removeprefix("/"))


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _fulfilled(page: Page, promise: str) -> Any:
    """Return what a promise of the page becomes; unlike `evaluate`, not for ever."""
    return page.wait_for_function(promise).json_value()


def _made(page: Page) -> str:
    """Send the form, copy what is shown, and return what the clipboard holds."""
    _press(page, "Create")
    page.wait_for_url("**/issued/*")
    _press(page, "Copy")
    page.get_by_text("Copied.").wait_for()
    copied: str = _fulfilled(page, "navigator.clipboard.readText()")
    assert copied == page.inner_text("#secret")
    return copied


def _make_key(page: Page, name: str) -> tuple[str, str]:
    """Make a key by the form; return it and its id."""
    _open(page, "/new")
    page.fill("#client", "Browser")
    page.fill("#name", name)
    page.get_by_label(MANAGEMENT).check()
    return _made(page), page.locator("main a.code").inner_text()


def test_the_token_is_gone_from_the_address(page: Page) -> None:
    """And from the history."""
    assert "token" not in page.url
    _open(page, "/keys")
    page.go_back()
    assert "token" not in page.url
    assert "token" not in page.content()


def test_a_key_made_by_the_form_opens_the_api(stack: Stack, page: Page) -> None:
    """Copied from the page, as a person does; it is found by typing, and lives on."""
    key, key_id = _make_key(page, "Journey")
    assert call(stack, "/whoami", key).status == 200
    assert f'"keyId": "{key_id}"' in call(stack, "/whoami", key).body

    _open(page, "/keys")
    page.locator("#q").press_sequentially("journ")
    page.get_by_text("1 match", exact=True).wait_for()
    page.get_by_role("link", name=key_id).click()
    page.select_option("#overlapSeconds", "3600")
    _press(page, "Rotate")
    page.wait_for_url("**/issued/*")
    sister = page.inner_text("#secret")
    assert [call(stack, "/whoami", each).status for each in (key, sister)] == [200] * 2

    page.locator("main a.code").click()
    sister_id = page.inner_text("h1")
    _press(page, "Disable")
    page.get_by_text("In force everywhere.").wait_for()
    assert call(stack, "/whoami", sister).status == 401
    _press(page, "Enable")
    page.fill("#typed", sister_id)
    _press(page, "Revoke")
    page.get_by_text("can be restored until").wait_for()
    _press(page, "Restore")
    page.get_by_text("In force everywhere.").wait_for()
    time.sleep(_CACHED_SECONDS)
    assert call(stack, "/whoami", sister).status == 200


def test_back_and_reload_show_no_key(stack: Stack, page: Page) -> None:
    """Nor does the function make another: the key that was copied goes on working."""
    key, key_id = _make_key(page, "Back")
    before = apikeys(stack, "get", key_id)["record"]["version"]
    page.reload()
    page.get_by_role("heading", name="It was shown once").wait_for()
    page.go_back()
    page.go_forward()
    page.get_by_role("heading", name="It was shown once").wait_for()
    assert key not in page.content()
    _open(page, "/keys")
    page.go_back()
    assert key not in page.content()
    assert apikeys(stack, "get", key_id)["record"]["version"] == before
    assert call(stack, "/whoami", key).status == 200


# Once a form is sent: sends it again, notes what is seen, and says so.
_MEANWHILE = """() => addEventListener("submit", (event) => setTimeout(() => {
  const form = event.target;
  form.querySelector("button").click();
  form.requestSubmit();
  sessionStorage.seen = JSON.stringify({
    progress: document.getElementById("working").checkVisibility(),
    enabled: form.querySelectorAll("button:not([disabled])").length,
  });
  fetch("seen");
}), {once: true})"""


def test_a_slow_answer_shows_progress_and_cannot_be_sent_twice(
    stack: Stack, page: Page
) -> None:
    """However long it takes: of two clicks and two more tries, one key is made."""
    _open(page, "/new")
    page.fill("#client", "Two clicks")
    held: list[Any] = []

    def go_on(route: Any) -> None:
        route.abort()
        held[0].continue_()

    page.evaluate(_MEANWHILE)
    page.route("**/new", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    page.route("**/seen", go_on)
    page.get_by_role("button", name="Create").dblclick()
    page.wait_for_url("**/issued/*")
    page.unroute_all()
    assert len(held) == 1
    seen = page.evaluate("JSON.parse(sessionStorage.seen)")
    assert seen == {"progress": True, "enabled": 0}
    found = apikeys(stack, "list", "--client", "Two clicks")["records"]
    assert len(found) == 1


def test_typing_asks_for_nothing_until_it_pauses(page: Page) -> None:
    """What is typed stands in the field at once, and is searched for once."""
    other = page.context.new_page()
    other.clock.install(time=_NOON)
    other.goto("keys")
    other.clock.pause_at(_NOON + timedelta(hours=1))
    searches: list[str] = []
    other.on("request", lambda request: searches.append(request.url))
    other.locator("#q").press_sequentially("nobody has this")
    assert other.input_value("#q") == "nobody has this"
    assert searches == []
    with other.expect_request("**/keys?*"):
        other.clock.run_for(1_000)
    assert len(searches) == 1
    assert "q=nobody+has+this" in searches[0]
    other.clock.resume()
    other.get_by_text("0 matches", exact=True).wait_for()
    other.close()


def test_the_form_of_hopex_opens_a_session(stack: Stack, page: Page) -> None:
    """Field by field as HOPEX's users know it, and the back end reads it all."""
    _open(page, "/new")
    page.fill("#name", "Nightly export")
    page.get_by_label("On a date").check()
    page.fill("#expirationDate", "2052-01-31")
    page.fill("#description", "Exports the application portfolio")
    page.fill("#client", "HOPEX")
    page.get_by_label(MANAGEMENT).check()
    page.get_by_label("Allow opening a session").check()
    page.get_by_label("Login of the user").fill("mega")
    page.get_by_label("Environment", exact=True).fill("Production")
    page.get_by_label("Repository", exact=True).fill("Main")
    page.get_by_label("Profile", exact=True).fill("Application Architect")
    page.get_by_label("Session mode").select_option("SINGLE")
    page.get_by_label("Connection mode").select_option("READ_ONLY")
    seen = call(stack, "/whoami", _made(page))
    assert seen.status == 200
    for said in (
        '"name": "Nightly export"',
        '"expirationDate": "2052-01-31T23:59:59"',
        '"sessionLogin": "mega"',
        '"environment": "Production"',
        '"repository": "Main"',
        '"profile": "Application Architect"',
        '"sessionMode": "SINGLE"',
        '"connectionMode": "READ_ONLY"',
    ):
        assert said in seen.body


def test_a_login_made_by_the_form_opens_the_api(
    both_kinds: BothKinds, chromium: Browser
) -> None:
    """With the password that was copied."""
    with running_console(both_kinds.stack) as entry:
        page = _entered(chromium, entry)
        _open(page, "/new")
        page.get_by_label("Login with a password").check()
        page.get_by_label("Login", exact=True).fill("console")
        page.fill("#client", "HOPEX")
        page.get_by_label(MANAGEMENT).check()
        password = _made(page)
    answer = call_as(both_kinds.stack, "/whoami", "console", password)
    assert answer.status == 200


def test_a_role_map_is_stored_by_the_page(stack: Stack, page: Page) -> None:
    """After its check, with who loses what."""
    _make_key(page, "Loses")
    _open(page, "/roles/edit")
    text = page.input_value("#text")
    assert f"[roles.{MANAGEMENT}]" in text
    page.fill("#text", text + '\n[roles.CONSOLE]\nallow = ["GET /console"]\n')
    _press(page, "Check")
    page.get_by_text("added CONSOLE allow GET /console").wait_for()
    _press(page, "Store it")
    page.wait_for_url("**/roles")
    assert page.get_by_role("cell", name="allow").count()
    assert "CONSOLE" in apikeys(stack, "roles", "get")["roles"]
    apikeys(stack, "roles", "put", str(ROLE_MAP), "--yes")


def test_a_query_that_runs_is_looked_at_until_it_is_answered(page: Page) -> None:
    """In the same page: the emulator answers at once, so that the first is held."""
    held: list[str] = []

    def hold(route: Any) -> None:
        # What a browser says by itself, and the console wants to hear.
        own = {**route.request.headers, "sec-fetch-site": "same-origin"}
        answer = route.fetch(headers=own)
        held.append(route.request.resource_type)
        running = re.sub(
            '<div id="usage">.*?</div>',
            '<div id="usage" data-running><p role="status">Reading …</p></div>',
            answer.text(),
            flags=re.DOTALL,
        )
        route.fulfill(response=answer, body=running)

    _open(page, "/health")
    _press(page, "Query the log")
    page.wait_for_url("**/health/usage/*")
    page.route("**/health/usage/*", hold, times=2)
    page.reload()
    page.get_by_text("Reading …").wait_for()
    _check_accessible(page)
    page.get_by_text("No decision in 30 days.").wait_for()
    assert held == ["document", "fetch"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible(page: Page, scheme: Any, width: int) -> None:
    """By axe, in both schemes; and nothing is wider than the window."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    _, key_id = _make_key(page, "Accessible")
    _check_accessible(page)  # shown once
    record = page.locator("main a.code").get_attribute("href") or ""
    own = re.sub("^/[^/]+", "", record)
    for path in (*_PAGES, own, f"{own}/edit", "/no-such-page"):
        _open(page, path)
        _check_accessible(page)

    _open(page, f"/keys?q={key_id}")
    page.locator("tbody input[type=checkbox]").first.check()
    _press(page, "Disable …")
    page.get_by_role("heading", name="Disable 1 key?").wait_for()
    _check_accessible(page)
    _press(page, "Disable")
    page.get_by_role("link", name=key_id).wait_for()
    _check_accessible(page)  # what became of each

    _open(page, "/roles/edit")
    text = page.input_value("#text")
    page.fill("#text", f'{text}\n[roles.CONSOLE]\nallow = ["GET /console"]\n')
    _press(page, "Check")
    page.get_by_text("added CONSOLE allow GET /console").wait_for()
    _check_accessible(page)

    _open(page, "/health")
    _press(page, "Query the log")
    page.wait_for_url("**/health/usage/*")
    _check_accessible(page)
    page.set_viewport_size({"width": 1280, "height": 900})


def _check_accessible(page: Page) -> None:
    page.evaluate(AXE_SCRIPT)
    found = _fulfilled(page, "axe.run({resultTypes: ['violations']})")["violations"]
    assert [(page.url, each["id"], each["nodes"][0]["html"]) for each in found] == []
    room, needed = page.evaluate(
        "[document.documentElement.clientWidth, document.body.scrollWidth]"
    )
    assert needed <= room, page.url


def test_the_keyboard_is_enough_to_make_a_key(stack: Stack, page: Page) -> None:
    """Tab, space and enter, from the top of the page."""
    _open(page, "/new")
    page.locator("#client").focus()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    page.wait_for_url("**/issued/*")
    page.get_by_role("button", name="Copy").focus()
    page.keyboard.press("Space")
    page.get_by_text("Copied.").wait_for()
    assert len(apikeys(stack, "list", "--client", "By keyboard")["records"]) == 1
