"""What the command line prints: data on stdout, everything else on stderr."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FORMATS = ("table", "json", "ndjson", "csv")

_STATE_STYLES = {
    "active": "green",
    "disabled": "yellow",
    "expired": "red",
    "revoked": "red",
}
_CSV_FIELDS = (
    "keyId",
    "state",
    "client",
    "name",
    "issuer",
    "roles",
    "issueDate",
    "expirationDate",
    "expiresInDays",
    "enabled",
    "description",
    "usagePlanId",
    "version",
)
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def show(answer: Mapping[str, Any], output: str) -> None:
    """Print an answer whose data is one record or one role map."""
    record = answer.get("record")
    if output == "json":
        print_json(answer)
    elif output == "ndjson":
        sys.stdout.write(f"{_compact(_flat(answer))}\n")
    elif output == "csv":
        print_csv([_flat(answer)])
    elif isinstance(record, dict):
        print_record(record)
    else:
        print_json(answer)


def print_json(answer: Mapping[str, Any]) -> None:
    """Print an answer as indented JSON."""
    sys.stdout.write(f"{json.dumps(answer, indent=2, ensure_ascii=False)}\n")


def print_csv(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print records as CSV (RFC 4180) that no spreadsheet takes for formulas."""
    listed = list(rows)
    fields = ["key"] if any("key" in row for row in listed) else []
    writer = csv.writer(sys.stdout)
    writer.writerow([*fields, *_CSV_FIELDS])
    for row in listed:
        writer.writerow([_cell(row.get(field)) for field in (*fields, *_CSV_FIELDS)])


def print_record(record: Mapping[str, Any], *, to_stderr: bool = False) -> None:
    """Print a record as a table of two columns."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for field, value in record.items():
        style = _STATE_STYLES.get(str(value), "") if field == "state" else ""
        table.add_row(field, Text(_plain(value), style=style))
    Console(stderr=to_stderr, highlight=False).print(table)


def say(message: str) -> None:
    """Tell a person something that is not data."""
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(message)


def _flat(answer: Mapping[str, Any]) -> dict[str, Any]:
    record = answer.get("record", {})
    rest = {name: value for name, value in answer.items() if name != "record"}
    return {**rest, **record}


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> str:
    if value is None:
        return "never"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(str(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}={part}" for name, part in value.items())
    return str(value)


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = _plain(value) if isinstance(value, list | dict) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
