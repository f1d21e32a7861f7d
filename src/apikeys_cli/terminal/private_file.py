"""Files of one owner's, opened so that nobody else has chosen what they are."""

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

# Windows has neither links that anybody may make nor numbers of users.
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)


def open_private(path: Path, flags: int) -> int:
    """Open a file that is this user's, and make it with mode 0600 where flags say so.

    In a folder where others write, such as /tmp, they may have put a link to another
    file there, or a file of theirs that they read.

    Returns:
        The descriptor.

    Raises:
        FileNotFoundError: it is not there, and the flags do not make it.
        UsageError: it is a link, of another owner, no regular file, or can't be opened.
    """
    try:
        # A pipe would wait for a reader.
        waiting = flags | _NOFOLLOW | getattr(os, "O_NONBLOCK", 0)
        descriptor = os.open(path, waiting, OWNER_ONLY)
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
        raise click.UsageError(f"{path}: its folder is not there") from None
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
    """Write a line as it is, however few bytes the system takes at a time."""
    rest = f"{line}\n".encode()
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def size_of_lines(descriptor: int) -> int:
    """Return how much of a file there is up to the end of its last whole line."""
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
        return "is no regular file"
    if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
        return "belongs to another user"
    return None
