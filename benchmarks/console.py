"""The console in a browser, on thousands of records: how long a person waits.

Run as a script: ``python -m benchmarks.console 5000``. Times are told, none is
judged; tests/unit/apikeys_cli/console counts what a page asks for.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from local import browser
from local.console import started
from tests.harness.population import items
from tests.harness.served import served

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.harness.served import Function

# The command line of this checkout, whatever is installed.
_PROGRAM = [sys.executable, "-c", "from apikeys_cli.main import main; main()"]
# A warm function's answer, its way through Lambda and the network included.
_ANSWER_SECONDS = 0.15
_TYPED = "client 42"
_KEY_MILLISECONDS = 60
# Longer than the page waits for the next letter.
_PAUSE_MILLISECONDS = 400
_SETTLING_MILLISECONDS = 1_000
# Notes what keeps the page from answering: tasks of 50 ms and more, and of each key how
# long it waited, and how long until what it changed was on the screen.
_OBSERVER = """
window.seen = {tasks: [], waits: [], shown: []};
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) seen.tasks.push(task.duration);
}).observe({type: "longtask", buffered: true});
new PerformanceObserver((list) => {
  for (const event of list.getEntries()) {
    if (!event.name.startsWith("key") && event.name !== "input") continue;
    seen.waits.push(event.processingStart - event.startTime);
    seen.shown.push(event.duration);
  }
}).observe({type: "event", durationThreshold: 16, buffered: true});
"""


def main(count: int) -> None:
    """Tell how long the first page takes, and what typing waits for."""
    with served() as function, browser.launched() as launched:
        function.table.fill(items(count, time.time()))
        function.seconds = _ANSWER_SECONDS
        with started(_PROGRAM, function.environment) as address:
            page = launched.new_page(viewport={"width": 1280, "height": 900})
            page.add_init_script(_OBSERVER)
            page.goto(address)
            page.wait_for_url("**/keys")
            print(f"{count:,} records; each answer takes {_ANSWER_SECONDS} s more")
            _first_page(page, function)
            _typing(page, function)


def _first_page(page: Page, function: Function) -> None:
    function.admin.requests.clear()
    page.reload()
    seconds = page.evaluate(
        "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd / 1000"
    )
    asked = [request["action"] for request in function.admin.requests]
    rows = page.locator("tbody tr").count()
    print(f"first page: {seconds:.2f} s for {asked} and {rows} rows")


def _typing(page: Page, function: Function) -> None:
    function.admin.requests.clear()
    page.wait_for_timeout(_SETTLING_MILLISECONDS)
    page.evaluate("for (const noted of Object.values(seen)) noted.length = 0")
    page.focus("#q")
    began = time.monotonic()
    page.keyboard.type(_TYPED, delay=_KEY_MILLISECONDS)
    if page.input_value("#q") != _TYPED:
        raise RuntimeError("the search lost letters")
    page.wait_for_selector("#rows[data-reading]", state="attached")
    letters = len(_TYPED)
    # The table changes with each, until all records are read.
    while page.locator("#rows[data-reading]").count():
        for key in ("x", "Backspace"):
            page.keyboard.press(key)
            page.wait_for_timeout(_PAUSE_MILLISECONDS)
        letters += 2
    seconds = time.monotonic() - began
    page.wait_for_timeout(_SETTLING_MILLISECONDS)
    seen: dict[str, list[float]] = page.evaluate("seen")
    lists = [r["action"] for r in function.admin.requests].count("list")
    print(f"all read after {seconds:.1f} s and {lists} lists, {letters} keys meanwhile")
    print(f"then: {page.locator('.count').inner_text()}")
    for name, told in (
        ("tasks of 50 ms or more", "tasks"),
        ("ms until a key was handled", "waits"),
        ("ms until it was on the screen", "shown"),
    ):
        print(f"{name}: {len(seen[told])}, at most {max(seen[told], default=0):.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
