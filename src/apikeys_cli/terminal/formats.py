"""The four formats in which data is printed."""

from __future__ import annotations

import csv
import json
import sys
import time
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from apikeys_cli.dates import dated
from apikeys_cli.records import named
from apikeys_cli.roles import findings as role_findings
from apikeys_cli.terminal import console
from apikeys_cli.terminal.visible import visible, visible_cell, visible_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

FORMATS = ("table", "json", "ndjson", "csv")

STATE_STYLES = {
    "active": "green",
    "disabled": "yellow",
    "expired": "red",
    "revoked": "red",
}
RECORD_FIELDS = (
    "keyId",
    "login",
    "state",
    "client",
    "name",
    "issuer",
    "roles",
    "issueDate",
    "expirationDate",
    "expiresInDays",
    "lastUsed",
    "restorableUntil",
    "enabled",
    "description",
    "usagePlanId",
    "allowedCidrs",
    "version",
)


def show(answer: Mapping[str, Any], output: str) -> None:
    """Print an answer with one record, and its warnings."""
    warn(answer)
    extra = [
        f for f in ("key", "password", "decision", "reason", "route") if f in answer
    ]
    emit(
        output,
        answer,
        [_flat(answer)],
        (*extra, *RECORD_FIELDS),
        lambda: console.print_data(record_table(answer["record"])),
    )


def say_restorable(record: Mapping[str, Any]) -> None:
    """Say until when and how a revoked record can be brought back."""
    if (until := record.get("restorableUntil")) is not None:
        console.say(f"Restorable until {until}: apikeys restore {named(record)}")


def warn(answer: Mapping[str, Any]) -> None:
    """Say what an answer warns of."""
    for finding in answer.get("findings", ()):
        console.say(role_findings.sentence(finding))


def emit(
    output: str,
    answer: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    table: Callable[[], None],
) -> None:
    """Print an answer in the requested format.

    Args:
        output: the format.
        answer: printed as JSON, whole.
        rows: printed one a line as JSON, or as CSV.
        columns: those of CSV.
        table: prints it for a person.
    """
    if output == "json":
        print_json(answer)
    elif output == "ndjson":
        print_lines(rows)
    elif output == "csv":
        print_csv(rows, columns)
    else:
        table()


def print_json(answer: object) -> None:
    """Print JSON with indents."""
    text = json.dumps(answer, indent=2, ensure_ascii=False)
    sys.stdout.write(f"{visible_json(text)}\n")


def print_lines(rows: Iterable[object]) -> None:
    """Print one JSON document per line, each as soon as it arrives."""
    for row in rows:
        sys.stdout.write(f"{compact(row)}\n")
        sys.stdout.flush()


def print_csv(rows: Iterable[Mapping[str, Any]], fields: Sequence[str]) -> None:
    """Print rows as CSV (RFC 4180) in which no spreadsheet finds a formula."""
    writer = csv.writer(sys.stdout)
    writer.writerow(fields)
    for row in rows:
        writer.writerow(csv_cells(row, fields))
        sys.stdout.flush()


def echo_lines(lines: Iterable[str]) -> None:
    """Print texts for a person, one per line; a terminal breaks no word of them."""
    for line in lines:
        console.print_line(line)


def echo(text: str) -> None:
    """Print a text as it is, never folded."""
    sys.stdout.write(f"{visible(text)}\n")


def csv_cells(row: Mapping[str, Any], fields: Sequence[str]) -> list[str]:
    """Return the cells of a CSV row."""
    return [_cell(row.get(field)) for field in fields]


def record_table(record: Mapping[str, Any]) -> Table:
    """Return a record as a table of two columns."""
    table = details()
    for field, value in record.items():
        # Said already, and better, next to the date.
        if field not in ("expiresInDays", "schemaVersion"):
            table.add_row(visible(field), _styled(field, value))
    return table


def details() -> Table:
    """Return a table for names of fields, and beside each its value."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def compact(value: object) -> str:
    """Return JSON on one line."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return visible_json(text)


def plain(value: object) -> str:
    """Return a value as a person writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(str(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}={part}" for name, part in value.items())
    return str(value)


def _styled(field: str, value: Any) -> Text:  # noqa: ANN401 - any JSON
    if field in ("expirationDate", "restorableUntil"):
        return Text(dated(value, time.time(), exact=True))
    style = STATE_STYLES.get(str(value), "") if field == "state" else ""
    return Text(visible(plain(value), kept="") or "-", style=style)


def _flat(answer: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in answer.items() if name != "record"}
    return {**rest, **answer.get("record", {})}


def _cell(value: object) -> str:
    text = plain(value) if isinstance(value, list | dict | None) else str(value)
    return visible_cell(text)
