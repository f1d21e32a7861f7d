"""What a set of roles opens and what it does not, route by route."""

from __future__ import annotations

from apikeys.finding import TELL
from apikeys.pattern import RUN, common, covers, meets, rank
from apikeys.policy import MAX_BYTES
from apikeys.reach import open_parts
from apikeys.route import METHODS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apikeys.document import Document
    from apikeys.grants import Grant
    from apikeys.roles import RoleMap
    from apikeys.route import Route


def explain(
    role_map: RoleMap, names: Iterable[str], *, read_only: bool = False
) -> Document:
    """Return what a record with these roles may call, and why nothing else.

    Returns:
        ``opens`` with the routes held of which the policy opens something; ``closes``
        with the others, each route of the map that overlaps with those held, and the
        rule that closes it; ``findings``; the policy's length.
    """
    held = [name for name in role_map.roles if name in set(names)]
    grant = role_map.grant(held, read_only=read_only)
    opened = [
        route
        for name in held
        for route in role_map.roles[name].allow
        if route.methods_of(read_only=read_only)
        or (not route.methods and not read_only)
    ]
    closed = dict(_shut(grant, opened))
    shown = [_text(r, read_only=read_only) for r in opened if r.text not in closed]
    closed |= dict(_closed(role_map, held, opened, read_only=read_only))
    return {
        "roles": held,
        "opens": list(dict.fromkeys(shown)),
        "closes": [{"route": route, "rule": rule} for route, rule in closed.items()],
        "anyUnmappedRoute": role_map.any_key,
        "findings": [finding.document() for finding in grant.findings],
        "policyBytes": grant.bytes,
        "maxPolicyBytes": MAX_BYTES,
    }


def _text(route: Route, *, read_only: bool) -> str:
    if route.reads:
        return f"{route.text} (reads)"
    methods = route.methods_of(read_only=read_only)
    if len(methods) == len(route.methods):
        return route.text
    return f"{' '.join(methods)} {route.text.partition(' ')[2]}"


def _shut(grant: Grant, held: list[Route]) -> Iterator[tuple[str, str]]:
    """Yield the held routes of which a policy opens nothing, and why."""
    lost = {finding.route for finding in grant.findings if finding.grade != TELL}
    for route in held:
        if route.methods and not any(open_parts(grant, route)):
            is_shortened = route.text not in lost and grant.bytes > MAX_BYTES
            why = "the policy would be too long" if is_shortened else "see the findings"
            yield route.text, f"lost: {why}"


def _closed(
    role_map: RoleMap, held: list[str], opened: list[Route], *, read_only: bool
) -> Iterator[tuple[str, str]]:
    """Yield the routes that take something away, and the rule."""
    for name in held:
        for route in role_map.roles[name].deny:
            yield route.text, f"denied by {name}"
    if read_only:
        for name in held:
            for route in role_map.roles[name].allow:
                if len(route.methods_of(read_only=True)) < len(route.methods):
                    yield route.text, "read only: GET, HEAD and OPTIONS are left"
    yield from _named_by_others(role_map, opened, read_only=read_only)


def _named_by_others(
    role_map: RoleMap, opened: list[Route], *, read_only: bool
) -> Iterator[tuple[str, str]]:
    for method in METHODS:
        own = [r.shape for r in opened if method in r.methods_of(read_only=read_only)]
        for shape, sources in role_map.named(method).items():
            if shape in own or any(covers(s, shape) for s in own if s[-1] == RUN):
                continue
            text = sources[0][1].text
            whose = " ".join(sorted({role for role, _ in sources}))
            wider = [s for s in own if rank(shape) < rank(s) and meets(shape, s)]
            if role_map.any_key:
                yield text, f"named by {whose}, so no route for every key"
            elif wider:
                request = "/".join(("", *common(shape, wider[0])[0]))
                yield text, f"more specific, and held by {whose}: {request}"
