"""Values of environment variables, checked; a bad one fails at start-up."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_DIGITS = 6


def whole_number(environ: Mapping[str, str], name: str, default: int) -> int:
    """Return a variable as a whole number.

    Raises:
        ValueError: it is not one from 0 to 999999; names the variable.
    """
    text = environ.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise ValueError(f"{name} is not a whole number from 0 to 999999")
    return int(text)


def choice(environ: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """Return a variable that has one of some values, the first by default.

    Raises:
        ValueError: it has another; names the variable and what is allowed.
    """
    value = environ.get(name, allowed[0])
    if value not in allowed:
        raise ValueError(f"{name} is none of: {', '.join(allowed)}")
    return value


def required(environ: Mapping[str, str], name: str) -> str:
    """Return a variable that has no default.

    Raises:
        ValueError: it is missing or empty; names the variable.
    """
    value = environ.get(name, "")
    if not value:
        raise ValueError(f"{name} is missing")
    return value
