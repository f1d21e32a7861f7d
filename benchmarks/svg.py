"""Bar charts as SVG, readable on light and on dark pages."""

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

_WIDTH: Final = 760
_LABELS: Final = 190
_VALUES: Final = 180
_TOP: Final = 64
_ROW: Final = 30
_BAR: Final = 18

_STYLE: Final = """
text { font: 13px system-ui, sans-serif; fill: #24292f; }
.title { font-size: 15px; font-weight: 600; }
.note { fill: #57606a; font-size: 12px; }
.bar { fill: #8c959f; }
.ours { fill: #1a7f37; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .note { fill: #9198a1; }
  .bar { fill: #656c76; }
  .ours { fill: #3fb950; }
}
"""


class Bar(NamedTuple):
    """One row: its label, its length, and the text after it."""

    label: str
    value: float
    text: str
    is_ours: bool


def bars(title: str, note: str, rows: Sequence[Bar]) -> str:
    """Return a horizontal bar chart; lengths are in proportion and begin at 0."""
    height = _TOP + _ROW * len(rows) + 8
    longest = max(row.value for row in rows) or 1
    described = escape(f"{title}. " + "; ".join(f"{r.label}: {r.text}" for r in rows))
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    name = f'role="img" aria-label="{described}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {name}>',
        f"<style>{_STYLE}</style>",
        _text(8, 22, title, 'class="title"'),
        _text(8, 44, note, 'class="note"'),
    ]
    for index, row in enumerate(rows):
        top = _TOP + _ROW * index
        length = max(1.0, row.value / longest * (_WIDTH - _LABELS - _VALUES))
        kind = "ours" if row.is_ours else "bar"
        place = f'x="{_LABELS}" y="{top}" width="{length:.1f}" height="{_BAR}"'
        parts += [
            _text(_LABELS - 10, top + _BAR - 5, row.label, 'text-anchor="end"'),
            f'<rect class="{kind}" {place} rx="2"/>',
            _text(_LABELS + length + 8, top + _BAR - 5, row.text),
        ]
    return "\n".join([*parts, "</svg>\n"])


def _text(x: float, y: float, content: str, attributes: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {attributes}>{escape(content)}</text>'
