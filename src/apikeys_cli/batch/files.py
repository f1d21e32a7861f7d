"""Files of rows: CSV with a header, a JSON array, or JSON lines."""

from __future__ import annotations

import csv
import json
from functools import partial
from io import StringIO
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from apikeys import document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

_TOLD = 20
# Of two values one would be lost: the one that disables, say.
_read = partial(json.loads, object_pairs_hook=document.unique)


class RawRow(NamedTuple):
    """A row as it stands in a file.

    Attributes:
        line: where; the number of a row of a JSON array.
        values: what it says, by the names of the fields.
        is_text: whether every value is a text, whatever it means.
    """

    line: int
    values: dict[str, Any]
    is_text: bool


def read_raw_rows(file: TextIO) -> list[RawRow]:
    """Return the rows of a file.

    Raises:
        UsageError: it is none of the three, or has no rows; never shows its content.
    """
    try:
        # Spreadsheets begin with a byte order mark.
        text = file.read().removeprefix("\ufeff")
        rows = list(_json(text) if text.lstrip()[:1] in ("[", "{") else _csv(text))
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        raise click.UsageError(f"{file.name} can't be read: {error}") from error
    if not rows:
        raise click.UsageError(f"{file.name} has no rows")
    return rows


def refuse(name: object, faults: list[str], consequence: str) -> None:
    """End with what is wrong in a file, if anything is.

    Raises:
        UsageError: there are faults.
    """
    if faults:
        more = len(faults) - _TOLD
        shown = [*faults[:_TOLD], f"and {more} more"] if more > 0 else faults
        told = "\n".join(f"  {fault}" for fault in shown)
        raise click.UsageError(f"{name} has faults; {consequence}:\n{told}")


def _json(text: str) -> Iterator[RawRow]:
    if text.lstrip().startswith("["):
        found = list(enumerate(_read(text), start=1))
    else:
        lines = enumerate(text.split("\n"), start=1)
        found = [(n, _read(line)) for n, line in lines if line.strip()]
    for line, row in found:
        if not isinstance(row, dict):
            raise ValueError(f"row {line} is not an object")
        yield RawRow(line, row, is_text=False)


def _csv(text: str) -> Iterator[RawRow]:
    # So spreadsheets write it where the comma is the decimal sign.
    header = text.partition("\n")[0]
    delimiter = ";" if ";" in header and "," not in header else ","
    # Never splitlines: it ends lines at characters that no writer of CSV quotes, so
    # that a client's name could go on as another row, with a key of its choice.
    reader = csv.reader(StringIO(text), delimiter=delimiter, strict=True)
    names = [name.strip() for name in next(reader, [])]
    if len(set(names)) < len(names):
        raise ValueError("two columns have one name")
    for cells in reader:
        if len(cells) > len(names):
            raise ValueError(f"line {reader.line_num} has more cells than the header")
        row = dict(zip_longest(names, map(str.strip, cells), fillvalue=""))
        if any(row.values()):
            yield RawRow(reader.line_num, row, is_text=True)
