"""The operations of an API, beside what the role map says of them."""

from __future__ import annotations

from apikeys.finding import TELL, Finding
from apikeys.pattern import RUN, covers, meets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apikeys.roles import Role, RoleMap
    from apikeys.route import Route


def open_unnamed(role_map: RoleMap, operations: Iterable[Route]) -> Iterator[Finding]:
    """Yield each operation that is open to a role which does not name it.

    Args:
        role_map: whose roles are looked at, each by itself.
        operations: what the API has, written as routes.
    """
    operations = list(operations)
    for name, role in role_map.roles.items():
        grant = role_map.grant([name])
        allow = [tuple(resource.split("/")) for resource in grant.allow]
        deny = [tuple(resource.split("/")) for resource in grant.deny]
        for operation in operations:
            for method in operation.methods:
                path = (method, *operation.shape)
                is_open = any(meets(wide, path) for wide in allow) and not any(
                    covers(wide, path) for wide in deny
                )
                if is_open and not _names(role, method, operation):
                    what = f"'{operation.text}' is open to {name}"
                    message = f"{what}, and no route of that role names it"
                    yield Finding(TELL, (name,), operation.text, message)
                    break


def _names(role: Role, method: str, operation: Route) -> bool:
    """Return whether a role has an operation's own route, or a subtree that has it."""
    return any(
        method in route.methods
        and (
            route.shape == operation.shape
            or (route.shape[-1] == RUN and covers(route.shape, operation.shape))
        )
        for route in role.allow
    )
