"""Whom a change of the role map takes something from, and what."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from apikeys.errors import MalformedRoleMapError
from apikeys.roles import RoleMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apikeys.route import Route

_LIVE = ("active", "disabled")
_MOST_ROUTES = 5
_NAME = re.compile(r"\{[^/]*\}")


def losses(
    old: dict[str, Any], new: dict[str, Any], records: Iterable[dict[str, Any]]
) -> list[str]:
    """Return a sentence for each role whose holders lose something by a change.

    Args:
        old: the role map in force.
        new: the one to come.
        records: the function's views; those that have ended lose nothing.

    Returns:
        Nothing where one of the two maps is not one.
    """
    try:
        before, after = RoleMap.parse(old), RoleMap.parse(new)
    except MalformedRoleMapError:
        return []
    held = Counter(
        frozenset(record.get("roles", ()))
        for record in records
        if record["state"] in _LIVE
    )
    lost = {roles: _lost(before, after, roles) for roles in held}
    return [
        *_of_roles(before, after, held, lost),
        *_of_others(before, after, held, lost),
    ]


def _of_roles(
    before: RoleMap,
    after: RoleMap,
    held: Counter[frozenset[str]],
    lost: dict[frozenset[str], set[str]],
) -> Iterator[str]:
    for name in before.roles:
        holding = [roles for roles in held if name in roles]
        own = _own_routes(before, after, name)
        losers = Counter[str]()
        for roles in holding:
            losers.update(dict.fromkeys(sorted(own & lost[roles]), held[roles]))
        count = sum(held[roles] for roles in holding)
        is_gone = name not in after.roles
        if count and (losers or is_gone):
            gone = [", which is gone"] if is_gone else []
            yield "".join([f"{_keys(count, 'hold')} {name}", *gone, *_listed(losers)])


def _of_others(
    before: RoleMap,
    after: RoleMap,
    held: Counter[frozenset[str]],
    lost: dict[frozenset[str], set[str]],
) -> Iterator[str]:
    """Yield what ``any-key`` opened to those whose roles say nothing of it."""
    if before.any_key and not after.any_key and held:
        yield f"{_keys(held.total(), 'lose')} every route that no role names"
    losers = Counter[str]()
    for roles, routes in lost.items():
        own = [_own_routes(before, after, name) for name in roles]
        losers.update(dict.fromkeys(sorted(routes.difference(*own)), held[roles]))
    for route, count in losers.most_common(_MOST_ROUTES):
        yield f"{_keys(count, 'lose')} {route}, which no role named"


def _own_routes(before: RoleMap, after: RoleMap, name: str) -> set[str]:
    opened = before.roles[name].allow if name in before.roles else ()
    closed = after.roles[name].deny if name in after.roles else ()
    return {route.text for route in (*opened, *closed)}


def _lost(before: RoleMap, after: RoleMap, roles: frozenset[str]) -> set[str]:
    """Return the routes that these roles opened together and open no more."""
    named = (
        route
        for role in (*before.roles.values(), *after.roles.values())
        for route in (*role.allow, *role.deny)
    )
    return {
        route.text
        for route in named
        if _opens(before, roles, route) and not _opens(after, roles, route)
    }


def _opens(role_map: RoleMap, roles: frozenset[str], route: Route) -> bool:
    held = [role for name, role in role_map.roles.items() if name in roles]
    if any(_covers(denied, route) for role in held for denied in role.deny):
        return False
    if any(_covers(allowed, route) for role in held for allowed in role.allow):
        return True
    every = chain.from_iterable(role.allow for role in role_map.roles.values())
    return role_map.any_key and not any(
        _covers(allowed, route) for allowed in every if not allowed.is_everything
    )


def _covers(wide: Route, route: Route) -> bool:
    """Return whether a route holds all of another."""
    if wide.text == route.text:
        return True
    if not route.methods or not set(route.methods) <= set(wide.methods):
        return False
    outer, inner = _segments(wide.text), _segments(route.text)
    if outer[-1] == "*" and len(inner) >= len(outer):
        outer, inner = outer[:-1], inner[: len(outer) - 1]
    return len(outer) == len(inner) and all(
        one == other or (one == "{}" and other != "*")
        for one, other in zip(outer, inner, strict=True)
    )


@cache
def _segments(text: str) -> tuple[str, ...]:
    path = text.partition(" ")[2]
    return tuple(_NAME.sub("{}", segment) for segment in path[1:].split("/"))


def _listed(losers: Counter[str]) -> Iterator[str]:
    for route, count in losers.most_common(_MOST_ROUTES):
        yield f", {count} {'loses' if count == 1 else 'lose'} {route}"
    if len(losers) > _MOST_ROUTES:
        yield f", and {len(losers) - _MOST_ROUTES} more routes"


def _keys(count: int, verb: str) -> str:
    return f"1 key {verb}s" if count == 1 else f"{count:,} keys {verb}"
