"""``make event``: the running stack stays as it is, and the commands are complete."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, cast

import pytest
import yaml

from local import checkout, event
from local.clients import CliError

if TYPE_CHECKING:
    from local.deployment import Stack

_STACK = cast("Stack", None)
_OURS = {"roles": {"READER": {}, "WRITER": {}}}
_EXAMPLES = {"roleMap": {"roles": {"ADMINISTRATOR": {}, event.MANAGEMENT: {}}}}


class Apikeys:
    """The command line of a stack with a role map, or without."""

    def __init__(self, stored: dict[str, Any] | CliError) -> None:
        self._stored = stored
        self.asked: list[str] = []

    def __call__(self, _stack: Stack, *arguments: str) -> dict[str, Any]:
        """Answer as the command does."""
        self.asked.append(" ".join(arguments[:2]))
        if arguments[:2] == ("roles", "put"):
            return _EXAMPLES
        if isinstance(self._stored, CliError):
            raise self._stored
        return self._stored


def _asked(
    monkeypatch: pytest.MonkeyPatch, stored: dict[str, Any] | CliError
) -> tuple[str | None, list[str]]:
    apikeys = Apikeys(stored)
    monkeypatch.setattr(event, "apikeys", apikeys)
    return event.role_of_the_stack(_STACK), apikeys.asked


@pytest.mark.parametrize(
    ("stored", "role"),
    [
        (_OURS, "READER"),
        (_EXAMPLES["roleMap"], event.MANAGEMENT),
        ({"roles": {}}, None),
    ],
)
def test_a_stored_role_map_stays(
    monkeypatch: pytest.MonkeyPatch, stored: dict[str, Any], role: str | None
) -> None:
    """The key gets a role of that map, the example API's where it is one."""
    assert _asked(monkeypatch, stored) == (role, ["roles get"])


def test_a_stack_without_a_role_map_gets_the_examples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without any, every event would be answered 500."""
    none = CliError("apikeys roles get", "Error: nothing (role_map_not_found)")
    wanted = (event.MANAGEMENT, ["roles get", "roles put"])
    assert _asked(monkeypatch, none) == wanted


def test_what_else_goes_wrong_replaces_no_role_map(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A map that can't be read at the moment is no missing one."""
    trouble = CliError("apikeys roles get", "Error: (secrets_manager_unavailable)")
    with pytest.raises(CliError, match="unavailable"):
        _asked(monkeypatch, trouble)


def _docker_command(said: str) -> list[str]:
    (line,) = (line for line in said.splitlines() if line.startswith("With Docker:"))
    return shlex.split(line.partition(":")[2])


@pytest.mark.parametrize("system", ["Linux", "Darwin"])
def test_the_command_runs_the_architecture_that_was_built(system: str) -> None:
    """The template's default is another one than this machine's may be."""
    command = _docker_command(event.instructions(4566, system))
    place = command.index("--parameter-overrides")
    assert command[place + 1] == f"Architecture={checkout.ARCHITECTURE}"
    assert (checkout.ROOT / command[0]) == checkout.SAM


def test_on_linux_the_container_is_told_the_hosts_address() -> None:
    """Docker Engine knows no such name, and needs a way to the loopback interface."""
    linux = event.instructions(4566, "Linux")
    command = _docker_command(linux)
    place = command.index("--add-host")
    assert command[place + 1] == "host.docker.internal:host-gateway"
    assert "TCP:127.0.0.1:4566" in linux
    elsewhere = event.instructions(4566, "Darwin")
    assert "--add-host" not in elsewhere
    assert "socat" not in elsewhere


def test_a_container_gets_the_emulators_account_and_nothing_of_the_shells() -> None:
    """`sam local` sets what a template does not declare from the shell's account."""
    template = {
        "Globals": {"Function": {"Environment": {"Variables": {"KEY_PREFIX": "ak"}}}},
        "Resources": {"AuthorizerFunction": {"Properties": {"Timeout": 10}}},
    }
    variables = event.container_variables(
        {
            "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
            "AWS_ACCESS_KEY_ID": "test",
            "KEY_PREFIX": "ak",
        }
    )
    assert variables["AWS_ENDPOINT_URL"] == "http://host.docker.internal:4566"
    assert variables["AWS_SESSION_TOKEN"] == ""
    written = yaml.safe_load(event.declaring(yaml.safe_dump(template), list(variables)))
    properties = written["Resources"]["AuthorizerFunction"]["Properties"]
    declared = properties["Environment"]["Variables"]
    assert set(declared) == set(variables) - {"KEY_PREFIX"}
    assert properties["Timeout"] == 10
