"""Where things are printed: data on stdout, everything else on stderr."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.progress import Progress

from apikeys_cli.terminal.visible import HarmlessConsole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, RenderableType

# Nothing is folded for a program that reads lines.
_ENDLESS = 10_000


def data() -> Console:
    """Return the console of data: as wide as the terminal, or as the data."""
    console = HarmlessConsole()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _ENDLESS
    return console


def messages() -> Console:
    """Return the console of everything that is not data."""
    return HarmlessConsole(stderr=True)


def say(message: str) -> None:
    """Tell a person something that is not data."""
    messages().print(message, markup=False, soft_wrap=True)


def print_data(table: RenderableType) -> None:
    """Print a table on stdout."""
    data().print(table)


def tracked[T](
    steps: Iterable[T], description: str, *, count: int, is_hidden: bool
) -> Iterator[T]:
    """Yield steps, under a bar on a terminal that sees none of them otherwise."""
    console = messages()
    with Progress(
        console=console,
        transient=True,
        redirect_stdout=False,
        disable=not console.is_terminal or is_hidden,
    ) as bar:
        yield from bar.track(steps, total=count, description=description)
