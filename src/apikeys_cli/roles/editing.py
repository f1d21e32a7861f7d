"""The stored role map in a person's editor, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.roles.files import parse_role_map, readable_difference
from apikeys_cli.roles.preview import preview, say_findings, stored_map
from apikeys_cli.roles.storing import store
from apikeys_cli.terminal import secret_input
from apikeys_cli.terminal.console import messages, say
from apikeys_cli.terminal.question import ask
from apikeys_cli.terminal.toml import toml

if TYPE_CHECKING:
    from apikeys_cli.admin_function import Invocation

_REFUSED = 1


def edit(invocation: Invocation, *, counts: bool, wait: bool, is_sure: bool) -> None:
    """Open the stored role map in an editor, and store what is saved there.

    Args:
        invocation: of the command.
        counts: whether the keys that lose routes are counted.
        wait: whether to wait until it is in force.
        is_sure: whether the question is answered.

    Raises:
        Exit: 1, what was saved can't be stored, and nobody is asked.
    """
    stored = stored_map(invocation)
    before: dict[str, Any] = {"unmapped": "deny", "roles": {}}
    if stored is not None:
        before = stored["roleMap"]
    text = f"{toml(before)}\n"
    while True:
        edited = click.edit(text, extension=".toml")
        role_map = None if edited is None else _readable(edited)
        if edited is None or role_map == before:
            say("Nothing was changed.")
            return
        if role_map is not None:
            found = preview(invocation, role_map, stored, counts=counts)
            messages().print(readable_difference(found["changes"]))
            say_findings(found)
            if found["isValid"]:
                break
        if not secret_input.is_asked():
            raise click.exceptions.Exit(_REFUSED)
        click.confirm("Edit it again?", default=True, abort=True, err=True)
        text = edited
    ask(lambda: "Store it?", is_sure=is_sure)
    version = None if stored is None else stored["version"]
    store(invocation, role_map, version, allow_empty=False, wait=wait)


def _readable(text: str) -> dict[str, Any] | None:
    """Return the role map in a text, or say why it can't be read and return None."""
    try:
        return parse_role_map(text, "what you saved in the editor", is_json=False)
    except click.UsageError as error:
        say(error.message)
        return None
