"""Stores a role map, replacing the one that was shown, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.dates import counted
from apikeys_cli.roles.names import named_in
from apikeys_cli.terminal.formats import emit
from apikeys_cli.wait import until_in_force

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apikeys_cli.admin_function import Invocation


def store(
    invocation: Invocation,
    role_map: Mapping[str, Any],
    version: str | None,
    *,
    allow_empty: bool,
    wait: bool,
) -> None:
    """Store a role map, say what was stored, and when it is in force.

    Args:
        invocation: of the command.
        role_map: the map.
        version: of the stored map, the only one to be replaced; None for any.
        allow_empty: whether it may have no roles.
        wait: whether to wait until it is in force.
    """
    answer = invocation.function.invoke(
        "roles.put",
        roleMap=role_map,
        ifVersion=version,
        allowEmpty=allow_empty or None,
    )
    count = len(named_in(answer["roleMap"]))
    row = {"roles": count, "version": answer["version"]}
    emit(
        invocation.output,
        answer,
        [row],
        ("roles", "version"),
        lambda: click.echo(f"Stored {counted(count, 'role')}."),
    )
    until_in_force(invocation.function, answer, wait=wait)
