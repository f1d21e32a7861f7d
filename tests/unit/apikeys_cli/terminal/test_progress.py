"""What a bar says of a batch."""

from __future__ import annotations

import io

from rich.console import Console
from rich.progress import Progress

from apikeys_cli.terminal.progress import columns


def _shown(done: int, seconds: float) -> str:
    now = 0.0
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100, color_system=None)
    with Progress(
        *columns(), console=console, get_time=lambda: now, auto_refresh=False
    ) as bar:
        task = bar.add_task("Importing", total=10_000)
        for _ in range(done):
            now += seconds / done
            bar.advance(task)
        bar.refresh()
    return out.getvalue()


def test_a_bar_says_how_many_rows_how_fast_and_until_when() -> None:
    """Of ten thousand rows, at fifty a second."""
    shown = _shown(500, 10)
    assert "Importing" in shown
    assert "500/10000" in shown
    assert "50.0 rows/s" in shown
    assert "0:03:10" in shown


def test_a_bar_that_has_just_begun_promises_nothing() -> None:
    """There is no rate to tell, and no end."""
    shown = _shown(1, 0.5)
    assert "rows/s" not in shown
    assert "-:--:--" in shown
