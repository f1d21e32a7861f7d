"""The commands, and where a reader finds each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from apikeys_cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator

# A family shares a file; two names are words of Python's, or hide its own.
_FILES = {
    "clone": "issue",
    "disable": "records",
    "enable": "records",
    "get": "records",
    "import": "import_keys",
    "list": "list_keys",
    "restore": "records",
    "revoke": "records",
    "update": "records",
}


def _all(group: click.Group, *verbs: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*verbs, name)
        if isinstance(command, click.Group):
            yield from _all(command, *verbs, name)


def _module(*verbs: str) -> str:
    command: click.Command = main
    for verb in verbs:
        assert isinstance(command, click.Group)
        command = command.commands[verb]
    assert command.callback is not None
    return command.callback.__module__


def test_there_are_seventeen_commands() -> None:
    """In the order of a key's life, not of the alphabet."""
    assert list(main.commands) == [
        *("issue", "import", "list", "get", "update", "verify", "rotate", "clone"),
        *("confirm", "disable", "enable", "revoke", "restore"),
        *("roles", "flush", "signing", "doctor"),
    ]


@pytest.mark.parametrize("verbs", list(_all(main)), ids=" ".join)
def test_a_command_is_found_by_its_name(verbs: tuple[str, ...]) -> None:
    """Its file is named after it or its family; subcommands are beside their group."""
    name = _FILES.get(verbs[0], verbs[0])
    assert _module(*verbs) == f"apikeys_cli.commands.{name}"
