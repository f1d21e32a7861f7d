"""Standard output and standard error, which accept any text and may fail any time."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from apikeys_cli.terminal.console import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The exit code if the work was done but writing failed.
UNWRITTEN = 4

_ESCAPED = "apikeys.escaped"


class UnwrittenError(click.ClickException):
    """The work is done, but what it made or found could not be handed over."""

    exit_code = UNWRITTEN


class _ClosedOutput(io.TextIOBase):
    """Replaces a standard output that was closed before the program began."""

    _is_missed = False

    def writable(self) -> bool:
        """Return False: nothing can be written."""
        return False

    def write(self, text: str, /) -> int:
        """Refuse a text, like an output that fails later."""
        del text
        self._is_missed = True
        raise OSError(errno.EBADF, "it is closed")

    def flush(self) -> None:
        """Refuse, too, if something was to be written."""
        if self._is_missed:
            self._is_missed = False
            raise OSError(errno.EBADF, "it is closed")


def prepare() -> None:
    """Make the standard streams exist and accept every text.

    What an encoding lacks is written as a JSON escape, so that JSON stays JSON.
    """
    codecs.register_error(_ESCAPED, _escaped)
    if sys.stdout is None:
        sys.stdout = _ClosedOutput()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ESCAPED)


def spelled(text: str, plain: str) -> str:
    """Return a text, or a plain one if standard output can't encode it."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return plain
    return text


@contextmanager
def written(
    lost: str | Callable[[], str], place: str = "standard output"
) -> Iterator[None]:
    """Make sure that what is written within leaves the program.

    Args:
        lost: what a person is told otherwise, after the reason, or what returns it.
        place: where it is written.

    Raises:
        UnwrittenError: it could not be written.
    """
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        # Reported here, and not again at the end.
        _fault()
        told = lost if isinstance(lost, str) else lost()
        raise UnwrittenError(f"{place}: {_reason(error)}. {told}") from error


@contextmanager
def open_to_the_end() -> Iterator[None]:
    """Make sure that all output leaves the program; otherwise say so and end with 4."""
    fault: OSError | None
    try:
        yield
    except OSError as error:
        # An unbuffered stream has failed already; a file has a name.
        fault = _fault() or error
        if error.filename is not None:
            raise
    except SystemExit:
        fault = _fault()
        if fault is None:
            raise
    else:
        fault = _fault()
    if isinstance(fault, BrokenPipeError):
        # A reader that has read enough, such as head.
        sys.exit(1)
    if fault is not None:
        message = "What was asked for is done, but could not be printed"
        say(f"Error: {message}: {_reason(fault)}")
        sys.exit(UNWRITTEN)


def _fault() -> OSError | None:
    """Flush what is buffered; if that fails, drop it and return why."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _discard()
        return error
    return None


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _discard() -> None:
    """Drop what can't be written, or Python would try again at exit and complain."""
    # A test's own buffer has no descriptor.
    with suppress(OSError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    units = text.encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "".join(f"\\u{pair}" for pair in pairs), error.end
