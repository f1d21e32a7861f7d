"""The paths of one method that a record holds, lacks and is denied."""

from __future__ import annotations

from apikeys.errors import TooIntricateError
from apikeys.pattern import (
    PARAMETER,
    RUN,
    common,
    covers,
    glob,
    head,
    meets,
    rank,
    widest,
)
from apikeys.shape_tree import ShapesByLength

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from apikeys.pattern import Pattern
    from apikeys.route import Route
    from apikeys.shape_tree import ShapeTree

# A route and the role that has it.
type Source = tuple[str, Route]
type Sources = dict[Pattern, list[Source]]

# Pairs of patterns compared in the time of one step.
_COMPARED = 8


class Work:
    """Counts the steps of a compilation, and ends one that takes too many."""

    __slots__ = ("left",)

    def __init__(self, limit: int) -> None:
        self.left = limit

    def spend(self, steps: int) -> None:
        """Count some steps.

        Raises:
            TooIntricateError: no more are left.
        """
        self.left -= steps
        if self.left < 0:
            raise TooIntricateError


class Access:
    """The shapes of one method's routes, and whether paths of them are open.

    Attributes:
        held: shapes that the record's roles open, less those that it is denied whole.
        held_exact: those of them that are not subtrees.
        lacking: named shapes that it does not hold.
        has_slashed: whether a route ends in a slash, as stored maps may have them.
        named_subtrees: subtrees that any role has, held or not.
        denied: what its roles deny; each exact shape also with a trailing slash.
        any_key: whether a path that no role names is open.
        allow: the shapes whose patterns the policy allows.
        allowed: those patterns, each with the literals that it begins with.
        work: counts what is done with it.
    """

    __slots__ = (
        "_closed",
        "_exact_shapes",
        "_lacking_exact",
        "_lacking_shapes",
        "_named",
        "_subtrees",
        "_tree",
        "allow",
        "allowed",
        "any_key",
        "denied",
        "has_slashed",
        "held",
        "held_exact",
        "lacking",
        "named_subtrees",
        "work",
    )

    def __init__(  # noqa: PLR0913 - what there is to know of a method
        self,
        held: Sources,
        lacking: Sources,
        denied: Sources,
        named: ShapeTree,
        work: Work,
        *,
        any_key: bool,
    ) -> None:
        self.denied = dict(denied)
        for shape, sources in denied.items():
            if shape[-1] != RUN:
                self.denied.setdefault((*shape, ""), sources)
        work.spend(len(held) * len(self.denied) // _COMPARED)
        self.held = {
            shape: sources
            for shape, sources in held.items()
            if not any(covers(wide, shape) for wide in self.denied)
        }
        self.lacking = lacking
        self.any_key = any_key
        self.work = work
        self._subtrees = [shape for shape in self.held if shape[-1] == RUN]
        self.held_exact = [shape for shape in self.held if shape[-1] != RUN]
        self.has_slashed = any(s[-1] == "" for s in (*held, *lacking) if s[1:])
        self.named_subtrees = [s for s in (*held, *lacking) if s[-1] == RUN]
        self._exact_shapes = ShapesByLength(self.held_exact)
        self._lacking_shapes = ShapesByLength(lacking)
        self._lacking_exact = ShapesByLength(s for s in lacking if s[-1] != RUN)
        self._named = ShapesByLength(s for s in (*held, *lacking) if s[-1] != RUN)
        self._closed: dict[Pattern, list[tuple[Pattern, Pattern]]] = {}
        if any_key:
            self.allow: list[Pattern] = [(RUN,)]
        else:
            by_glob = {glob(shape): shape for shape in self.held}
            work.spend(len(by_glob) ** 2 // _COMPARED)
            self.allow = [by_glob[pattern] for pattern in widest(set(by_glob))]
        self._tree = named
        self.allowed = [(glob(shape), head(shape)) for shape in self.allow]

    def widest(self, parts: set[Pattern]) -> list[Pattern]:
        """Return the parts that no other one covers."""
        length = max(map(len, parts), default=0)
        self.work.spend(8 * len(parts) + len(parts) ** 2 * length // 64)
        return widest(parts)

    @property
    def longest(self) -> int:
        """The number of segments in the longest exact route held."""
        return max(map(len, self.held_exact), default=0)

    def is_shut(self, part: Pattern) -> bool:
        """Return whether the rules close every path of a pattern; False if in doubt."""
        self.work.spend(1 + len(self.held_exact) + len(self.denied))
        if any(covers(wide, part) for wide in self.denied):
            return True
        bare = part[:-1]
        if bare and part[-1] == "" and self._named.cover(bare) and self.is_shut(bare):
            return True
        if any(meets(subtree, part) for subtree in self._subtrees):
            return False
        held = [rank(shape) for shape in self.held_exact if meets(shape, part)]
        if not held:
            return not self.any_key or self._lacking_shapes.cover(part)
        return self._lacking_shapes.cover(part, min(held))

    def belongs_elsewhere(self, part: Pattern, lacking: Pattern) -> bool:
        """Return whether a part of a lacking shape is open, or of another one lacking.

        Either a held subtree covers it, or a more specific route takes its requests.
        """
        return self._is_of_another(part, lacking, self._lacking_shapes)

    def is_shut_elsewhere(self, part: Pattern, lacking: Pattern) -> bool:
        """Return the same for a subtree that is lacking.

        It takes the requests of an exact route, but doesn't close that route's path
        with a slash.
        """
        return self._is_of_another(part, lacking, self._lacking_exact)

    def _is_of_another(
        self, part: Pattern, lacking: Pattern, others: ShapesByLength
    ) -> bool:
        self.work.spend(len(self.held))
        if any(covers(subtree, part) for subtree in self._subtrees):
            return True
        than = rank(lacking)
        return self._exact_shapes.cover(part, than) or others.cover(part, than)

    def closed(self, pattern: Pattern) -> list[tuple[Pattern, Pattern]]:
        """Return what would be lost if an IAM pattern were denied.

        Returns:
            Held shapes, each with a part of it that the rules open and the pattern
            covers.
        """
        pattern = glob(pattern)
        found = self._closed.get(pattern)
        if found is None:
            found = self._closed[pattern] = list(self._losses(pattern))
        return found

    def reached(self) -> list[Pattern]:
        """Return the lacking shapes that Allows reach, as they are or with a slash."""
        if self.any_key:
            return list(self.lacking)
        found: set[Pattern] = set()
        for pattern, _ in self.allowed:
            found |= self._tree.met_by(pattern)
            found |= self._tree.met_with_a_slash(pattern)
        return [shape for shape in self.lacking if shape in found]

    def _losses(self, pattern: Pattern) -> Iterator[tuple[Pattern, Pattern]]:
        self.work.spend(len(self.held))
        for shape in self.held:
            if not meets(pattern, shape):
                continue
            parts = common(pattern, shape)
            self.work.spend(8 * len(parts))
            for part in parts:
                if not self.is_shut(part) and not self._is_taken(part, shape):
                    yield shape, part
                    break

    def _is_taken(self, part: Pattern, shape: Pattern) -> bool:
        """Return whether another, more specific held shape covers a whole part."""
        return self._exact_shapes.cover(part, rank(shape))


def crosses(shape: Pattern, place: int) -> bool:
    """Return whether the star for a ``{name}`` there may take further segments in.

    If only other names and ``/*`` follow, it takes what the subtree has anyway.
    """
    after = shape[place + 1 :]
    return not (shape[-1] == RUN and all(t in (PARAMETER, RUN) for t in after))
