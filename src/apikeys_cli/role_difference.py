"""What a new role map would change, as people read it: route by route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_STYLES = {"+": "green", "-": "red"}


def difference(
    old: Mapping[str, Any] | None, new: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Return the changes from one role map to another, None for no map.

    Each has ``change`` (``+`` or ``-``), ``role`` (empty for ``unmapped``), ``field``
    and ``route``. What has not the form of a role map is passed over: the findings say
    that.
    """
    before = [] if old is None else list(_lines(old))
    after = list(_lines(new))
    changes = [("-", line) for line in before if line not in after]
    changes += [("+", line) for line in after if line not in before]
    # Role by role, and within one what goes before what comes.
    changes.sort(key=lambda change: change[1][:2])
    return [
        {"change": sign, "role": role, "field": field, "route": route}
        for sign, (role, field, route) in changes
    ]


def readable(changes: list[dict[str, str]]) -> Text:
    """Return the changes as text, in colour on a terminal."""
    if not changes:
        return Text("No difference.")
    text = Text()
    heading = None
    for change in changes:
        role = change["role"] or "unmapped"
        if role != heading:
            text.append(f"{role}\n", style="bold")
            heading = role
        line = f"{change['field']} {change['route']}".strip() or "the role itself"
        text.append(f"  {change['change']} {line}\n", style=_STYLES[change["change"]])
    text.rstrip()
    return text


def spelled(entry: object) -> str:
    """Return a route as one text, whichever way the role map has it."""
    if isinstance(entry, dict):
        reads = " (reads)" if entry.get("reads") is True else ""
        return f"{entry.get('route')}{reads}"
    return str(entry)


def _lines(role_map: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    yield "", "", str(role_map.get("unmapped", "deny"))
    roles = role_map.get("roles")
    for name, role in roles.items() if isinstance(roles, dict) else ():
        # A role without routes is one all the same.
        yield name, "", ""
        for field in ("allow", "deny"):
            routes = role.get(field) if isinstance(role, dict) else None
            for route in routes if isinstance(routes, list) else ():
                yield name, field, spelled(route)
