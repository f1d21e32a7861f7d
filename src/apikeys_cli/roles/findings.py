"""What the function finds in a role map, for people and as rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from apikeys.finding import REFUSE, RESTRICT, TELL
from apikeys.migration import UNNAMED
from apikeys_cli.dates import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FIELDS = ("grade", "roles", "route", "message", "api")
_LABELS = {REFUSE: "Refused", RESTRICT: "Restricted", TELL: "Warning"}
_MOST_ROUTES = 5
_MOST_SETS = 3
# What differs between two findings of one kind.
_PARTICULAR = re.compile(r"'[^']*'|\d+")


def sentence(finding: Mapping[str, Any]) -> str:
    """Return a finding as a line: its grade, the roles concerned, and what it says."""
    roles = f" ({' '.join(finding['roles'])})" if finding["roles"] else ""
    where = f" at {finding['api']}" if finding.get("api") else ""
    return f"{_LABELS[finding['grade']]}{roles}{where}: {finding['message']}"


def sentences(findings: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield lines for a person; of similar warnings, only the first is said in full.

    The routes of the others follow, with their roles.
    """
    alike: dict[object, list[Mapping[str, Any]]] = {}
    for finding in findings:
        message = _PARTICULAR.sub("", finding["message"])
        kind = (finding["grade"], finding.get("api"), message)
        # Each of the graver ones has to be dealt with, so is shown.
        is_own = finding["grade"] != TELL or not finding["route"]
        alike.setdefault(id(finding) if is_own else kind, []).append(finding)
    for first, *others in alike.values():
        yield sentence(first)
        yield from _routes(others)


def _routes(findings: list[Mapping[str, Any]]) -> Iterator[str]:
    by_route: dict[str, list[str]] = {}
    for finding in findings:
        by_route.setdefault(finding["route"], []).append(" ".join(finding["roles"]))
    for route, all_sets in list(by_route.items())[:_MOST_ROUTES]:
        sets = list(dict.fromkeys(all_sets))
        shown = "; ".join(sets[:_MOST_SETS])
        more = f"; and {len(sets) - _MOST_SETS} more" if sets[_MOST_SETS:] else ""
        yield f"  likewise '{route}' ({shown}{more})"
    if len(by_route) > _MOST_ROUTES:
        more = counted(len(by_route) - _MOST_ROUTES, "more route")
        yield f"  and {more} (--output json)"


def lost_sentence(lost: Mapping[str, Any]) -> str:
    """Return a line on a route that a stored map no longer opens fully."""
    whose = lost["role"] or "a key without roles"
    route = lost["route"] if lost["route"] == UNNAMED else f"'{lost['route']}'"
    requests = ", ".join(request.replace("/", " /", 1) for request in lost["requests"])
    return f"No longer opens ({whose}): of {route}: {requests}"


def row(finding: Mapping[str, Any]) -> dict[str, str]:
    """Return a finding with its roles as one text."""
    return {**finding, "roles": " ".join(finding["roles"])}
