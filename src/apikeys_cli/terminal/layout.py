"""Tables that fit the terminal: the widest of several layouts that crops nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from apikeys_cli.terminal.console import data

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_GAP = 2
# Words up to this length, that of a key id, are not broken.
_UNBROKEN = 16


class Column(NamedTuple):
    """A column: its cells, and the least width that a line needs."""

    heading: str
    cells: list[Text]
    least: int

    @property
    def natural(self) -> int:
        """The width at which no line is broken."""
        return max(_widest(self.heading), *(_widest(cell.plain) for cell in self.cells))


def fixed(heading: str, cells: list[Text]) -> Column:
    """Return a column whose lines are never broken."""
    column = Column(heading, cells, 0)
    return column._replace(least=column.natural)


def flexible(heading: str, cells: list[Text]) -> Column:
    """Return a column in which long words may be broken."""
    column = words(heading, cells)
    return column._replace(least=min(column.least, _UNBROKEN))


def words(heading: str, cells: list[Text]) -> Column:
    """Return a column whose lines are broken only between words."""
    texts = (heading, *(cell.plain for cell in cells))
    longest = max(cell_len(word) for text in texts for word in text.split())
    return Column(heading, cells, longest)


def stacked(*lines: list[Text]) -> list[Text]:
    """Return cells that stack those of several columns, without empty lines."""
    return [Text("\n").join(filter(None, cell)) for cell in zip(*lines, strict=True)]


def fitted(layouts: Iterable[Sequence[Column]]) -> Table:
    """Return the table of the first layout that fits the terminal, or of the last.

    Args:
        layouts: the widest first.
    """
    each = list(layouts)
    columns = next(filter(fits, each), each[-1])
    table = Table(box=None, pad_edge=False, header_style="bold")
    widths = _widths(columns, data().width - _GAP * (len(columns) - 1))
    for column, column_width in zip(columns, widths, strict=True):
        table.add_column(column.heading, overflow="fold", width=column_width)
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*row)
    return table


def fits(columns: Sequence[Column]) -> bool:
    """Return whether the columns fit the terminal side by side."""
    gaps = _GAP * (len(columns) - 1)
    return sum(column.least for column in columns) + gaps <= data().width


def _widths(columns: Sequence[Column], room: int) -> list[int]:
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
