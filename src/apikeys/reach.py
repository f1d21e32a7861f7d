"""Which paths of a route a compiled grant opens, as patterns."""

from __future__ import annotations

from apikeys.pattern import common, covers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apikeys.grants import Grant
    from apikeys.pattern import Pattern
    from apikeys.route import Route


def open_parts(grant: Grant, route: Route) -> Iterator[Pattern]:
    """Yield the parts of a route that no single Deny closes whole, the method first.

    Yields nothing for ``$connect``, which has no path.
    """
    allow, deny = patterns(grant.allow), patterns(grant.deny)
    for method in route.methods:
        for wide in allow:
            for part in common(wide, (method, *route.shape)):
                if not any(covers(shut, part) for shut in deny):
                    yield part


def lost_parts(former: Grant, grant: Grant, route: Route) -> Iterator[Pattern]:
    """Yield what one grant opened of a route and another doesn't allow, or denies."""
    allow, deny = patterns(grant.allow), patterns(grant.deny)
    denied = patterns(former.deny)
    for part in open_parts(former, route):
        if not any(covers(wide, part) for wide in allow):
            yield part
        for pattern in deny:
            for shut in common(pattern, part):
                if not any(covers(wide, shut) for wide in denied):
                    yield shut


def patterns(resources: Iterable[str]) -> list[Pattern]:
    """Return the resources of a policy as patterns."""
    return [tuple(resource.split("/")) for resource in resources]
