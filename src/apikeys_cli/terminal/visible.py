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

# A spreadsheet takes a cell that begins so for a formula; full-width signs in Japan.
# Where the comma is the decimal sign it makes two cells of one with a semicolon, also
# within quotes that began in another column.
_FORMULA = re.compile(
    r"^(?=\t)|(?:^|(?<=[;\t\n]))(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])"
)
_LARGEST_BYTE = 0xFF
_LARGEST_PAIR = 0xFFFF


def visible(text: str, kept: str = "\n\t") -> str:
    r"""Return a text whose invisible characters are spelled: ``\x1b``, ``\u202e``.

    An escape sequence in a tampered record would move the cursor, rename the window or
    answer for the person; a direction mark would show another name than there is.

    Args:
        text: anything.
        kept: the characters that stay as they are.
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
    """Return JSON that says the same, its invisible characters as JSON escapes them."""
    if invisible_in(text) is None:
        return text
    return "".join(
        character
        if character == "\n" or not is_invisible(character)
        else _escaped(character)
        for character in text
    )


def visible_cell(text: str) -> str:
    """Return a cell of CSV that no spreadsheet takes for a formula, nor in part."""
    return _FORMULA.sub("'", visible(text))


class HarmlessConsole(Console):
    """A console on which no text is taken for anything else: no escapes, no emoji."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - rich's
        """Return a text as it is shown, so that its width is known before."""
        return super().render_str(visible(text), **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield the segments of what is shown, their texts made visible."""
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
