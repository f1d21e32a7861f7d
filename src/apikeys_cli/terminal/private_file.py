"""Files of the user's own, opened so that nobody else can have substituted them."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

OWNER_ONLY = 0o600

_BLOCK = 65_536

# Windows has neither links that anybody may make nor user ids.
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)


def open_private(path: Path, flags: int) -> int:
    """Open a file of this user's, created with mode 0600 if the flags say so.

    In a folder where others may write, such as /tmp, they may have put a link to
    another file there, or a file of theirs that they can read.

    Returns:
        The descriptor.

    Raises:
        FileNotFoundError: it does not exist, and the flags do not create it.
        UsageError: it is a link, of another owner, not a regular file, or can't be
            opened.
    """
    try:
        # A pipe would wait for a reader.
        waiting = flags | _NOFOLLOW | getattr(os, "O_NONBLOCK", 0)
        descriptor = os.open(path, waiting, OWNER_ONLY)
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
        raise click.UsageError(f"{path}: its folder does not exist") from None
    except OSError as error:
        is_link = error.errno in (errno.ELOOP, errno.EMLINK)
        reason = "is a symbolic link, which is not followed" if is_link else None
        message = f"{path} {reason}" if reason else f"{path}: {error.strerror}"
        raise click.UsageError(message) from error
    if fault := _fault(os.fstat(descriptor)):
        os.close(descriptor)
        raise click.UsageError(f"{path} {fault}")
    return descriptor


def write_line(descriptor: int, line: str) -> None:
    """Write a whole line, however few bytes the system takes at a time."""
    rest = f"{line}\n".encode()
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def size_of_lines(descriptor: int) -> int:
    """Return the size of a file up to the end of its last complete line."""
    end = os.fstat(descriptor).st_size
    while end:
        begin = max(0, end - _BLOCK)
        found = os.pread(descriptor, end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def _fault(status: os.stat_result) -> str | None:
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
        return "belongs to another user"
    return None
