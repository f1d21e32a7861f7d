"""Refusals, in the words of what was typed."""

from __future__ import annotations

import click
import pytest

from apikeys.session import SETTINGS
from apikeys_cli.errors import RefusedByFunctionError
from apikeys_cli.main import main
from tests.unit.admin.doubles import request_models

# What no option says: it is read from standard input or a file, or nobody gives it.
_READ = {"credential", "key", "roleMap"}
_OWN = {"action", "awaitConfirmation", "countOnly", "nextToken", "queryId"}


def _fields() -> set[str]:
    named = {
        field.alias or name
        for model in request_models()
        for name, field in model.model_fields.items()
    }
    settings = {f"session.{setting}" for setting in SETTINGS}
    return (named | settings) - _READ - _OWN - {"session"}


def _words(command: click.Command) -> set[str]:
    found = set()
    for parameter in command.params:
        found |= {*parameter.opts, parameter.human_readable_name}
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        found |= _words(inner)
    return found


@pytest.mark.parametrize("field", sorted(_fields()))
def test_a_refusal_names_what_was_typed(field: str) -> None:
    """For each field of each request, an option or an argument of a command."""
    refused = RefusedByFunctionError(f"{field}: is wrong", "invalid_request", field)
    word, _, rule = refused.format_message().partition(": ")
    assert rule == "is wrong"
    assert word in _words(main)
