"""Files that hold keys: mode 0600, on the disk before anything relies on that."""

from __future__ import annotations

import os
import re
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import click

from apikeys_cli.errors import UnreachableError
from apikeys_cli.terminal.console import say
from apikeys_cli.terminal.private_file import (
    OWNER_ONLY,
    open_private,
    size_of_lines,
    write_line,
)
from apikeys_cli.text_input import STANDARD_INPUT, name_of_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_OTHERS = 0o077
# How a line of CSV or JSON begins.
_KEY_ID = re.compile(r'(?:\{"keyId": ?")?([0-9A-Za-z]{16})[,"]')


def key_file_option[F: Callable[..., Any]](command: F) -> F:
    """Add ``--key-file``."""
    return click.option(
        "--key-file",
        type=click.Path(dir_okay=False),
        help="Write the key to this new file, mode 0600, instead of printing it.",
    )(command)


class KeyFile:
    """A new file for one key, made before the key: if that fails, no key is lost."""

    def __init__(self, path: str) -> None:
        """Make the file, empty.

        Raises:
            UsageError: it exists already, or can't be made.
        """
        self.path = path
        try:
            self._descriptor = os.open(
                path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY
            )
        except FileExistsError as error:
            message = f"{path} exists; a key file is never overwritten"
            raise click.UsageError(message) from error
        except OSError as error:
            raise click.UsageError(f"{path}: {error.strerror}") from error
        self._is_empty = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)
        if self._is_empty:
            os.unlink(self.path)  # noqa: PTH108 - as it was made

    def keep(self, key: str) -> None:
        """Write the key; it is on the disk when this returns."""
        self._is_empty = False
        _write(self._descriptor, key)


class KeyList:
    """A file to which keys are added, one a line.

    Attributes:
        path: absolute.
    """

    def __init__(self, path: Path, *, repairs: bool) -> None:
        """Open or make the file.

        Args:
            path: where it is.
            repairs: whether an incomplete last line is what remains of an earlier run,
                stopped while writing; that row's key was never counted as kept.

        Raises:
            UsageError: it is a link, of another owner or not a regular file, others
                may read it, its last line is incomplete, or it can't be opened.
        """
        self.path = str(path.absolute())
        self._descriptor = open_private(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            self._check(path, repairs=repairs)
        except BaseException:
            os.close(self._descriptor)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been written to it yet."""
        return os.fstat(self._descriptor).st_size == 0

    def held(self, key_ids: set[str]) -> set[str]:
        """Return which of these key ids have their keys in the file."""
        if not key_ids:
            return set()
        with open(self._descriptor, encoding="utf-8", closefd=False) as file:
            file.seek(0)
            found = map(_KEY_ID.match, file)
            return {told[1] for told in found if told and told[1] in key_ids}

    def add(self, line: str) -> None:
        """Add a line; it is on the disk when this returns.

        Raises:
            UnreachableError: it can't be written; the rest of the row is still to be
                done.
        """
        try:
            _write(self._descriptor, line)
        except OSError as error:
            message = f"{self.path} can't be written: {error.strerror}"
            raise UnreachableError(message) from error

    def _check(self, path: Path, *, repairs: bool) -> None:
        status = os.fstat(self._descriptor)
        if _is_open_to_others(status):
            raise click.UsageError(f"others may read {path}; run: chmod 600 {path}")
        # Not by its path, which may be another file by now.
        complete = size_of_lines(self._descriptor)
        if complete == status.st_size:
            return
        if not repairs:
            raise click.UsageError(f"the last line of {path} is incomplete")
        os.ftruncate(self._descriptor, complete)


def warn_of_readers(source: str) -> None:
    """Warn if others may read a file of keys."""
    # Standard input may be closed, or a program's own buffer.
    with suppress(OSError, AttributeError):
        found = sys.stdin.fileno() if source == STANDARD_INPUT else source
        if _is_open_to_others(os.stat(found)):  # noqa: PTH116 - a descriptor, too
            name = name_of_source(source)
            say(f"Others may read {name} and the keys in it: chmod 600.")


def _is_open_to_others(status: os.stat_result) -> bool:
    mode = status.st_mode
    return stat.S_ISREG(mode) and bool(stat.S_IMODE(mode) & _OTHERS)


def _write(descriptor: int, line: str) -> None:
    write_line(descriptor, line)
    os.fsync(descriptor)
