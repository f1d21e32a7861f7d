"""What a person is told, on a terminal and elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apikeys_cli.terminal import console
from apikeys_cli.terminal.formats import RECORD_FIELDS
from tests.builders import ROLE_MAP

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.unit.apikeys_cli.doubles import Cli

_ROLES = "ROLE_ONTOPOP_MANAGEMENT_API, ROLE_ONTOPOP_SEARCH_API, ROLE_ONTOPOP_GRAPH_API"


@pytest.fixture
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the terminal be sixty columns wide."""
    monkeypatch.setenv("COLUMNS", "60")


@pytest.mark.usefixtures("_narrow")
def test_a_terminal_breaks_messages_between_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role's name stays one; elsewhere a message stays a line."""
    console.say(_ROLES)
    assert capsys.readouterr().err == f"{_ROLES}\n"
    monkeypatch.setenv("FORCE_COLOR", "1")
    console.say(_ROLES)
    lines = capsys.readouterr().err.splitlines()
    assert [line.rstrip() for line in lines] == [
        "ROLE_ONTOPOP_MANAGEMENT_API, ROLE_ONTOPOP_SEARCH_API,",
        "ROLE_ONTOPOP_GRAPH_API",
    ]


@pytest.mark.usefixtures("_narrow")
@pytest.mark.parametrize(
    ("command", "names"),
    [
        (["list", "--columns", "nope"], RECORD_FIELDS),
        (["issue", "--client", "A", "--role", "NOPE"], ROLE_MAP["roles"]),
    ],
)
def test_errors_are_told_as_messages_are(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, command: list[str], names: Iterable[str]
) -> None:
    """Whether the command line found them or the function: no name is broken."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    told = cli(*command).stderr
    assert max(map(len, told.splitlines())) <= 60
    assert [name for name in names if name not in told] == []
