"""What became of each row of a batch, printed as it happens, and what is left of it."""

from __future__ import annotations

import csv
import json
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol, Self

import click
from rich.cells import cell_len

from apikeys_cli.errors import UnreachableError
from apikeys_cli.terminal import streams
from apikeys_cli.terminal.console import say
from apikeys_cli.terminal.formats import compact, csv_cells
from apikeys_cli.terminal.visible import visible, visible_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FIELDS = ("status", "keyId", "login", "client", "name", "error")
_WIDTHS = {"status": 12, "keyId": 17, "client": 25}
_PLACE_WIDTHS = {"line": 5, "secret": 7}


class Named(Protocol):
    """A row, as a report identifies it."""

    @property
    def line(self) -> int | str:
        """Its place in the file."""
        ...

    @property
    def client(self) -> str | None:
        """Who its key is for."""
        ...

    @property
    def name(self) -> str | None:
        """What its key is for."""
        ...


class Report:
    """Rows on stdout; a row that was added is out, on the disk if stdout is a file.

    In the format ``json`` the rows are one document, written bit by bit, which is
    complete at the end of ``with``.
    """

    def __init__(
        self, output: str, *, shows_keys: bool = False, place: str = "line"
    ) -> None:
        """Begin a report.

        Args:
            output: the format.
            shows_keys: whether the rows have their keys.
            place: what a row is named by, ``line`` or ``secret``.

        Raises:
            UsageError: nothing can be written, so that nothing is to be done.
        """
        self._output = output
        self._place = place
        self._widths = {place: _PLACE_WIDTHS[place], **_WIDTHS}
        self._fields = (place, *_FIELDS, *(["key"] if shows_keys else []))
        self._count = 0
        if not sys.stdout.writable():
            raise click.UsageError("standard output is closed, which the report is for")
        try:
            with streams.written("Nothing was changed."):
                self._begin()
        except streams.UnwrittenError as error:
            raise click.UsageError(error.message) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._output == "json":
            sys.stdout.write("\n]}\n")
        _flush()

    @property
    def is_seen(self) -> bool:
        """Whether the rows themselves show the progress on a terminal."""
        return sys.stdout.isatty()

    def add(self, row: Named, status: str, **found: str) -> None:
        """Print what became of a row."""
        told: dict[str, Any] = {
            self._place: row.line,
            "status": status,
            "client": row.client,
            "name": row.name,
            **found,
        }
        rest = {field: told[field] for field in self._fields if field in told}
        if self._output == "csv":
            csv.writer(sys.stdout).writerow(csv_cells(rest, self._fields))
        elif self._output == "json":
            separator = ",\n" if self._count else "\n"
            text = json.dumps(rest, ensure_ascii=False, indent=1)
            sys.stdout.write(f"{separator}{visible_json(text)}")
        elif self._output == "ndjson":
            sys.stdout.write(f"{compact(rest)}\n")
        else:
            rest["keyId"] = found.get("keyId") or found.get("login")
            rest[self._last] = found.get("key") or found.get("error", "")
            sys.stdout.write(self._aligned(rest))
        self._count += 1
        _flush()

    @property
    def _last(self) -> str:
        return "key" if "key" in self._fields else "remark"

    def _begin(self) -> None:
        if self._output == "csv":
            csv.writer(sys.stdout).writerow(self._fields)
        elif self._output == "json":
            sys.stdout.write('{"rows": [')
        elif self._output == "table":
            heading = {field: field for field in (*self._widths, self._last)}
            sys.stdout.write(self._aligned(heading))

    def _aligned(self, row: dict[str, Any]) -> str:
        """Return a line; what is wider than its column moves the rest, and is whole."""
        line, end = "", 0
        for field, width in self._widths.items():
            line += visible(str(row.get(field) or ""), kept="")
            end += width
            # The other keeps each text that it has measured.
            taken = len(line) if line.isascii() else cell_len(line)
            line += " " * max(1, end - taken)
        last = visible(str(row.get(self._last, "")))
        return f"{line}{last}".rstrip() + "\n"


@contextmanager
def unfinished(left: Callable[[], str]) -> Iterator[None]:
    """Say what is left to do, where a batch ends before its end.

    Args:
        left: returns it, and how to go on.

    Raises:
        UnwrittenError: its report can't be written any more.
    """
    try:
        with streams.written(left):
            yield
    except (UnreachableError, KeyboardInterrupt):
        say(left())
        raise


def _flush() -> None:
    sys.stdout.flush()
    # Pipes and terminals can't be synchronised, nor can a test's buffer.
    with suppress(OSError, ValueError):
        os.fsync(sys.stdout.fileno())
