"""Files of rows: CSV with a header, a JSON array, or JSON lines."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

_TOLD = 20


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
        found = list(enumerate(json.loads(text), start=1))
    else:
        lines = enumerate(text.splitlines(), start=1)
        found = [(n, json.loads(line)) for n, line in lines if line.strip()]
    for line, row in found:
        if not isinstance(row, dict):
            raise ValueError(f"row {line} is not an object")
        yield RawRow(line, row, is_text=False)


def _csv(text: str) -> Iterator[RawRow]:
    lines = text.splitlines(keepends=True)
    # So spreadsheets write it where the comma is the decimal sign.
    header = lines[0] if lines else ""
    delimiter = ";" if ";" in header and "," not in header else ","
    reader = csv.DictReader(lines, delimiter=delimiter, strict=True)
    for row in reader:
        if None in row:
            raise ValueError(f"line {reader.line_num} has more cells than the header")
        cells = {name.strip(): (cell or "").strip() for name, cell in row.items()}
        if any(cells.values()):
            yield RawRow(reader.line_num, cells, is_text=True)
