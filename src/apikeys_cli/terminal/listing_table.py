"""Records as a table that fits the terminal: nothing is cropped, however narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from apikeys_cli.dates import dated
from apikeys_cli.records import name_of
from apikeys_cli.terminal.console import data
from apikeys_cli.terminal.formats import STATE_STYLES, plain
from apikeys_cli.terminal.streams import spelled
from apikeys_cli.terminal.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# In a narrower table, how far away an end is goes under its date.
_ENOUGH_FOR_LINES = 100
_GAP = 2
# Words up to this length, that of a key id, are not broken.
_UNBROKEN = 16
# The first letters of a time, which say its day.
_DAY = 10


class _Column(NamedTuple):
    """A column: its cells, and the least width that a line needs."""

    heading: str
    cells: list[Text]
    least: int

    @property
    def natural(self) -> int:
        """The width at which no line is broken."""
        return max(_widest(self.heading), *(_widest(cell.plain) for cell in self.cells))


def listing_table(records: Sequence[Mapping[str, Any]], now: float) -> Table:
    """Return a table of records: six columns, or three or two with stacked lines.

    A role's name is broken only if it is longer than the room left by the key id.
    """
    width = data().width
    layouts = list(_layouts(records, now, has_lines=width < _ENOUGH_FOR_LINES))
    fitting = (columns for columns in layouts if _least(columns) <= width)
    return _table(next(fitting, layouts[-1]), width)


def chosen_table(records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Table:
    """Return a table of some fields of records."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for record in records:
        cells = (visible(plain(record.get(name)), kept="") for name in columns)
        table.add_row(*map(Text, cells))
    return table


def _layouts(
    records: Sequence[Mapping[str, Any]], now: float, *, has_lines: bool
) -> Iterator[list[_Column]]:
    """Yield the columns of each layout, the widest first."""
    has_accounts = any("login" in record for record in records)
    heading = "keyId or login" if has_accounts else "keyId"
    listed = {name_of(record) for record in records}
    named = [_named(record, listed) for record in records]
    states = [_state(record) for record in records]
    ends = [_end(record, now) for record in records]
    broken = [Text(end.plain.replace(" (", "\n(")) for end in ends]
    # No column if the deployment doesn't note them.
    used = [_fixed("last used", _last_uses(records))] if _has_uses(records) else []
    texts = (
        _flexible(heading, named),
        _fixed("state", states),
        _flexible("client", _texts(records, "client")),
        _flexible("name", _texts(records, "name")),
        _words("roles", [Text(" ".join(r.get("roles", []))) for r in records]),
    )
    created = [Text(str(record.get("issueDate", ""))[:_DAY]) for record in records]
    if not has_lines:
        if any(created):
            yield [
                *texts,
                *used,
                _fixed("created", created),
                _fixed("expires", ends),
            ]
        yield [*texts, *used, _fixed("expires", ends)]
    yield [*texts, *used, _fixed("expires", broken)]
    described = _words(
        "client, name, roles", [_described(record) for record in records]
    )
    stacked = _stacked(heading, named, states)
    yield [stacked, described, *used, _fixed("expires", broken)]
    lines = [*(column.cells for column in used), broken]
    also = ", last used, expires" if used else ", expires"
    yield [_stacked(f"{heading}{also}", named, states, *lines), described]


def _stacked(heading: str, *lines: list[Text]) -> _Column:
    """Return a column whose cells stack those of several."""
    cells = [Text("\n").join(filter(None, cell)) for cell in zip(*lines, strict=True)]
    return _flexible(heading, cells)


def _fixed(heading: str, cells: list[Text]) -> _Column:
    """Return a column whose lines are never broken."""
    column = _Column(heading, cells, 0)
    return column._replace(least=column.natural)


def _flexible(heading: str, cells: list[Text]) -> _Column:
    """Return a column in which long words may be broken."""
    column = _words(heading, cells)
    return column._replace(least=min(column.least, _UNBROKEN))


def _words(heading: str, cells: list[Text]) -> _Column:
    """Return a column whose lines are broken only between words."""
    texts = (heading, *(cell.plain for cell in cells))
    words = [word for text in texts for word in text.split()]
    return _Column(heading, cells, max(map(cell_len, words)))


def _table(columns: Sequence[_Column], width: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    widths = _widths(columns, width - _GAP * (len(columns) - 1))
    for column, column_width in zip(columns, widths, strict=True):
        table.add_column(column.heading, overflow="fold", width=column_width)
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*row)
    return table


def _least(columns: Sequence[_Column]) -> int:
    return sum(column.least for column in columns) + _GAP * (len(columns) - 1)


def _widths(columns: Sequence[_Column], room: int) -> list[int]:
    """Distribute the room: to each what it needs at least, then to the narrowest."""
    widths = [column.least for column in columns]
    # Two columns may need more room than there is; then the last one is broken.
    widths[-1] = min(widths[-1], max(1, room - sum(widths[:-1])))
    while sum(widths) < room:
        growing = [i for i, c in enumerate(columns) if widths[i] < c.natural]
        if not growing:
            break
        narrowest = min(growing, key=widths.__getitem__)
        widths[narrowest] += 1
    return widths


def _widest(text: str) -> int:
    return max(map(cell_len, text.split("\n")))


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


def _end(record: Mapping[str, Any], now: float) -> Text:
    if "expirationDate" not in record:
        return Text("")
    return Text(dated(record["expirationDate"], now))
