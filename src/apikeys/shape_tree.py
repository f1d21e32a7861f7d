"""Many shapes, to find quickly those that overlap with a pattern or cover it."""

from __future__ import annotations

from apikeys.pattern import RUN, agree, covers, head, masks_of, rank

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from apikeys.pattern import Pattern

type Rank = tuple[int, ...]

_UNLIMITED = 1_000


class Node:
    """How shapes continue after the same tokens, and the one that ends here.

    ``height`` is the number of segments left in the longest of them.
    """

    __slots__ = ("following", "height", "shape")

    def __init__(self) -> None:
        self.following: dict[str, Node] = {}
        self.height = 0
        self.shape: Pattern | None = None


class ShapeTree:
    """Holds shapes; those with a common prefix are examined together."""

    __slots__ = ("_root",)

    def __init__(self, shapes: Iterable[Pattern]) -> None:
        self._root = Node()
        for shape in shapes:
            node = self._root
            height = _UNLIMITED if shape[-1] == RUN else len(shape)
            for token in shape:
                node.height = max(node.height, height)
                height -= 1
                node = node.following.setdefault(token, Node())
            node.shape = shape

    def met_by(self, pattern: Pattern) -> set[Pattern]:
        """Return the shapes that share a path with a pattern."""
        return self._found(pattern, slashed=False)

    def met_with_a_slash(self, pattern: Pattern) -> set[Pattern]:
        """Return the exact shapes that share one with a slash at its end."""
        return self._found(pattern, slashed=True)

    def _found(self, pattern: Pattern, *, slashed: bool) -> set[Pattern]:
        masks, runs, general, end = masks_of(pattern)
        found: set[Pattern] = set()
        pending = [(self._root, 1)]
        while pending:
            node, positions = pending.pop()
            if node.shape is not None:
                last = positions
                if slashed:
                    last &= masks[""]
                    last = last << 1 | last & runs
                if last & end:
                    found.add(node.shape)
            for token, following in node.following.items():
                if token == RUN:
                    if not slashed and following.shape is not None:
                        lowest = positions & -positions
                        if (2 * end - 2 * lowest | positions & runs) & end:
                            found.add(following.shape)
                    continue
                then = positions & masks.get(token, general)
                then = then << 1 | then & runs
                # Each remaining token of the pattern takes at least one segment.
                if then << following.height + slashed >= end:
                    pending.append((following, then))
        return found


class ShapesByLength:
    """Shapes by length: only subtrees and shapes of its own length cover a path."""

    __slots__ = ("_by_length", "_subtrees")

    def __init__(self, shapes: Iterable[Pattern]) -> None:
        self._by_length: dict[int, list[tuple[Rank, Pattern]]] = {}
        self._subtrees: list[tuple[Rank, Pattern]] = []
        for shape in shapes:
            of_its_kind = self._subtrees
            if shape[-1] != RUN:
                of_its_kind = self._by_length.setdefault(len(shape), [])
            of_its_kind.append((rank(shape), shape))

    def cover(self, part: Pattern, than: Rank = (3,)) -> bool:
        """Return whether a shape more specific than a rank covers a whole part."""
        exact = () if RUN in part else self._by_length.get(len(part), ())
        return any(
            of_shape < than and agree(head(part), shape) and covers(shape, part)
            for shapes in (exact, self._subtrees)
            for of_shape, shape in shapes
        )
