"""What roles open and close, and how long a policy they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from apikeys import conflicts, role_name
from apikeys.errors import MalformedRoleMapError
from apikeys.policy import MAX_BYTES
from apikeys.roles import RoleMap

if TYPE_CHECKING:
    from apikeys.route import Route


def explanation(role_map: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return what a record with these roles may call.

    Raises:
        ClickException: the map is bad, or has no such role.
    """
    try:
        parsed = RoleMap.parse(role_map)
    except MalformedRoleMapError as error:
        raise click.ClickException(
            "\n  ".join(["roleMap:", *error.findings])
        ) from error
    roles = [role_name.normalise(name) or name for name in names]
    if unknown := [name for name in roles if name not in parsed.roles]:
        known = ", ".join(sorted(parsed.roles)) or "none"
        message = f"not in the role map: {', '.join(unknown)}; there are: {known}"
        raise click.ClickException(message)
    held = [parsed.roles[name] for name in roles]
    return {
        "roles": roles,
        "opens": _texts([route for role in held for route in role.allow]),
        "closes": _texts([route for role in held for route in role.deny]),
        "anyUnmappedRoute": parsed.any_key,
        "policyBytes": conflicts.policy_bytes(parsed, roles),
        "maxPolicyBytes": MAX_BYTES,
    }


def readable_explanation(found: dict[str, Any]) -> Text:
    """Return the explanation as text."""
    text = Text(f"{' '.join(found['roles'])}\n", style="bold")
    for field, style in (("opens", "green"), ("closes", "red")):
        for route in found[field]:
            text.append(f"  {field:6}  ", style=style).append(f"{route}\n")
    if found["anyUnmappedRoute"]:
        text.append("  opens   ", style="green").append("every route no role names\n")
    elif not found["opens"]:
        text.append("  opens nothing: every call is 403\n")
    length, longest = found["policyBytes"], found["maxPolicyBytes"]
    text.append(f"  policy  {length:,} of {longest:,} bytes at most")
    return text


def _texts(routes: list[Route]) -> list[str]:
    texts = [f"{r.text} (reads)" if r.reads else r.text for r in routes]
    return list(dict.fromkeys(texts))
