"""``apikeys doctor``'s checks of the role map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apikeys.check import check
from apikeys.errors import MalformedRoleMapError
from apikeys.finding import REFUSE, RESTRICT, refusals
from apikeys.policy import MAX_BYTES
from apikeys.roles import RoleMap
from apikeys_cli.dates import counted
from apikeys_cli.health.findings import Finding, fail, ok, warn

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEARLY_FULL = 0.75


def check_role_map(role_map: dict[str, Any] | None) -> Iterator[Finding]:
    """Check the stored role map, None if there is none."""
    subject = "role map"
    if role_map is None:
        advice = "store one: apikeys roles put FILE"
        yield fail(subject, "there is none: every call is answered 500", advice)
        return
    try:
        parsed = RoleMap.parse(role_map)
        found = check(parsed)
    except MalformedRoleMapError as error:
        found = refusals(error.findings)
    # Its lesser findings were shown when it was stored; `roles check` repeats them.
    if refused := [finding for finding in found if finding.grade == REFUSE]:
        for finding in refused:
            yield fail(subject, finding.message, "correct it: apikeys roles put FILE")
        return
    apart = [finding for finding in found if finding.grade == RESTRICT]
    for finding in apart:
        yield warn(
            subject,
            f"{' and '.join(finding.roles)} do not go together: {finding.message}",
            "no record is given both; separate the routes, or put both into one role",
        )
    if not apart:
        yield ok(subject, f"{counted(len(parsed.role_names()), 'role')}, no conflict")
    yield _largest_policy(parsed)


def _largest_policy(role_map: RoleMap) -> Finding:
    sizes = {}
    for api, one in role_map.maps():
        where = f" at {api}" if api else ""
        for name in one.roles:
            sizes[f"{name}'s{where}"] = one.grant([name]).bytes
        if one.any_key:
            sizes[f"that of a key without roles{where}"] = one.grant([]).bytes
    name = max(sizes, key=sizes.__getitem__, default="none's")
    size = sizes.get(name, 0)
    what = f"the largest is {name}, {size:,} of {MAX_BYTES:,} bytes"
    if size > MAX_BYTES * _NEARLY_FULL:
        return warn("policies", what, "use fewer routes, ending in /*")
    return ok("policies", what)
