"""What a person is told, on a terminal and elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

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
def test_a_terminal_breaks_lines_of_data_between_words(
    cli: Cli, account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere each is a line, and a role map always is as it is stored."""
    role = "ROLE_ONTOPOP_MANAGEMENT_API"
    role_map = {"roles": {role: {"allow": ["GET /reports/*", f"GET /{'a' * 60}"]}}}
    account.put_secret_value(SecretId="APIROLES", SecretString=json.dumps(role_map))
    key = cli.issue("--role", role)["key"]
    judge = ("verify", "-", "--route", "GET /reports/7")
    told = "GET /reports/7: open: opened by 'GET /reports/*' of"
    assert cli(*judge, input=key).stdout.splitlines()[1] == f"{told} {role}"
    stored = cli("roles", "get").stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    lines = cli(*judge, input=key).stdout.splitlines()
    assert [line.rstrip() for line in lines[1:3]] == [told, role]
    assert cli("roles", "get").stdout == stored


@pytest.mark.usefixtures("_narrow")
def test_what_is_to_be_copied_stays_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The terminal shows it on two; what it has for copying is one."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    advice = "Nobody has the key: apikeys rotate 7GkQ2mV0aZx81TbP --overlap 0"
    address = f"http://127.0.0.1:8321/enter?token={'x' * 43}"
    console.say(f"{_ROLES}\n{advice}\nOpen {address}")
    lines = capsys.readouterr().err.splitlines()[2:]
    assert lines == [advice, f"Open {address}"]


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


# A key that somebody pasted in the wrong place, and one that was cut on the way.
_PASTED = f"ak_7GkQ2mV0aZx81TbP_{'Canary' * 10}Canar"


@pytest.mark.parametrize("key", [_PASTED, _PASTED[:30], _PASTED * 2])
@pytest.mark.parametrize(
    "command",
    [
        ["{}"],
        ["list", "--{}"],
        ["list", "--state", "{}"],
        ["--output", "{}", "list"],
        ["usage", "--days", "{}"],
        ["roles", "{}"],
        ["roles", "put", "{}"],
        ["issue", "--client", "Acme", "--from", "{}"],
        ["issue", "--client", "Acme", "--key-file", "/nowhere/{}"],
    ],
)
def test_a_key_in_the_wrong_place_is_not_repeated(
    cli: Cli, command: list[str], key: str
) -> None:
    """Only what is public of it: the error may end in the log of a job."""
    done = cli(*(argument.format(key) for argument in command))
    assert done.exit_code == 2
    assert "7GkQ2mV0aZx81TbP" in done.stderr
    assert "Canar" not in done.output


@pytest.mark.parametrize("secret", [_PASTED, "a password", "Minted.elsewhere/000001"])
@pytest.mark.parametrize(
    "command",
    [["list"], ["rotate", "7GkQ2mV0aZx81TbP"], ["import", "-"], ["roles", "get"]],
)
def test_an_argument_too_many_is_not_repeated(
    cli: Cli, command: list[str], secret: str
) -> None:
    """Passwords and keys minted elsewhere look like anything."""
    done = cli(*command, secret)
    assert done.exit_code == 2
    assert "1 argument too many" in done.stderr
    assert secret not in done.output
    assert "2 arguments too many" in cli(*command, secret, "more").stderr
