"""Who loses what by a change of the role map.

What a record's roles open, before and after, is what their compiled policies allow.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from apikeys.errors import MalformedRoleMapError
from apikeys.reach import lost_parts, open_parts
from apikeys.roles import RoleMap
from apikeys.route import CONNECT
from apikeys.session import is_read_only
from apikeys_cli.dates import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    # The roles of a record, and whether it is read-only.
    type Rights = tuple[frozenset[str], bool]

_LIVE = ("active", "disabled")
_MOST_ROUTES = 5


def losses(
    old: dict[str, Any], new: dict[str, Any], records: Iterable[dict[str, Any]]
) -> list[str]:
    """Return a sentence for each role whose holders lose something in a change.

    Args:
        old: the role map in force.
        new: the next one.
        records: the function's views; those that have ended lose nothing.

    Returns:
        Nothing if either map is invalid.
    """
    try:
        before, after = RoleMap.parse(old), RoleMap.parse(new)
    except MalformedRoleMapError:
        return []
    held = Counter(
        (frozenset(record.get("roles", ())), is_read_only(record.get("session")))
        for record in records
        if record["state"] in _LIVE
    )
    found = []
    # An API's map may come or go; without one, the top level decides.
    for api in dict.fromkeys(["", *before.apis, *after.apis]):
        at = f"At {api}: " if api else ""
        found += [
            at + told for told in _at(_map_of(before, api), _map_of(after, api), held)
        ]
    return found


def _map_of(role_map: RoleMap, name: str) -> RoleMap:
    api, _, stage = name.partition("/")
    return role_map.of(api, stage) if api else role_map


def _at(before: RoleMap, after: RoleMap, held: Counter[Rights]) -> Iterator[str]:
    lost = {rights: dict(_lost(before, after, rights)) for rights in held}
    yield from _of_roles(before, after, held, lost)
    yield from _of_others(before, after, held, lost)


def _of_roles(
    before: RoleMap,
    after: RoleMap,
    held: Counter[Rights],
    lost: dict[Rights, dict[str, str]],
) -> Iterator[str]:
    for name in before.roles:
        holding = [rights for rights in held if name in rights[0]]
        own = _own_routes(before, after, name)
        losers = Counter[str]()
        for rights in holding:
            what = [told for route, told in lost[rights].items() if route in own]
            losers.update(dict.fromkeys(what, held[rights]))
        count = sum(held[rights] for rights in holding)
        is_gone = name not in after.roles
        if count and (losers or is_gone):
            gone = [", which is gone"] if is_gone else []
            yield "".join([f"{_keys(count, 'hold')} {name}", *gone, *_listed(losers)])


def _of_others(
    before: RoleMap,
    after: RoleMap,
    held: Counter[Rights],
    lost: dict[Rights, dict[str, str]],
) -> Iterator[str]:
    """Yield what was open although no role named it: by ``any-key`` or a ``{name}``."""
    if before.any_key and not after.any_key and held:
        yield f"{_keys(held.total(), 'lose')} every route that no role names"
    losers = Counter[str]()
    for rights, routes in lost.items():
        own = set().union(*(_own_routes(before, after, name) for name in rights[0]))
        what = [told for route, told in routes.items() if route not in own]
        losers.update(dict.fromkeys(what, held[rights]))
    for told, count in losers.most_common(_MOST_ROUTES):
        yield f"{_keys(count, 'lose')} {told}, which no role named"


def _own_routes(before: RoleMap, after: RoleMap, name: str) -> set[str]:
    opened = before.roles[name].allow if name in before.roles else ()
    closed = after.roles[name].deny if name in after.roles else ()
    return {route.text for route in (*opened, *closed)}


def _lost(before: RoleMap, after: RoleMap, rights: Rights) -> Iterator[tuple[str, str]]:
    """Yield the routes that are no longer open, each with what is lost."""
    roles, read_only = rights
    former = before.grant(roles, read_only=read_only)
    grant = after.grant(roles, read_only=read_only)
    routes = {
        route.text: route
        for role in (*before.roles.values(), *after.roles.values())
        for route in (*role.allow, *role.deny)
    }
    for text, route in routes.items():
        if text == CONNECT:
            if CONNECT in former.allow and CONNECT not in grant.allow:
                yield text, text
        elif any(lost_parts(former, grant, route)):
            is_left = any(open_parts(grant, route))
            yield text, f"some of {text}" if is_left else text


def _listed(losers: Counter[str]) -> Iterator[str]:
    for route, count in losers.most_common(_MOST_ROUTES):
        yield f", {count} {'loses' if count == 1 else 'lose'} {route}"
    if len(losers) > _MOST_ROUTES:
        yield f", and {counted(len(losers) - _MOST_ROUTES, 'more route')}"


def _keys(count: int, verb: str) -> str:
    return f"1 key {verb}s" if count == 1 else f"{count:,} keys {verb}"
