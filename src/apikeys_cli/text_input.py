"""The text of a file or of standard input: one reader for all input by people."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path

import click

STANDARD_INPUT = "-"

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ADVICE = "save it as UTF-8 (a spreadsheet says: CSV UTF-8)"


def text_path() -> click.Path:
    """Return the type of an option that names a source."""
    return click.Path(exists=True, dir_okay=False, allow_dash=True)


def read_text(source: str | Path) -> str:
    """Return the text of a file, with lines ended by line feeds.

    Args:
        source: a path, or ``-`` for standard input.

    Raises:
        UsageError: it can't be read, or is not UTF-8; never shows its content.
    """
    name = name_of_source(source)
    try:
        raw = _standard_input() if name != str(source) else Path(source).read_bytes()
    except OSError as error:
        reason = error.strerror or "it can't be opened"
        raise click.UsageError(f"{name} can't be read: {reason}") from error
    return decoded(raw, name).replace("\r\n", "\n").replace("\r", "\n")


def read_standard_input() -> str:
    """Return the text of standard input as it is.

    Raises:
        UsageError: it is closed, or not UTF-8; never shows its content.
    """
    return decoded(_standard_input(), name_of_source(STANDARD_INPUT))


def name_of_source(source: str | Path) -> str:
    """Return what a message calls a source."""
    return "standard input" if str(source) == STANDARD_INPUT else str(source)


def decoded(raw: bytes, name: str) -> str:
    """Return the text in UTF-8 bytes, without a byte order mark.

    Raises:
        UsageError: it is another encoding; says which one, if known.
    """
    if raw.startswith(_UTF_16):
        raise click.UsageError(f"{name} can't be read: it is UTF-16; {_ADVICE}")
    if b"\0" in raw:
        message = f"{name} can't be read: it has NUL characters, as UTF-16 has"
        raise click.UsageError(f"{message}; {_ADVICE}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # With replacement characters it would be another password, and many the same.
        message = f"{name} can't be read: it is not UTF-8; {_ADVICE}"
        raise click.UsageError(message) from None


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise click.UsageError("standard input is closed")
    return sys.stdin.buffer.read()
