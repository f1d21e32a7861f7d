"""Texts that people write and that end up in logs, tables and HTTP headers."""

import re

DIGITS = "0123456789"
UPPER_CASE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHANUMERIC = f"{DIGITS}{UPPER_CASE}{UPPER_CASE.lower()}"

MAX_TEXT = 256
MAX_DESCRIPTION = 2_048

# C0, DEL, C1, the separators and direction marks that break or turn a line, and lone
# surrogates, which JSON can spell and UTF-8 can't.
_CONTROL = (
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e"
    "\u2066-\u2069\ufeff\ud800-\udfff]"
)


def consists_of(text: str, characters: str) -> bool:
    """Return whether a text has only these characters; the empty text does."""
    return not text.strip(characters)


def check_text(value: object, field: str, longest: int = MAX_TEXT) -> str:
    """Return a text that is not empty, not too long and has no control characters.

    Raises:
        ValueError: it is not; the message begins with the field and never shows its
            content.
    """
    if not isinstance(value, str):
        raise ValueError(f"{field} is not a text")
    if not 1 <= len(value) <= longest:
        raise ValueError(f"{field} does not have 1 to {longest} characters")
    # isprintable is stricter and fast; the pattern is compiled only if it must decide.
    if not value.isprintable() and re.search(_CONTROL, value):
        raise ValueError(f"{field} has control characters")
    return value
