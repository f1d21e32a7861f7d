"""The name of a role, as records and the role map have it."""

from __future__ import annotations

PATTERN = "[A-Z][A-Z0-9_]{0,63}"

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OTHERS = "0123456789_"
_LONGEST = 64


def is_role_name(name: str) -> bool:
    """Tell whether this is a role's name, upper case and all."""
    # What PATTERN says; strip leaves nothing of a text made of these alone.
    return (
        len(name) <= _LONGEST
        and name[:1] in _LETTERS
        and name != ""
        and not name.strip(_LETTERS + _OTHERS)
    )


def normalise(text: object) -> str | None:
    """Return the role's name in upper case, or None where the text can't be one.

    Only ASCII letters are raised: ``str.upper`` makes role names of letters like ``ß``.
    """
    if not isinstance(text, str) or not text.isascii():
        return None
    name = text.upper()
    return name if is_role_name(name) else None


def normalise_all(value: object) -> tuple[str, ...]:
    """Return the names of a record's ``roles``: sorted, each once; none if no list."""
    if not isinstance(value, list):
        return ()
    names = {normalise(name) for name in value}
    return tuple(sorted(name for name in names if name is not None))
