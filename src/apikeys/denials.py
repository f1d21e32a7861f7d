"""The Deny resources of one policy, each in the widest spelling that costs nothing."""

from __future__ import annotations

from apikeys import shield
from apikeys.pattern import RUN, covers, glob, widest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from apikeys.access import Access
    from apikeys.pattern import Pattern

_SLASHED: Pattern = (RUN, "")
_EMPTY_SEGMENTS: Pattern = (RUN, "", RUN)
# Longer than any path of a route.
_UNLIMITED = 1_000


class Methods:
    """Some methods, and the access that a record has by each of them."""

    __slots__ = ("access", "names")

    def __init__(self, names: list[str], access: Access) -> None:
        self.names = names
        self.access = access


class Denials:
    """Collects patterns to deny, the method first.

    Attributes:
        depth: paths with this many segments are denied, whatever they are.
    """

    def __init__(self, methods: Sequence[Methods]) -> None:
        self._methods = methods
        self._any_key = any(one.access.any_key for one in methods)
        self._denied: dict[Pattern, None] = {}
        self._needed: list[tuple[Methods, Pattern]] = []
        self.depth = _UNLIMITED

    def patterns(self) -> list[Pattern]:
        """Return the patterns, without those that another one covers."""
        return sorted(widest(set(self._denied)))

    def letters(self, patterns: Collection[Pattern]) -> frozenset[str]:
        """Return the letters and digits that a request must not percent-encode."""
        return shield.letters(self._needed, patterns)

    def deny(self, one: Methods, path: Pattern) -> None:
        """Deny a path for some methods, or for all where that costs nothing."""
        pattern = glob(path)
        self._needed.append((one, pattern))
        if one.access.has_slashed and pattern[-1] == "" and pattern[-2:] != ("", ""):
            # Where "p/" is a route of its own, "p//" is open only if "p/" is.
            self.deny(one, (*pattern, ""))
        if self.has(one, pattern):
            return
        if self._loses((RUN, *pattern)):
            self._keep(*((name, *pattern) for name in one.names))
        else:
            self._keep((RUN, *pattern))

    def deny_widely(self, one: Methods, pattern: Pattern) -> None:
        """Deny a pattern that costs nothing, with its like if they cost nothing."""
        if self.has(one, pattern):
            return
        start = pattern.index(RUN)
        depth = (RUN,) * len(pattern)
        spellings = (depth, pattern[:start] + depth[start:], pattern)
        for spelling in spellings:
            if not self._loses((RUN, *spelling)):
                self._keep((RUN, *spelling))
                if spelling == depth:
                    self.depth = min(self.depth, len(depth))
                return
        widest_of_these = next(s for s in spellings if not one.access.closed(s))
        self._keep(*((name, *widest_of_these) for name in one.names))

    def deny_slashed(self) -> bool:
        """Deny every path that ends in a slash, unless that loses an open one."""
        if _SLASHED not in self._denied and self._loses(_SLASHED):
            return False
        self._keep(_SLASHED)
        return True

    def deny_empty(self, pattern: Pattern) -> bool:
        """Deny every path with such an empty segment, unless that loses an open one."""
        if covers(_SLASHED, (RUN, *pattern)):
            return self.deny_slashed()
        if self._loses(_EMPTY_SEGMENTS):
            return False
        self._keep(_EMPTY_SEGMENTS)
        return True

    def has(self, one: Methods, pattern: Pattern) -> bool:
        """Return whether a pattern is already denied."""
        one.access.work.spend(len(self._denied))
        return all(
            any(covers(wide, (name, *pattern)) for wide in self._denied)
            for name in one.names
        )

    def _loses(self, pattern: Pattern) -> bool:
        """Return whether denying a pattern for every method closes an open path."""
        return self._any_key or any(
            one.access.closed(pattern[1:]) or one.access.closed(pattern)
            for one in self._methods
        )

    def _keep(self, *patterns: Pattern) -> None:
        for pattern in patterns:
            self._denied[pattern] = None


def full(one: Methods, shapes: Iterable[Pattern]) -> list[Pattern]:
    """Return paths prefixed with each of the methods."""
    return [(name, *glob(shape)) for shape in shapes for name in one.names]
