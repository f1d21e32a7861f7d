"""Denials of percent-encoded letters, which would spell a denied path in another way.

API Gateway and back ends may decode ``/users/m%65`` before they route it, while IAM
reads it as it came: a Deny of ``/users/me`` does not match.
"""

from __future__ import annotations

from apikeys.pattern import RUN, covers, glob, meets, text
from apikeys.text import ALPHANUMERIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from apikeys.denials import Methods
    from apikeys.pattern import Pattern


def letters(
    needed: Iterable[tuple[Methods, Pattern]], denied: Collection[Pattern]
) -> frozenset[str]:
    """Return the letters and digits that a request must not percent-encode.

    Args:
        needed: paths that have to be closed.
        denied: the patterns that close them, the method first.
    """
    found: set[str] = set()
    for one, pattern in needed:
        allowed = [glob(shape) for shape in one.access.allow]
        own = _exposed(pattern, allowed)
        if own <= found:
            continue
        for name in one.names:
            path = (name, *pattern)
            shutting = [wide for wide in denied if covers(wide, path)]
            found |= min(
                [_exposed(_of_method(w, name, path), allowed, name) for w in shutting]
                # One of them closes it, seen or not.
                or [own],
                key=lambda exposed: len(exposed - found),
            )
    return frozenset(found)


def spellings(plain: Iterable[str]) -> list[str]:
    """Return ends of ARNs that match each request with one of these encoded."""
    found = []
    for character in sorted(plain):
        code = f"{ord(character):02X}"
        found += [f"*%{spelt}*" for spelt in sorted({code, code.lower()})]
    return found


def rows(plain: Iterable[str]) -> list[str]:
    """Return fewer ends of ARNs, which match requests with other characters too."""
    by_row: dict[str, list[str]] = {}
    for character in sorted(plain):
        by_row.setdefault(f"{ord(character):02X}"[0], []).append(character)
    found = []
    for row, characters in by_row.items():
        exact = spellings(characters)
        found += exact if len(exact) == 1 else [f"*%{row}*"]
    return found


def common_prefix(one: str, two: str) -> int:
    """Return the length of the common prefix of two globs before any star."""
    length = 0
    for first, second in zip(one, two, strict=False):
        if first != second or first == RUN:
            break
        length += 1
    return length


def has_needless_escape(route: str) -> bool:
    """Return whether a text percent-encodes a letter or a digit."""
    codes = {f"{ord(character):02X}" for character in ALPHANUMERIC}
    return any(part[:2].upper() in codes for part in route.split("%")[1:])


def _of_method(wide: Pattern, name: str, path: Pattern) -> Pattern:
    """Return a denied pattern cut to one method, if it still covers a whole path."""
    narrowed = (name, *wide[1:])
    return narrowed if covers(narrowed, path) else wide


def _exposed(pattern: Pattern, allowed: Iterable[Pattern], name: str = "") -> set[str]:
    """Return the letters of a pattern where an Allow has a star.

    Where the Allow is literal, at its start and its end, it takes only one spelling.
    """
    found: set[str] = set()
    denied = text(pattern)
    for shape in allowed:
        full = (name, *shape) if name else shape
        if RUN not in shape or not meets(full, pattern):
            continue
        allow = text(full)
        start = common_prefix(allow, denied)
        end = common_prefix(allow[::-1], denied[::-1])
        found.update(_without_escapes(denied[start : len(denied) - end or None]))
    return found & set(ALPHANUMERIC)


def _without_escapes(literal: str) -> str:
    first, *rest = literal.split("%")
    return first + "".join(part[2:] for part in rest)
