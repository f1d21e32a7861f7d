"""The file next to a file of rows to which the steps of a run are added."""

from __future__ import annotations

import json
import os
import secrets
import stat
from threading import Lock
from typing import TYPE_CHECKING, Any

import click

from apikeys import document
from apikeys_cli.errors import UnreachableError
from apikeys_cli.terminal.private_file import open_private, size_of_lines, write_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FORM = 2


class JournalFile:
    """A heading, and a line for each step; created with the first step.

    Attributes:
        path: where it is.
        run_token: of the run that it is about.
    """

    def __init__(self, source: Path, function: str) -> None:
        """Open the file, if there is one, exclusively.

        Args:
            source: the file of rows.
            function: identifies the deployment.

        Raises:
            UsageError: another run is in progress, or the file is of another deployment
                or unreadable.
        """
        self.path = source.with_name(f"{source.name}.apikeys-run.json")
        self.run_token = secrets.token_hex(16)
        self._function = function
        self._adding = Lock()
        self._descriptor: int | None = None
        self._lock = _locked(source)
        try:
            self._descriptor = open_private(self.path, os.O_RDWR | os.O_APPEND)
            self._check_heading(self._descriptor)
        except FileNotFoundError:
            pass
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let another process open it."""
        os.close(self._lock)
        if self._descriptor is not None:
            os.close(self._descriptor)

    def steps(self) -> Iterator[dict[str, Any]]:
        """Yield the steps that were written completely.

        Raises:
            ValueError: a line is no step.
        """
        if self._descriptor is not None:
            lines = _lines(self._descriptor)
            next(lines)
            yield from lines

    def add(self, step: dict[str, Any], *, is_kept: bool = False) -> None:
        """Add a step.

        Args:
            step: never a key.
            is_kept: whether it and all before it must be on disk when this returns.

        Raises:
            UnreachableError: it can't be written.
        """
        try:
            with self._adding:
                if self._descriptor is None:
                    self._descriptor = self._made()
                write_line(self._descriptor, json.dumps(step))
            if is_kept:
                os.fsync(self._descriptor)
        except OSError as error:
            message = f"{self.path} can't be written: {error.strerror}"
            raise UnreachableError(message) from error

    def unreadable(self, reason: object) -> click.UsageError:
        """Return the error to raise; the reason never shows the content."""
        return click.UsageError(f"{self.path} can't be read: {reason}")

    def _check_heading(self, descriptor: int) -> None:
        try:
            heading = next(_lines(descriptor), {})
            if heading.get("form") != _FORM:
                raise ValueError("it is of another version")  # noqa: TRY301
            other, self.run_token = heading["function"], heading["runToken"]
        except (OSError, ValueError, KeyError) as error:
            raise self.unreadable(error) from error
        if other != self._function:
            raise click.UsageError(
                f"{self.path} is of a run against {other}; to issue these keys at "
                f"{self._function}, too, copy the file under another name"
            )
        # A killed run did not act on a step that it did not write completely.
        os.ftruncate(descriptor, size_of_lines(descriptor))

    def _made(self) -> int:
        """Create the file; it is never seen without its heading."""
        beside = self.path.with_name(f"{self.path.name}.new")
        # Left by a killed run, or a link that somebody else put there.
        beside.unlink(missing_ok=True)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL
        descriptor = open_private(beside, flags)
        try:
            heading = {"form": _FORM, "function": self._function}
            heading |= {"runToken": self.run_token}
            write_line(descriptor, json.dumps(heading))
            os.fsync(descriptor)
            beside.replace(self.path)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor


def _lines(descriptor: int) -> Iterator[dict[str, Any]]:
    with open(descriptor, encoding="utf-8", closefd=False) as file:
        file.seek(0)
        for line in file:
            if line.endswith("\n"):
                yield document.loads(line)


def _locked(source: Path) -> int:
    try:
        import fcntl  # noqa: PLC0415 - Windows has none, and needs it here alone
    except ImportError as error:
        raise click.UsageError(
            "a batch needs a file lock that this system lacks (Python's fcntl): on "
            "Windows run it under WSL, or issue the keys one by one"
        ) from error
    # A pipe, which was read to its end by now, would wait for another writer.
    descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        message = f"{source} is not a regular file: the state of a run is kept next to "
        raise click.UsageError(f"{message}it, so put the rows into one")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise click.UsageError(f"another run of {source} is at work") from error
    return descriptor
