"""The commands, and where a reader finds each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

import apikeys_cli
from apikeys_cli.main import main
from apikeys_cli.options.help import Command, Family

if TYPE_CHECKING:
    from collections.abc import Iterator

# A family shares a file; two names are words of Python's, or hide its own.
_FILES = {
    "clone": "issue",
    "disable": "states",
    "enable": "states",
    "get": "records",
    "import": "import_keys",
    "list": "list_keys",
    "restore": "records",
    "revoke": "states",
    "update": "records",
}


def _all(group: click.Group, *verbs: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*verbs, name)
        if isinstance(command, click.Group):
            yield from _all(command, *verbs, name)


def _command(*verbs: str) -> click.Command:
    command: click.Command = main
    for verb in verbs:
        assert isinstance(command, click.Group)
        command = command.commands[verb]
    return command


def _module(*verbs: str) -> str:
    callback = _command(*verbs).callback
    assert callback is not None
    return callback.__module__


def test_commands_stand_in_the_order_of_a_life() -> None:
    """Of a key's, not of the alphabet."""
    assert list(main.commands) == [
        *("issue", "import", "list", "usage", "get", "update", "verify", "rotate"),
        *("clone", "confirm", "disable", "enable", "revoke", "restore"),
        *("prune", "roles", "flush", "signing", "doctor", "console"),
    ]


@pytest.mark.parametrize("verbs", list(_all(main)), ids=" ".join)
def test_a_command_is_found_by_its_name(verbs: tuple[str, ...]) -> None:
    """Its file is named after it or its family; subcommands are with their group."""
    name = _FILES.get(verbs[0], verbs[0])
    assert _module(*verbs) == f"apikeys_cli.commands.{name}"


@pytest.mark.parametrize("verbs", list(_all(main)), ids=" ".join)
def test_no_command_repeats_an_argument_too_many(verbs: tuple[str, ...]) -> None:
    """As `Command` does it, and a family knows its commands."""
    assert isinstance(_command(*verbs), (Command, Family))


def _help(*verbs: str) -> str:
    given = {"prog_name": "apikeys", "terminal_width": 80}
    return CliRunner().invoke(main, [*verbs, "--help"], **given).stdout


_GLOBAL = (
    "--output",
    "--function",
    "--stack",
    "--profile",
    "--region",
    "--endpoint-url",
)


@pytest.mark.parametrize("verbs", list(_all(main)), ids=" ".join)
def test_options_of_every_command_are_shown_once(verbs: tuple[str, ...]) -> None:
    """By ``apikeys --help``; a command's own help says where to look."""
    shown = _help(*verbs)
    assert not any(f"  {option} " in shown for option in _GLOBAL)
    if verbs not in (("roles",), ("signing",)):
        assert "Options of every command: apikeys --help" in shown


def test_the_options_of_every_command_are_in_the_help_of_all() -> None:
    """With the variables that stand for them."""
    shown = _help()
    assert all(f"  {option} " in shown for option in _GLOBAL)
    for variable in ("APIKEYS_FUNCTION", "APIKEYS_STACK", "AWS_REGION"):
        assert variable in shown


@pytest.mark.parametrize("verbs", [(), ("roles",), ("signing",)], ids=" ".join)
def test_no_summary_is_cut_short(verbs: tuple[str, ...]) -> None:
    """Each command's first sentence is there whole."""
    shown = " ".join(_help(*verbs).split())
    group: click.Command = main
    for verb in verbs:
        assert isinstance(group, click.Group)
        group = group.commands[verb]
    assert isinstance(group, click.Group)
    for name, command in group.commands.items():
        assert command.help is not None
        summary = " ".join(command.help.split("\n\n", 1)[0].split())
        assert f"{name} {summary.split('. ')[0].rstrip('.')}." in shown


@pytest.mark.parametrize("verb", ["issue", "import", "update", "clone"])
def test_options_on_the_session_stand_apart(verb: str) -> None:
    """Most people open none."""
    options, session = _help(verb).split("\nThe session that it opens on the back end")
    assert options.count("--session-") == 0
    assert session.count("--session-") == 5
    assert "--connection-mode" in session
    assert "--client" in options


def test_help_of_update_is_true() -> None:
    """What is not given stays; no default of a new key is spoken of."""
    shown = _help("update")
    assert "[default: as before]" in shown
    assert "the deployment's" not in shown


def test_help_loads_no_sdk() -> None:
    """It would take longer than all the rest."""
    code = "import sys, apikeys_cli.main as m; print('boto3' in sys.modules)"
    source = Path(apikeys_cli.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(source)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout == "False\n"
