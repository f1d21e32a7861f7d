"""The operations of an API, compared with the role map."""

from __future__ import annotations

from apikeys.finding import TELL, Finding, located
from apikeys.pattern import RUN, covers, glob, meets, rank
from apikeys.reach import open_parts
from apikeys.route import CONNECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apikeys.document import Document
    from apikeys.grants import Grant
    from apikeys.pattern import Pattern
    from apikeys.roles import Role, RoleMap
    from apikeys.route import Route


def compare(role_map: RoleMap, operations: Iterable[Route], api: str = "") -> Document:
    """Return what a role map means for an API's operations.

    Args:
        role_map: whose roles are examined, each by itself.
        operations: those of the API, written as routes.
        api: whose map it is, by id or id/stage; empty for the top level.

    Returns:
        ``opens`` with the operations that each role opens, ``closed`` with those that
        none opens, ``unmatched`` with the map's routes that match no operation, and
        ``findings`` with the operations that are open without being named.
    """
    operations = list(operations)
    opens = {
        name: [o.text for o in operations if _opens(role_map.grant([name]), o)]
        for name in role_map.roles
    }
    opened = {text for texts in opens.values() for text in texts}
    # A key without roles may open what each of the roles denies.
    bare = role_map.grant([])
    unnamed = located(api, open_unnamed(role_map, operations))
    return {
        "opens": opens,
        "closed": [
            o.text for o in operations if o.text not in opened and not _opens(bare, o)
        ],
        "unmatched": list(_unmatched(role_map, operations)),
        "findings": [finding.document() for finding in unnamed],
    }


def open_unnamed(role_map: RoleMap, operations: Iterable[Route]) -> Iterator[Finding]:
    """Yield each operation that is open to a role that doesn't name it.

    Args:
        role_map: whose roles are examined, each by itself.
        operations: those of the API, written as routes.
    """
    operations = list(operations)
    for_every_key = [o for o in operations if _is_for_every_key(role_map, o)]
    for operation in for_every_key:
        message = f"'{operation.text}' is open to every key: no role names it"
        yield Finding(TELL, (), operation.text, message)
    for name, role in role_map.roles.items():
        grant = role_map.grant([name])
        for operation in operations:
            if operation not in for_every_key and not all(
                _names(role, part, operation) for part in open_parts(grant, operation)
            ):
                what = f"'{operation.text}' is open to {name}"
                message = f"{what}, and no route of that role names it"
                yield Finding(TELL, (name,), operation.text, message)


def _opens(grant: Grant, operation: Route) -> bool:
    if operation.text == CONNECT:
        return CONNECT in grant.allow
    return any(open_parts(grant, operation))


def _is_for_every_key(role_map: RoleMap, operation: Route) -> bool:
    """Return whether any-key opens an operation, by some method."""
    return role_map.any_key and any(
        not any(meets(shape, operation.shape) for shape in role_map.named(method))
        for method in operation.methods
    )


def _names(role: Role, part: Pattern, operation: Route) -> bool:
    """Return whether one of a role's own routes covers a part of an operation.

    A route that is less specific than the operation counts only if it ends in ``/*``:
    to API Gateway ``/users/export`` is not ``/users/{id}``. Of an operation that takes
    everything below, a route can cover only a part.
    """
    method, *path = part
    is_greedy = operation.shape[-1] == RUN
    return any(
        method in route.methods
        and covers(glob(route.shape) if is_greedy else route.shape, tuple(path))
        and (
            is_greedy
            or route.shape[-1] == RUN
            or rank(route.shape) <= rank(operation.shape)
        )
        for route in role.allow
    )


def _unmatched(role_map: RoleMap, operations: list[Route]) -> Iterator[Document]:
    for name, role in role_map.roles.items():
        for field, routes in (("allow", role.allow), ("deny", role.deny)):
            for route in routes:
                if not any(_is_of(route, operation) for operation in operations):
                    yield {"role": name, "field": field, "route": route.text}


def _is_of(route: Route, operation: Route) -> bool:
    """Return whether a request can match both an operation and a route."""
    if CONNECT in (route.text, operation.text):
        return route.text == operation.text
    return not set(route.methods).isdisjoint(operation.methods) and meets(
        route.shape, operation.shape
    )
