"""What a stored role map no longer opens since ``{name}`` became exact.

Before, a ``{name}`` was IAM's ``*``, and only what a role denies was denied and, under
any-key, the routes that it lacks.
"""

from __future__ import annotations

from apikeys.grants import compile_within
from apikeys.pattern import glob, text
from apikeys.reach import has_any, overlaps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apikeys.access import Work
    from apikeys.pattern import Pattern
    from apikeys.roles import RoleMap
    from apikeys.route import Route

UNNAMED = "any route that no role names"


def opens_no_longer(
    role_map: RoleMap, work: Work
) -> Iterator[tuple[str, str, list[str]]]:
    """Yield a role, one of its routes, and patterns of what it no longer opens.

    Under any-key this includes what was lost of other routes, also for a key without
    roles, whose role is empty. Requests that encode a letter needlessly are not listed.

    Args:
        role_map: whose roles they are.
        work: counts what is done.

    Raises:
        TooIntricateError: it takes more work.
    """
    for name in ("", *role_map.roles) if role_map.any_key else role_map.roles:
        grant = compile_within(role_map, [name] if name else [], work)
        before = [text(pattern) for pattern in _globs(_denied_before(role_map, name))]
        fresh = [
            resource
            for resource in grant.deny
            if not resource.startswith("*%") and not has_any(before, resource)
        ]
        if role_map.any_key and fresh:
            yield name, UNNAMED, fresh
        for route in role_map.roles[name].allow if name else ():
            opened = [p for p in _globs([route]) if not has_any(before, text(p))]
            lost = [text(p) for p in opened if not has_any(grant.allow, text(p))]
            lost += [r for r in fresh if any(overlaps(r, wide) for wide in opened)]
            if lost:
                yield name, route.text, lost


def _denied_before(role_map: RoleMap, name: str) -> Iterator[Route]:
    held = role_map.roles.get(name)
    if held is not None:
        yield from held.deny
    if role_map.any_key and not (
        held is not None and any(route.is_everything for route in held.allow)
    ):
        for other, role in role_map.roles.items():
            if other != name:
                yield from (route for route in role.allow if not route.is_everything)


def _globs(routes: Iterable[Route]) -> list[Pattern]:
    return [
        (method, *glob(route.shape)) for route in routes for method in route.methods
    ]
