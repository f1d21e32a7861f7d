"""What roles open together, what they don't and why, and their policy's length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from apikeys import role_name
from apikeys.errors import MalformedRoleMapError
from apikeys.explanation import explain
from apikeys.roles import RoleMap
from apikeys.session import is_read_only
from apikeys_cli.roles.findings import sentence, sentences
from apikeys_cli.roles.names import maps_in, split, unknown_among
from apikeys_cli.terminal.console import say

if TYPE_CHECKING:
    from collections.abc import Mapping


def explanation(
    role_map: dict[str, Any],
    names: tuple[str, ...],
    api: str | None = None,
    stage: str | None = None,
) -> dict[str, Any]:
    """Return what a record with these roles may call, and why nothing else.

    Args:
        role_map: the whole map.
        names: of the roles; each may list several.
        api: the API in question, None for those without a map of their own.
        stage: the API's.

    Raises:
        ClickException: the map is invalid, or has no such role.
    """
    parsed = _parsed(role_map)
    roles = [role_name.normalise(name) or name for name in split(names)]
    if unknown := unknown_among(roles, parsed.role_names()):
        raise click.ClickException(unknown)
    return explain(parsed if api is None else parsed.of(api, stage), roles)


def record_explanation(
    role_map: dict[str, Any],
    record: Mapping[str, Any],
    api: str | None = None,
    stage: str | None = None,
) -> dict[str, Any]:
    """Return what a record may currently call, and why nothing else.

    A role that the map lacks opens nothing, and neither does a record that is revoked:
    its roles are not shown.

    Raises:
        ClickException: the map is invalid.
    """
    read_only = is_read_only(record.get("session"))
    parsed = _parsed(role_map)
    deciding = parsed if api is None else parsed.of(api, stage)
    return explain(deciding, record.get("roles", ()), read_only=read_only)


def say_of_others(role_map: Mapping[str, Any], api: str | None) -> None:
    """Say of which APIs an explanation says nothing, as they have their own map."""
    apart = [name for name, _ in maps_in(role_map) if name]
    if api is None and apart:
        say(f"Not at {', '.join(apart)}, where another map decides: give --api.")


def _parsed(role_map: dict[str, Any]) -> RoleMap:
    try:
        return RoleMap.parse(role_map)
    except MalformedRoleMapError as error:
        raise click.ClickException(
            "\n  ".join(["roleMap:", *error.findings])
        ) from error


def explanation_row(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return an explanation with lists of texts."""
    closes = [f"{closed['route']} ({closed['rule']})" for closed in found["closes"]]
    findings = [sentence(finding) for finding in found["findings"]]
    return {**found, "closes": closes, "findings": findings}


def readable_explanation(found: Mapping[str, Any]) -> Text:
    """Return the explanation as text."""
    row = explanation_row(found)
    row["findings"] = sentences(found["findings"])
    text = Text(f"{' '.join(found['roles']) or 'no role'}\n", style="bold")
    for field, style in (("opens", "green"), ("closes", "red")):
        for route in row[field]:
            text.append(f"  {field:6}  ", style=style).append(f"{route}\n")
    if found["anyUnmappedRoute"]:
        text.append("  opens   ", style="green").append("every route no role names\n")
    elif not found["opens"]:
        # A policy of which the Allows alone are too long is answered 500.
        is_long = found["policyBytes"] > found["maxPolicyBytes"]
        text.append(f"  opens nothing{'' if is_long else ': every call is 403'}\n")
    for line in row["findings"]:
        text.append(f"  {line}\n", style="yellow")
    length, longest = found["policyBytes"], found["maxPolicyBytes"]
    text.append(f"  policy  {length:,} of {longest:,} bytes at most")
    return text
