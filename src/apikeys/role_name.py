"""The name of a role, as records and the role map have it."""

from __future__ import annotations

from apikeys.text import DIGITS, UPPER_CASE, consists_of

PATTERN = "[A-Z][A-Z0-9_]{0,63}"

_CHARACTERS = f"{UPPER_CASE}{DIGITS}_"
_LONGEST = 64


def is_role_name(name: str) -> bool:
    """Return whether a text is a role's name, in upper case."""
    # The same as PATTERN, without the cost of compiling it.
    return (
        len(name) <= _LONGEST
        and name[:1] in UPPER_CASE
        and name != ""
        and consists_of(name, _CHARACTERS)
    )


def normalise(text: object) -> str | None:
    """Return the role's name in upper case, or None where the text can't be one.

    Only ASCII letters are raised: ``str.upper`` would turn ``ß`` into letters.
    """
    if not isinstance(text, str) or not text.isascii():
        return None
    name = text.upper()
    return name if is_role_name(name) else None


def normalise_all(value: object) -> tuple[str, ...]:
    """Return the names in a record's ``roles``, sorted, each once; () if not a list."""
    if not isinstance(value, list):
        return ()
    names = {normalise(name) for name in value}
    return tuple(sorted(name for name in names if name is not None))
