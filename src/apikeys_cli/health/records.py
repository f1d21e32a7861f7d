"""``apikeys doctor``'s checks of the records: unreadable, left over, about to end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from apikeys import timestamp
from apikeys.defaults import DAY, REPEAT_SECONDS
from apikeys.errors import MalformedRoleMapError
from apikeys.finding import losses
from apikeys.roles import RoleMap
from apikeys.session import is_read_only
from apikeys_cli.dates import moment
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.health.findings import Finding, fail, ok, some, warn
from apikeys_cli.records import Listing, name_of
from apikeys_cli.roles.names import named_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apikeys_cli.admin_function import AdminFunction

_SOON_DAYS = 14
_LEFT_OVER_DAYS = 30


def check_records(
    function: AdminFunction, role_map: dict[str, Any] | None
) -> Iterator[Finding]:
    """Look for records that can't be read, are left over, lack roles, or end soon.

    Args:
        function: lists them.
        role_map: the stored one, None if there is none, empty if it is invalid.
    """
    listing = Listing(function)
    now = time.time()
    try:
        records = list(listing.records())
    except (UnreachableError, RefusedByFunctionError) as error:
        yield fail("records", error.message, "see the admin function's log")
        return
    if listing.corrupt:
        yield fail(
            "records",
            f"can't be read, so their clients get 401: {some(listing.corrupt)}",
            "revoke each (apikeys revoke KEY-ID) and issue another",
        )
    else:
        yield ok("records", f"{listing.count}, all readable")
    yield from _roles(records, role_map)
    yield from _losses(records, role_map)
    yield from _handovers(records, set(listing.unconfirmed), now)
    yield from _leftovers(records, now)
    ending = [r for r in records if _ends_soon(r, now)]
    if ending:
        names = [f"{name_of(r)} ({r['client']})" for r in ending]
        yield warn(
            "expiry",
            f"{len(ending)} ending within {_SOON_DAYS} days: {some(names)}",
            f"rotate them; apikeys list --expiring-within {_SOON_DAYS}d shows all",
        )
    else:
        yield ok("expiry", f"none ends within {_SOON_DAYS} days")


def _leftovers(records: list[dict[str, Any]], now: float) -> Iterator[Finding]:
    """Look for what ended long ago but is still stored and paid for."""
    ended_by = now - _LEFT_OVER_DAYS * DAY
    left = [
        name_of(record)
        for record in records
        if record["state"] == "expired" and moment(record["expirationDate"]) <= ended_by
    ]
    if left:
        yield warn(
            "left over",
            f"{len(left)} ended more than {_LEFT_OVER_DAYS} days ago, and each costs "
            f"its month: {some(left)}",
            f"revoke them: apikeys prune --expired-for {_LEFT_OVER_DAYS}d",
        )


def _roles(
    records: list[dict[str, Any]], role_map: dict[str, Any] | None
) -> Iterator[Finding]:
    """Look for roles that are held but missing from the map."""
    if not role_map:
        return
    held: dict[str, list[str]] = {}
    for record in records:
        if record["state"] != "expired":
            for role in record.get("roles", ()):
                held.setdefault(role, []).append(name_of(record))
    for role in sorted(held.keys() - named_in(role_map)):
        yield warn(
            "roles",
            f"the role map lacks {role}, held by {len(held[role])}, so that it opens "
            f"nothing: {some(held[role])}",
            "put it into the map (apikeys roles put), or take it from them (apikeys "
            "update)",
        )


def _losses(
    records: list[dict[str, Any]], role_map: dict[str, Any] | None
) -> Iterator[Finding]:
    """Look for routes that are closed to their holders, because of other roles held."""
    try:
        parsed = RoleMap.parse(role_map or {})
    except MalformedRoleMapError:
        return
    losing: dict[str, list[str]] = {}
    for record in records:
        if record["state"] == "expired":
            continue
        read_only = is_read_only(record.get("session"))
        for api, one in parsed.maps():
            grant = one.grant(record.get("roles", ()), read_only=read_only)
            for finding in losses(grant.findings):
                where = f"at {api}: " if api else ""
                losing.setdefault(where + finding.message, []).append(name_of(record))
    for message, names in losing.items():
        yield warn(
            "lost routes",
            f"{message}: {some(names)}",
            "change the map (apikeys roles explain ROLE… says more), or give each of "
            "the roles to a key of its own",
        )


def _handovers(
    records: list[dict[str, Any]], unconfirmed: set[str], now: float
) -> Iterator[Finding]:
    """Look for live keys and passwords that perhaps nobody has."""
    interrupted = [r["keyId"] for r in _interrupted(records)]
    if interrupted:
        yield warn(
            "rotations",
            f"interrupted, so perhaps nobody has these keys: {some(interrupted)}",
            "revoke each and rotate the key that it replaces again",
        )
    # A younger one may be in progress, or be repeated under its request token.
    begun_by = timestamp.format_utc(now - REPEAT_SECONDS)
    lost = [
        name_of(record)
        for record in records
        if name_of(record) in unconfirmed.difference(interrupted)
        and record["state"] != "expired"
        and record.get("issueDate", "").removesuffix("Z") <= begun_by
    ]
    if lost:
        yield warn(
            "hand-overs",
            f"never confirmed, so perhaps nobody has them: {some(lost)}",
            "if the client has it, apikeys confirm; if nobody has, replace it (apikeys "
            "rotate --overlap 0) or revoke it",
        )


def _interrupted(records: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the keys made to replace others that do not name them."""
    keys = [record for record in records if "keyId" in record]
    replaced_by = {record["keyId"]: record.get("replacedBy") for record in keys}
    for record in keys:
        old = record.get("replaces")
        if old in replaced_by and replaced_by[old] != record["keyId"]:
            yield record


def _ends_soon(record: dict[str, Any], now: float) -> bool:
    date = record.get("expirationDate")
    # A rotated key ends because its client has another.
    if date is None or record["state"] != "active" or "replacedBy" in record:
        return False
    return now < moment(date) <= now + _SOON_DAYS * DAY
