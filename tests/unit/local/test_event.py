"""``make event``: the running stack stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from local import event
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
    """A map that can't be read at the moment is not a missing one."""
    trouble = CliError("apikeys roles get", "Error: (secrets_manager_unavailable)")
    with pytest.raises(CliError, match="unavailable"):
        _asked(monkeypatch, trouble)
