"""Characters that show nothing by themselves."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from apikeys.invisible import invisible_in, is_invisible


@pytest.mark.parametrize(
    "character",
    [
        *("\x00\x1b\x7f\x85\x9b", "\u2028", "\u202e", "\u2066", "\ud800"),
        *"\xad\u061c\u200b\u200c\u200d\u2060\ufeff\U000e0041",
        *"\u034f\u115f\u1160\u17b4\u2800\u3164\uffa0",
    ],
)
def test_controls_format_characters_and_fillers_are_invisible(character: str) -> None:
    """Wherever they are; the first one is returned."""
    for found in character:
        assert is_invisible(found)
        assert invisible_in(f"a{found}b\u200b") == found


@pytest.mark.parametrize(
    "text", ["", "Acme", "Zoë & Söhne 東京 🗝", "e\u0301", "한국", "नमस्ते", "\xa0 "]
)
def test_what_people_write_is_visible(text: str) -> None:
    """Letters with their marks, signs and spaces of any script."""
    assert invisible_in(text) is None


def test_the_whole_of_category_cf_is_invisible() -> None:
    """However many characters the next version of Unicode adds to it."""
    for number in range(sys.maxunicode + 1):
        if unicodedata.category(chr(number)) == "Cf":
            assert is_invisible(chr(number))
