"""The commands on Basic accounts: passwords are read or shown once, never arguments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from apikeys_cli.terminal import secret_input
from tests.in_process import InProcess
from tests.unit.apikeys_cli.doubles import Cli

if TYPE_CHECKING:
    from pathlib import Path

_ACCOUNT = ("issue", "--client", "HOPEX", "--login", "olga", "--role", "reader")
_GIVEN = "correct: horse bättery"


@pytest.fixture
def cli(store_role_map: None) -> Cli:
    """Return the command line on a function whose deployment takes both kinds."""
    del store_role_map
    return Cli(InProcess(CREDENTIALS="api-key,basic"))


def _verdict(cli: Cli, password: str) -> str:
    return cli("verify", "--login", "olga", "-", input=password).stdout.split("\n")[0]


def test_only_the_generated_password_is_on_stdout(cli: Cli) -> None:
    """As a key is; the record is for a person, on stderr."""
    done = cli(*_ACCOUNT)
    (password,) = done.stdout.splitlines()
    assert done.exit_code == 0
    assert password not in done.stderr
    assert "The password; it will not be shown again" in done.stderr
    assert _verdict(cli, f"{password}\n") == "allow: granted"


@pytest.mark.parametrize("output", ["json", "ndjson", "csv"])
def test_the_password_is_once_in_every_form(cli: Cli, output: str) -> None:
    """Scripts find password and login in one answer."""
    done = cli(*_ACCOUNT, "--output", output)
    if output == "csv":
        header, row = (line.split(",") for line in done.stdout.splitlines()[:2])
        answer = dict(zip(header, row, strict=False))
    else:
        answer = json.loads(done.stdout)
    record = answer.get("record", answer)
    assert record["login"] == "olga"
    assert done.output.count(answer["password"]) == 1


def test_a_password_is_read_as_it_is_or_not_at_all(cli: Cli) -> None:
    """In another encoding no client would have it; a mark is not part of it."""
    done = cli(*_ACCOUNT, "--password", "-", input=_GIVEN.encode("latin-1"))
    assert (done.exit_code, cli.function.requests) == (2, [])
    assert "not UTF-8" in done.stderr
    assert "horse" not in done.output
    assert cli(*_ACCOUNT, "--password", "-", input=f"\ufeff{_GIVEN}").exit_code == 0
    assert _verdict(cli, _GIVEN) == "allow: granted"


def test_a_given_password_is_read_and_not_shown(cli: Cli) -> None:
    """From standard input; on stdout there is only the record."""
    done = cli(*_ACCOUNT, "--password", "-", input=f"{_GIVEN}\n")
    assert done.exit_code == 0
    assert "horse" not in done.output
    assert "olga" in done.stdout
    assert _verdict(cli, _GIVEN) == "allow: granted"


def test_on_a_terminal_the_password_is_asked_for_twice(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hidden; where both differ it is asked for again."""
    monkeypatch.setattr(secret_input, "is_asked", lambda: True)
    typed = f"{_GIVEN}\nother\n{_GIVEN}\n{_GIVEN}\n"
    done = cli(*_ACCOUNT, "--password", input=typed)
    assert done.exit_code == 0
    assert "horse" not in done.output
    monkeypatch.undo()
    assert _verdict(cli, _GIVEN) == "allow: granted"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*_ACCOUNT, "--password", "canary-canary"), "never give a credential as an"),
        ((*_ACCOUNT, "--password", "-", "--key-file", "x"), "what is generated"),
        (("issue", "--client", "A", "--login", "-canary"), "not a login"),
        (("issue", "--from", "/dev/null", "--login", "olga"), "not for --from"),
        (("get",), "give either a key id or --login"),
        (("get", "0" * 16, "--login", "olga"), "give either a key id or --login"),
        (("verify", "--login", "olga:canary"), "not a login"),
    ],
)
def test_wrong_words_are_a_usage_error_that_shows_no_secret(
    cli: Cli, arguments: tuple[str, ...], said: str
) -> None:
    """Exit code 2, and nothing was asked of the function."""
    done = cli(*arguments, input="canary-canary-canary")
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert "canary" not in done.output
    assert cli.function.requests == []


def test_each_command_on_a_key_takes_a_login(cli: Cli) -> None:
    """The request names it so."""
    cli(*_ACCOUNT)
    for command in ("get", "disable", "enable", "update", "revoke", "restore"):
        more = ["--name", "N"] if command == "update" else []
        more += ["--yes"] if command == "revoke" else []
        done = cli(command, "--login", "olga", *more)
        assert done.exit_code == 0, done.output
        assert cli.function.requests[-1]["login"] == "olga"
        assert "keyId" not in cli.function.requests[-1]


@pytest.mark.usefixtures("person")
def test_revoke_names_the_account_that_it_asks_about(cli: Cli) -> None:
    """With its client, and nothing is revoked without a yes."""
    cli(*_ACCOUNT)
    done = cli("revoke", "--login", "olga", input="n\n")
    assert "Revoke olga (HOPEX, active)?" in done.stderr
    assert cli.function.requests[-1]["action"] == "get"


@pytest.mark.usefixtures("person")
def test_rotate_gives_the_account_another_password(cli: Cli, tmp_path: Path) -> None:
    """Printed or kept in a file; the old one's end is said."""
    old = cli(*_ACCOUNT).stdout.strip()
    file = tmp_path / "new.password"
    done = cli("rotate", "--login", "olga", "--overlap", "7d", "--key-file", str(file))
    new = file.read_text().strip()
    assert new not in done.output
    assert "The password is in" in done.stderr
    assert "The old password of olga ends at" in done.stderr
    assert [_verdict(cli, p) for p in (old, new)] == ["allow: granted"] * 2
    done = cli("rotate", "--login", "olga", "--overlap", "0", input="n\n")
    assert "the password of olga stops working at once" in done.stderr


def test_clone_takes_another_login(cli: Cli) -> None:
    """And a given password."""
    cli(*_ACCOUNT)
    options = ("--new-login", "olaf", "--password", "-")
    found = cli.json("clone", "--login", "olga", *options, input=_GIVEN)
    assert found["record"]["login"] == "olaf"
    assert "password" not in found


def test_lists_show_logins_as_well_as_key_ids(cli: Cli) -> None:
    """One column for both in the table; CSV has one each."""
    cli(*_ACCOUNT)
    key_id = cli.issue()["record"]["keyId"]
    lines = cli("list").stdout.splitlines()
    assert lines[0].startswith("keyId or login ")
    assert sorted(line.split()[0] for line in lines[1:]) == sorted([key_id, "olga"])
    rows = cli("list", "--output", "csv").stdout.splitlines()
    assert rows[0].startswith("keyId,login,state,")
    assert any(row.startswith(",olga,active,HOPEX,") for row in rows)
