"""What a compiled grant opens, as IAM reads the resources of its policy.

Not what the compiler meant: a policy that was shortened to fit has denials that end
within a segment, like ``GET/docs/page-0*``.
"""

from __future__ import annotations

from apikeys.pattern import RUN, common, meets, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apikeys.grants import Grant
    from apikeys.pattern import Pattern
    from apikeys.route import Route


def opens(grant: Grant, method: str, path: str) -> bool:
    """Return whether a grant's policy allows a request."""
    request = method + path
    return has_any(grant.allow, request) and not has_any(grant.deny, request)


def open_parts(grant: Grant, route: Route) -> Iterator[Pattern]:
    """Yield the parts of a route that no single Deny closes whole, the method first.

    Yields nothing for ``$connect``, which has no path.
    """
    for method in route.methods:
        for resource in grant.allow:
            for part in shared(resource, (method, *route.shape)):
                if not has_any(grant.deny, text(part)):
                    yield part


def lost_parts(former: Grant, grant: Grant, route: Route) -> Iterator[Pattern]:
    """Yield what one grant opened of a route and another doesn't allow, or denies."""
    for part in open_parts(former, route):
        if not has_any(grant.allow, text(part)):
            yield part
        for resource in grant.deny:
            for shut in shared(resource, part):
                if not has_any(former.deny, text(shut)):
                    yield shut


def matches(resource: str, given: str) -> bool:
    """Return whether a resource, in which ``*`` is any run, has a text.

    The text may be a pattern's. A star of it can only be within one of the resource's,
    where it may stand for anything: the resource has all that the pattern has.
    """
    first, *others = resource.split(RUN)
    if not others:
        return given == resource
    *middle, last = others
    if not given.startswith(first) or not given.endswith(last):
        return False
    place, end = len(first), len(given) - len(last)
    for literal in middle:
        found = given.find(literal, place, end)
        if found < 0:
            return False
        place = found + len(literal)
    return place <= end


def overlaps(resource: str, pattern: Pattern) -> bool:
    """Return whether a resource has some of a pattern's paths."""
    return any(meets(reading, pattern) for reading in _readings(resource, pattern))


def shared(resource: str, pattern: Pattern) -> Iterator[Pattern]:
    """Yield what of a pattern a resource has; a last segment may end in a star."""
    for reading in _readings(resource, pattern):
        yield from common(reading, pattern)


def _readings(resource: str, pattern: Pattern) -> Iterator[Pattern]:
    """Yield patterns that together have what a resource and a pattern share.

    A segment that ends in a star, ``page-0*``, is read as a literal, which fits any
    ``{name}``, and as each literal of the pattern that begins like it.
    """
    *before, last = resource.split("/")
    yield (*before, last)
    start = last.removesuffix(RUN)
    if start not in {"", last}:
        yield (*before, last, RUN)
        for token in pattern:
            if token.startswith(start):
                yield (*before, token)
                yield (*before, token, RUN)


def has_any(resources: Iterable[str], given: str) -> bool:
    """Return whether one of some resources has all of a text."""
    return any(matches(resource, given) for resource in resources)
