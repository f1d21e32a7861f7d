"""Files of rows: CSV with a header, a JSON array, or one JSON object after another."""

from __future__ import annotations

import csv
import json
import re
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from apikeys import document
from apikeys_cli.text_input import name_of_source, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

# Separators where the comma is the decimal sign, and of copied cells.
_DELIMITERS = ",;\t"
# One of two values would be lost: the one that disables, say.
_DECODER = json.JSONDecoder(object_pairs_hook=document.unique)
_IS_JSON = re.compile(r"\s*[\[{]")
_NO_SPACE = re.compile("[^ \n\t]")
# Never splitlines: it ends lines at characters that CSV writers don't quote, so that a
# client's name could continue as another row, with a key of its choice.
_LINE = re.compile("[^\n]*\n|[^\n]+")
_LINE_OF_SOME = re.compile("[^\n]+")


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


class RawRows:
    """The rows of a file, parsed one by one each time they are iterated over.

    Only the text is held; a JSON array is parsed whole.
    """

    def __init__(self, source: str | Path) -> None:
        """Read a file.

        Args:
            source: a path, or ``-`` for standard input.

        Raises:
            UsageError: it can't be read; never shows its content.
        """
        self._name = name_of_source(source)
        self._text = read_text(source)

    def __iter__(self) -> Iterator[RawRow]:
        """Yield the rows.

        Raises:
            UsageError: it is in none of the three formats, or has no rows; never shows
                its content.
        """
        read = _json if _IS_JSON.match(self._text) else _csv
        count = 0
        try:
            for count, row in enumerate(read(self._text), start=1):  # noqa: B007 - told
                yield row
        except RecursionError:
            message = f"{self._name} can't be read: it is nested too deep"
            raise click.UsageError(message) from None
        except json.JSONDecodeError as error:
            raise click.UsageError(
                f"{self._name} can't be read: {error}. JSON is an array of objects, or "
                "one object after another; jq -c '.[]' makes these of an array"
            ) from None
        except (ValueError, csv.Error) as error:
            message = f"{self._name} can't be read: {error}"
            raise click.UsageError(message) from None
        if not count:
            raise click.UsageError(f"{self._name} has no rows")


def _json(text: str) -> Iterator[RawRow]:
    values = _values(text)
    begin = list(islice(values, 2))
    rows: Iterable[tuple[int, Any]] = chain(begin, values)
    if len(begin) == 1:
        whole = begin[0][1]
        listed = _items(whole) if isinstance(whole, dict) else whole
        if isinstance(listed, list):
            rows = enumerate(listed, start=1)
    for line, row in rows:
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
    header = _LINE_OF_SOME.search(text)
    delimiter = next((s for s in _DELIMITERS if header and s in header[0]), ",")
    lines = (line[0] for line in _LINE.finditer(text))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
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
