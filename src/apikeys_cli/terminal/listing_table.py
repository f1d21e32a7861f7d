"""Records as a table that fits the terminal: nothing is cropped, however narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from apikeys_cli.dates import dated
from apikeys_cli.records import name_of
from apikeys_cli.terminal.console import data
from apikeys_cli.terminal.formats import STATE_STYLES, details, plain
from apikeys_cli.terminal.layout import (
    Column,
    fits,
    fitted,
    fixed,
    flexible,
    stacked,
    words,
)
from apikeys_cli.terminal.streams import spelled
from apikeys_cli.terminal.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.table import Table

# In a narrower table, how far away an end is goes under its date.
_ENOUGH_FOR_LINES = 100
# The first letters of a time, which say its day.
_DAY = 10
# What people wrote, in which a long word may be broken.
_WRITTEN = ("client", "issuer", "name", "description")


def listing_table(records: Sequence[Mapping[str, Any]], now: float) -> Table:
    """Return a table of records: six columns, or three or two with stacked lines.

    A role's name is broken only if it is longer than the room left by the key id.
    """
    has_lines = data().width < _ENOUGH_FOR_LINES
    return fitted(_layouts(records, now, has_lines=has_lines))


def chosen_table(records: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Table:
    """Return a table of some fields of records, side by side where there is room.

    Otherwise they stand below one another, as those of a single record do.
    """
    cells = [[_shown(record.get(name)) for record in records] for name in names]
    columns = [
        (flexible if name in _WRITTEN else words)(name, column)
        for name, column in zip(names, cells, strict=True)
    ]
    if fits(columns):
        return fitted([columns])
    table = details()
    for texts in zip(*cells, strict=True):
        for name, text in zip(names, texts, strict=True):
            table.add_row(name, text)
        table.add_row()
    return table


def _shown(value: object) -> Text:
    return Text(visible(plain(value), kept=""))


def _layouts(
    records: Sequence[Mapping[str, Any]], now: float, *, has_lines: bool
) -> Iterator[list[Column]]:
    """Yield the columns of each layout, the widest first."""
    has_accounts = any("login" in record for record in records)
    heading = "keyId or login" if has_accounts else "keyId"
    listed = {record["keyId"] for record in records if "keyId" in record}
    named = [_named(record, listed) for record in records]
    states = [_state(record) for record in records]
    # Revoked records, which are listed apart, matter as long as they can be restored.
    are_revoked = any("restorableUntil" in record for record in records)
    field = "restorableUntil" if are_revoked else "expirationDate"
    ending = "restorable until" if are_revoked else "expires"
    ends = [_end(record, field, now) for record in records]
    broken = [Text(end.plain.replace(" (", "\n(")) for end in ends]
    # No column if the deployment doesn't note them.
    used = [fixed("last used", _last_uses(records))] if _has_uses(records) else []
    texts = (
        flexible(heading, named),
        fixed("state", states),
        flexible("client", _texts(records, "client")),
        flexible("name", _texts(records, "name")),
        words("roles", [Text(" ".join(r.get("roles", []))) for r in records]),
    )
    created = [Text(str(record.get("issueDate", ""))[:_DAY]) for record in records]
    if not has_lines:
        if any(created):
            yield [
                *texts,
                *used,
                fixed("created", created),
                fixed(ending, ends),
            ]
        yield [*texts, *used, fixed(ending, ends)]
    yield [*texts, *used, fixed(ending, broken)]
    described = words("client, name, roles", [_described(r) for r in records])
    yield [
        flexible(heading, stacked(named, states)),
        described,
        *used,
        fixed(ending, broken),
    ]
    lines = [*(column.cells for column in used), broken]
    also = f", last used, {ending}" if used else f", {ending}"
    yield [flexible(f"{heading}{also}", stacked(named, states, *lines)), described]


def _texts(records: Iterable[Mapping[str, Any]], field: str) -> list[Text]:
    return [Text(record.get(field) or "") for record in records]


def _described(record: Mapping[str, Any]) -> Text:
    texts = [record.get("client"), record.get("name"), *record.get("roles", [])]
    return Text("\n".join(text for text in texts if text))


def _named(record: Mapping[str, Any], listed: set[str]) -> Text:
    """Return a record's name, and below it its counterpart in a rotation, if listed."""
    lines = [name_of(record)]
    for field, sign in (
        ("replacedBy", spelled("→", "->")),
        ("replaces", spelled("←", "<-")),
    ):
        if record.get(field) in listed:
            lines.append(f"{sign} {record[field]}")
    return Text("\n".join(lines))


def _state(record: Mapping[str, Any]) -> Text:
    state = record["state"]
    return Text(state, style=STATE_STYLES.get(state, ""))


def _has_uses(records: Sequence[Mapping[str, Any]]) -> bool:
    return any("lastUsed" in record for record in records)


def _last_uses(records: Sequence[Mapping[str, Any]]) -> list[Text]:
    return [Text((r.get("lastUsed") or "-")[: len("yyyy-mm-dd")]) for r in records]


def _end(record: Mapping[str, Any], field: str, now: float) -> Text:
    return Text(dated(record[field], now) if field in record else "")
