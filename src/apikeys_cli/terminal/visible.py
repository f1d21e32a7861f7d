"""Texts made harmless to terminals: what records, files and AWS say is data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.segment import Segment

from apikeys.invisible import invisible_in, is_invisible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType
    from rich.text import Text

# A spreadsheet takes a cell that begins with these for a formula; full-width ones in
# Japan. Where the comma is the decimal sign, it splits a cell at a semicolon, also
# within quotes that began in another column.
_FORMULA = re.compile(
    r"^(?=\t)|(?:^|(?<=[;\t\n]))(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])"
)
_LARGEST_BYTE = 0xFF
_LARGEST_PAIR = 0xFFFF


def visible(text: str, kept: str = "\n\t") -> str:
    r"""Return a text with its invisible characters escaped: ``\x1b``, ``\u202e``.

    An escape sequence in a tampered record could move the cursor, rename the window or
    answer for the person; a direction mark could show another name.

    Args:
        text: anything.
        kept: the characters that are not escaped.
    """
    if invisible_in(text) is None:
        return text
    return "".join(
        _spelled(character)
        if character not in kept and is_invisible(character)
        else character
        for character in text
    )


def visible_json(text: str) -> str:
    """Return equivalent JSON with its invisible characters escaped."""
    if invisible_in(text) is None:
        return text
    return "".join(
        character
        if character == "\n" or not is_invisible(character)
        else _escaped(character)
        for character in text
    )


def visible_cell(text: str) -> str:
    """Return a CSV cell of which no spreadsheet takes any part for a formula."""
    return _FORMULA.sub("'", visible(text))


class HarmlessConsole(Console):
    """A console that shows every text as it is: no escapes, no emoji codes."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - rich's
        """Return a text as it is shown, so that its width is known in advance."""
        return super().render_str(visible(text), **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield the segments of what is shown, with harmless texts."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(visible(text), style)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _spelled(character: str) -> str:
    number = ord(character)
    if number <= _LARGEST_BYTE:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= _LARGEST_PAIR else f"\\U{number:08x}"
