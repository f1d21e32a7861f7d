"""Invisible characters, with which two different texts look the same.

The authorizer reads records that exist already, and never loads this.
"""

import unicodedata

# Unicode letters, signs and marks that are blank in every font: the Hangul fillers, the
# empty Braille cell, the grapheme joiner, two Khmer vowels.
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")


def is_invisible(character: str) -> bool:
    """Return whether a character is a control, a format character or a filler."""
    return character in _FILLERS or unicodedata.category(character) in _CATEGORIES


def invisible_in(text: str) -> str | None:
    """Return the first such character in a text, None if there is none."""
    # Most texts are ASCII, where only the unprintable ones are invisible.
    if text.isascii() and text.isprintable():
        return None
    return next(filter(is_invisible, text), None)
