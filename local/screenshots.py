"""Takes the pictures in docs/console.md: real pages of a deployed stack."""

import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, ViewportSize

from local import browser, checkout
from local.clients import apikeys
from local.console import running_console
from local.deployment import Stack, running_stack
from local.scenarios.keys import MANAGEMENT, ROLE_MAP

_FOLDER: Final = checkout.ROOT / "docs" / "console"
_SIZE: Final = ViewportSize(width=1280, height=800)
_CLIENTS: Final = (
    ("Portal", "Nightly export", "9d"),
    ("Portal", "Search index", "90d"),
    ("Billing", "Invoices", "200d"),
    ("Test App", "Integration tests", "never"),
    ("Data warehouse", "Daily load", "30d"),
)


def main() -> int:
    """Take each picture."""
    if browser.executable() is None:
        print("There is no browser; see python -m local.browser.", file=sys.stderr)
        return 1
    with running_stack("screenshots") as stack:
        _fill(stack)
        with running_console(stack) as entry, browser.launched() as launched:
            page = launched.new_page(viewport=_SIZE, color_scheme="light")
            page.goto(entry)
            page.wait_for_url("**/keys")
            _take(page)
    return 0


def _fill(stack: Stack) -> None:
    apikeys(stack, "roles", "put", str(ROLE_MAP), "--yes")
    for client, name, end in _CLIENTS:
        about = ("--client", client, "--name", name, "--expires", end)
        issued = apikeys(stack, "issue", *about, "--role", MANAGEMENT)["record"]
        if name == "Invoices":
            apikeys(stack, "disable", issued["keyId"])


def _take(page: Page) -> None:
    base = page.url.removesuffix("/keys")
    _picture(page, "keys")
    page.locator("tbody a").first.click()
    page.wait_for_load_state()
    _picture(page, "key")
    page.goto(f"{base}/new")
    _picture(page, "new")
    page.fill("#client", "Portal")
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/issued/*")
    # The picture of a key would look like a leak to a scanner.
    page.locator("#secret").evaluate(
        "shown => shown.textContent = shown.textContent.slice(0, 20) + '…'"
    )
    _picture(page, "issued")
    for name in ("roles", "health"):
        page.goto(f"{base}/{name}")
        _picture(page, name)


def _picture(page: Page, name: str) -> None:
    path = Path(_FOLDER / f"{name}.png")
    page.screenshot(path=path, full_page=True)
    print(path.relative_to(checkout.ROOT))


if __name__ == "__main__":
    sys.exit(main())
