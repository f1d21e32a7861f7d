"""How far a batch has come, shown to a person who waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.progress import Progress

from apikeys_cli.terminal.console import messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


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
