"""Where things are printed: data on stdout, everything else on stderr."""

from __future__ import annotations

import errno
import io
import os
import re
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

import click
from rich.cells import cell_len

from apikeys.key import KEY_ID_PATTERN, PREFIX_PATTERN
from apikeys_cli.terminal.visible import HarmlessConsole, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, RenderableType

# Lines are not folded for a program that reads them.
_ENDLESS = 10_000
_COMMAND = "apikeys "
# Whole, or cut in pasting.
_KEY = re.compile(f"({PREFIX_PATTERN}_{KEY_ID_PATTERN}_)[0-9A-Za-z_]+")


class _Messages(HarmlessConsole):
    """A console whose reader may go away without ending the program."""

    def on_broken_pipe(self) -> None:
        """Let the caller handle it, and leave standard output as it is."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def data() -> Console:
    """Return the console for data: as wide as the terminal, or as the data."""
    console = HarmlessConsole()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _ENDLESS
    return console


def messages() -> Console:
    """Return the console for everything that is not data."""
    return _Messages(stderr=True)


def say(message: str) -> None:
    """Print a text that is not data."""
    console = messages()
    for line in message.split("\n"):
        _tell(console, line, soft_wrap=_is_whole(line, console))


def tell(table: RenderableType) -> None:
    """Print a table that is not data."""
    _tell(messages(), table)


def print_line(line: str) -> None:
    """Print a line of data for a person."""
    console = data()
    console.print(line, soft_wrap=_is_whole(line, console))


def _is_whole(line: str, console: Console) -> bool:
    """Return whether a line is printed as one, however long it is.

    Others are broken between words. A command or an address is to be copied.
    """
    has_room = all(cell_len(word) <= console.width for word in line.split())
    return not console.is_terminal or not has_room or _COMMAND in line


@contextmanager
def printed_errors() -> Iterator[None]:
    """Print errors that end the program as any other text that is not data.

    A key that was given as an argument by mistake is not repeated with its secret:
    others may read what a job prints.
    """
    try:
        yield
    except click.ClickException as error:
        error.message = visible(error.message)  # type: ignore[misc]  # no subclass is meant
        error.show = partial(_show, error)  # type: ignore[method-assign]  # as above
        raise


def _show(error: click.ClickException, file: object = None) -> None:
    del file
    told = io.StringIO()
    type(error).show(error, told)
    say(_KEY.sub(r"\1…", told.getvalue().rstrip("\n")))


def _tell(console: Console, told: RenderableType, *, soft_wrap: bool = False) -> None:
    # A full or closed standard error must not stop the command: a key that was made is
    # still to be printed.
    with suppress(OSError):
        console.print(told, markup=False, soft_wrap=soft_wrap)


def print_data(table: RenderableType) -> None:
    """Print a table on stdout."""
    data().print(table)


def tracked[T](
    steps: Iterable[T], description: str, *, count: int, is_hidden: bool
) -> Iterator[T]:
    """Yield steps, under a progress bar on a terminal."""
    # Imported only here: most commands show no bar.
    from rich.progress import Progress  # noqa: PLC0415 - as it says

    from apikeys_cli.terminal.progress import columns  # noqa: PLC0415 - as above

    console = messages()
    with Progress(
        *columns(),
        console=console,
        transient=True,
        redirect_stdout=False,
        disable=not console.is_terminal or is_hidden,
    ) as bar:
        yield from bar.track(steps, total=count, description=description)
