"""Logs Insights queries over log lines, as far as this project's queries go.

The emulator knows neither conditions on a line's own fields nor ``stats``; this judges
the lines of a real log by the text that is sent to AWS, and refuses what it can't read.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    type Row = dict[str, Any]

_QUOTED = re.compile(r'"([^"\\]*)"')
_CALL = re.compile(r"(\w+)\(([@\w*]*)(?:, (\w+))?\)(?: as (\w+))?")
_BIN = {"1m": 60, "5m": 300, "1h": 3_600}


def run(query: str, lines: Sequence[str]) -> list[Row]:
    """Return the rows that a query finds in JSON lines, oldest first.

    Raises:
        ValueError: the query has something that is not known here.
    """
    rows = [_row(line) for line in lines]
    shown: list[str] = []
    for stage in (part.strip() for part in query.split("|")):
        verb, _, rest = " ".join(stage.split()).partition(" ")
        if verb == "fields":
            # What is shown; later stages may ask for other fields.
            shown = [name.strip() for name in rest.split(",")]
        else:
            rows = _STAGES[verb](rows, rest)
    return [{n: row[n] for n in shown or row if n in row} for row in rows]


def _row(line: str) -> Row:
    fields = {n: v for n, v in json.loads(line).items() if v is not None}
    at = datetime.fromisoformat(fields["timestamp"])
    stamp = f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}.000"
    return fields | {"@timestamp": stamp, "@message": line}


def _filter(rows: list[Row], text: str) -> list[Row]:
    return [row for row in rows if _holds(text, row)]


def _holds(text: str, row: Row) -> bool:
    if " or " in text:
        return any(_holds(part, row) for part in text.split(" or "))
    if " and " in text:
        return all(_holds(part, row) for part in text.split(" and "))
    if match := re.fullmatch(r"ispresent\((\w+)\)", text):
        return match[1] in row
    if match := re.fullmatch(r"(\w+) in \[(.*)\]", text):
        return row.get(match[1]) in _QUOTED.findall(match[2])
    if match := re.fullmatch(r'(\w+) (=|!=) (?:"([^"]*)"|(\d+))', text):
        wanted: object = match[3] if match[4] is None else int(match[4])
        return (row.get(match[1]) == wanted) is (match[2] == "=")
    raise ValueError(f"not a condition: {text}")


def _stats(rows: list[Row], text: str) -> list[Row]:
    called, _, by = text.partition(" by ")
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(_grouped(row, key.strip()) for key in _split(by))].append(row)
    found = []
    for key, members in groups.items():
        names = [name.strip() for name in _split(by)]
        row = {n: v for n, v in zip(names, key, strict=True) if v is not None}
        for call in _split(called):
            row |= dict([_called(call.strip(), members)])
        found.append(row)
    return found


def _split(text: str) -> list[str]:
    return re.split(r",(?![^(]*\))", text) if text else []


def _grouped(row: Row, key: str) -> Any:
    if match := re.fullmatch(r"bin\((\w+)\)", key):
        at = datetime.fromisoformat(row["@timestamp"]).replace(tzinfo=UTC).timestamp()
        return int(at - at % _BIN[match[1]])
    return row.get(key)


def _called(call: str, rows: list[Row]) -> tuple[str, Any]:
    match = _CALL.fullmatch(call)
    if match is None:
        raise ValueError(f"not a function: {call}")
    function, field, argument, name = match.groups()
    values = sorted(row[field] for row in rows if field in row)
    functions: dict[str, Callable[[], Any]] = {
        "count": lambda: len(rows),
        "min": lambda: values[0],
        "max": lambda: values[-1],
        "avg": lambda: sum(values) / len(values),
        "pct": lambda: values[min(len(values) - 1, len(values) * int(argument) // 100)],
    }
    return name or call, functions[function]()


def _sort(rows: list[Row], text: str) -> list[Row]:
    field, _, direction = text.partition(" ")
    return sorted(rows, key=lambda row: row[field], reverse=direction == "desc")


_STAGES: dict[str, Callable[[list[Row], str], list[Row]]] = {
    "filter": _filter,
    "stats": _stats,
    "sort": _sort,
    "limit": lambda rows, text: rows[: int(text)],
}
