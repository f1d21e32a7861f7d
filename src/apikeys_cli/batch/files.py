"""Files of rows: CSV with a header, a JSON array, or one JSON object after another."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from apikeys import document
from apikeys_cli.text_input import name_of_source, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Separators where the comma is the decimal sign, and of copied cells.
_DELIMITERS = ",;\t"
# One of two values would be lost: the one that disables, say.
_DECODER = json.JSONDecoder(object_pairs_hook=document.unique)
_NO_SPACE = re.compile("[^ \n\t]")


class RawRow(NamedTuple):
    """A row as it is in a file.

    Attributes:
        line: its line, or its number in a JSON array.
        values: what it says, by field name.
        is_text: whether every value is a text, whatever it means.
    """

    line: int
    values: dict[str, Any]
    is_text: bool


def read_raw_rows(source: str | Path) -> list[RawRow]:
    """Return the rows of a file.

    Args:
        source: a path, or ``-`` for standard input.

    Raises:
        UsageError: it is in none of the three formats, or has no rows; never shows its
            content.
    """
    name = name_of_source(source)
    text = read_text(source)
    try:
        rows = list(_json(text) if text.lstrip()[:1] in ("[", "{") else _csv(text))
    except RecursionError:
        message = f"{name} can't be read: it is nested too deep"
        raise click.UsageError(message) from None
    except json.JSONDecodeError as error:
        raise click.UsageError(
            f"{name} can't be read: {error}. JSON is an array of objects, or one "
            "object after another; jq -c '.[]' makes these of an array"
        ) from None
    except (ValueError, csv.Error) as error:
        raise click.UsageError(f"{name} can't be read: {error}") from None
    if not rows:
        raise click.UsageError(f"{name} has no rows")
    return rows


def _json(text: str) -> Iterator[RawRow]:
    found = list(_values(text))
    if len(found) == 1:
        whole = found[0][1]
        rows = _items(whole) if isinstance(whole, dict) else whole
        if isinstance(rows, list):
            found = list(enumerate(rows, start=1))
    for line, row in found:
        if not isinstance(row, dict):
            raise ValueError(
                f"row {line} is not an object; jq -c '.[]' makes objects of an array"
            )
        yield RawRow(line, row, is_text=False)


def _values(text: str) -> Iterator[tuple[int, Any]]:
    """Yield values that follow one another, each with its line."""
    line, end = 1, 0
    while rest := _NO_SPACE.search(text, end):
        begin = rest.start()
        line += text.count("\n", end, begin)
        value, end = _DECODER.raw_decode(text, begin)
        yield line, value
        line += text.count("\n", begin, end)


def _items(answer: dict[str, Any]) -> list[Any] | None:
    """Return the list in what ``aws apigateway get-api-keys`` printed, if any."""
    items = answer.get("items")
    if not isinstance(items, list):
        return None
    if any(answer.get(name) for name in ("NextToken", "position")):
        raise ValueError(
            "it is one page of several; get all of them, without --max-items"
        )
    return items


def _csv(text: str) -> Iterator[RawRow]:
    # Never splitlines: it ends lines at characters that CSV writers don't quote, so
    # that a client's name could continue as another row, with a key of its choice.
    header = text.lstrip("\n").partition("\n")[0]
    delimiter = next((sign for sign in _DELIMITERS if sign in header), ",")
    reader = csv.reader(StringIO(text), delimiter=delimiter, strict=True)
    names: list[str] = []
    for raw in reader:
        cells = _without_end([cell.strip() for cell in raw])
        if not cells:
            continue
        if not names:
            names = _header(cells)
            continue
        cells = _with_lists(cells, len(names))
        if len(cells) > len(names):
            raise ValueError(f"line {reader.line_num} has more cells than the header")
        pairs = list(zip_longest(names, cells, fillvalue=""))
        if any(cell for name, cell in pairs if not name):
            raise ValueError(
                f"line {reader.line_num} has a cell in a column without a name"
            )
        row = {name: cell for name, cell in pairs if name}
        yield RawRow(reader.line_num, row, is_text=True)


def _without_end(cells: list[str]) -> list[str]:
    """Return cells without trailing empty ones, which spreadsheets add."""
    count = len(cells)
    while count and not cells[count - 1]:
        count -= 1
    return cells[:count]


def _header(names: list[str]) -> list[str]:
    named = [name for name in names if name]
    if len(set(named)) < len(named):
        raise ValueError("two columns have one name")
    return names


def _with_lists(cells: list[str], count: int) -> list[str]:
    """Return cells, joining lists in single quotes if that gives the right number.

    API Gateway's key file may have usage plans in this form, which CSV splits.
    """
    joined: list[str] = []
    is_open = False
    for cell in cells:
        if is_open:
            joined[-1] += f",{cell}"
            is_open = not cell.endswith("'")
        else:
            joined.append(cell)
            is_open = cell.startswith("'") and not cell[1:].endswith("'")
    if len(cells) <= count or len(joined) > count:
        return cells
    return [cell.strip("'") if "," in cell else cell for cell in joined]
