"""Which roles cause a finding, and which of their routes."""

from __future__ import annotations

from apikeys.pattern import covers, glob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from apikeys.access import Access, Source
    from apikeys.pattern import Pattern

# Held shapes, each with a part of it that is lost.
type Closed = list[tuple[Pattern, Pattern]]


def losing(
    access: Access, held: Pattern, part: Pattern, denying: Iterable[str]
) -> tuple[str, ...]:
    """Return the fewest roles that lose a route: its own, who denies, who reaches."""
    groups = [{role for role, _ in access.held[held]}]
    if denying:
        groups.append(set(denying))
    if not access.any_key:
        reaching: set[str] = set()
        for shape, sources in access.held.items():
            if covers(glob(shape), part):
                reaching.update(role for role, _ in sources)
        # Nothing is found to reach a shape that stands for too many of its parts.
        groups.append(reaching or set().union(*groups))
    return _fewest(groups)


def _fewest(groups: list[set[str]]) -> tuple[str, ...]:
    """Return a small set of roles with one from each group."""
    chosen: set[str] = set()
    for group in sorted(groups, key=len):
        if group & chosen:
            continue
        # Prefer one that serves other groups as well, then the first by name.
        chosen.add(min(group, key=lambda role: (-sum(role in g for g in groups), role)))
    return tuple(sorted(chosen))


def together(one: list[Source], two: list[Source]) -> tuple[str, ...]:
    """Return the fewest roles that hold both of two routes."""
    return _fewest([{role for role, _ in one}, {role for role, _ in two}])


def nearest(access: Access, shape: Pattern, closed: Closed) -> Pattern:
    """Return the shape that is in the way, of the same role if possible."""
    roles = {role for role, _ in access.held[shape]}
    for held, _ in closed:
        if roles & {role for role, _ in access.held[held]}:
            return held
    return closed[0][0]


def written(sources: list[Source], roles: Iterable[str] = ()) -> str:
    """Return a route as the map has it, preferably in one of these roles."""
    for role, route in sources:
        if role in roles:
            return route.text
    return sources[0][1].text
