"""Records as a table that fits the terminal, narrow ones too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from apikeys_cli.dates import dated
from apikeys_cli.records import name_of
from apikeys_cli.terminal.console import data
from apikeys_cli.terminal.formats import STATE_STYLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Below, six columns would leave too little for what people wrote.
_ENOUGH = 76


def listing_table(records: Sequence[Mapping[str, Any]], now: float) -> Table:
    """Return a table of records: six columns, or three with lines on one another."""
    if data().width < _ENOUGH:
        return _narrow(records, now)
    table = _empty(records, "state", "client", "name", "roles", "expires")
    for record in records:
        table.add_row(
            Text(name_of(record)),
            _state(record),
            Text(record.get("client") or ""),
            Text(record.get("name") or ""),
            Text(" ".join(record.get("roles", []))),
            _end(record, now),
        )
    return table


def _narrow(records: Sequence[Mapping[str, Any]], now: float) -> Table:
    table = _empty(records, "client, name, roles", "expires")
    for record in records:
        texts = [record.get("client"), record.get("name"), *record.get("roles", [])]
        table.add_row(
            Text(f"{name_of(record)}\n").append(_state(record)),
            Text("\n".join(text for text in texts if text)),
            _end(record, now).replace(" (", "\n("),
        )
    return table


def _empty(records: Sequence[Mapping[str, Any]], *columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    has_accounts = any("login" in record for record in records)
    heading = "keyId or login" if has_accounts else "keyId"
    table.add_column(heading, overflow="fold", min_width=16)
    for column in columns:
        table.add_column(
            column, overflow="fold", no_wrap=column == "state", min_width=4
        )
    return table


def _state(record: Mapping[str, Any]) -> Text:
    state = record["state"]
    return Text(state, style=STATE_STYLES.get(state, ""))


def _end(record: Mapping[str, Any], now: float) -> str:
    if "expirationDate" not in record:
        return ""
    return dated(record["expirationDate"], now)
