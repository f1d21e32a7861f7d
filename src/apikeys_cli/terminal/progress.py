"""What a bar says about a batch: how far it is, how fast, and when it will be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

if TYPE_CHECKING:
    from rich.progress import Task


class RateColumn(ProgressColumn):
    """The rows done per second, as far as that is known."""

    def render(self, task: Task) -> Text:
        """Return the current rate; empty until it is known."""
        rate = task.finished_speed or task.speed
        return Text("" if rate is None else f"{rate:,.1f} rows/s")


def columns() -> tuple[ProgressColumn, ...]:
    """Return the columns of a bar."""
    return (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
    )
