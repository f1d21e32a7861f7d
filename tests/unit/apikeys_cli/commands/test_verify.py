"""``apikeys verify``: the credential comes by standard input, never as an argument."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from apikeys_cli.terminal import secret_input

if TYPE_CHECKING:
    from tests.unit.apikeys_cli.doubles import Cli


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_a_good_key_is_allowed(cli: Cli, arguments: list[str]) -> None:
    """Exit code 0, decision, reason and record; the key is not repeated."""
    key = cli.issue("--role", "READER")["key"]
    done = cli("verify", *arguments, input=f"{key}\n")
    assert done.exit_code == 0
    assert done.stdout.startswith("allow: granted\nkeyId")
    assert key not in done.output


def test_what_would_be_refused_exits_with_1(cli: Cli) -> None:
    """The reason is data: a script may ask for it."""
    done = cli("verify", "-", input="nonsense")
    assert (done.exit_code, done.stdout) == (1, "refuse: malformed\n")
    key = cli.issue()["key"]
    done = cli("verify", "-", "--output", "json", input=key)
    assert done.exit_code == 1
    assert json.loads(done.stdout)["reason"] == "no_role"
    done = cli("verify", "-", "--output", "csv", input="\xff")
    assert done.stdout.splitlines()[1].startswith("refuse,malformed,")


def test_on_a_terminal_it_is_asked_for_and_hidden(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The prompt is on stderr and shows nothing of what is typed."""
    key = cli.issue("--role", "READER")["key"]
    monkeypatch.setattr(secret_input, "is_asked", lambda: True)
    done = cli("verify", input=f"{key}\n")
    assert done.exit_code == 0
    assert "Credential:" in done.stderr
    assert key not in done.output
