"""Confirming: what was printed or kept is confirmed, and what was lost is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from apikeys_cli.errors import UnreachableError
from tests.unit.apikeys_cli.doubles import Cli, LostError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MAKING = {
    "issue": ("issue", "--client", "Acme"),
    "an account": ("issue", "--client", "Acme", "--login", "olga"),
    "clone": ("clone", "{key}", "--client", "Acme"),
    "rotate": ("rotate", "{key}"),
}


def _arguments(cli: Cli, arguments: tuple[str, ...]) -> list[str]:
    key_id = cli.issue()["record"]["keyId"] if "{key}" in arguments else ""
    return [argument.replace("{key}", key_id) for argument in arguments]


def _unconfirmed(cli: Cli) -> list[str]:
    found: list[str] = cli.json("list")["unconfirmed"]
    return found


def _fail(action: str, error: Exception) -> Callable[..., None]:
    def fail(request: dict[str, Any], _answer: dict[str, Any]) -> None:
        if request["action"] == action:
            raise error

    return fail


@pytest.mark.parametrize("output", ["table", "json", "ndjson", "csv"])
@pytest.mark.parametrize("arguments", _MAKING.values(), ids=_MAKING)
def test_what_was_printed_is_confirmed(
    cli: Cli, arguments: tuple[str, ...], output: str
) -> None:
    """After it was printed, in the last request of the command."""
    done = cli(*_arguments(cli, arguments), "--output", output)
    assert done.exit_code == 0, done.output
    asked, confirmed = cli.function.requests[-2:]
    assert asked["awaitConfirmation"] is True
    assert confirmed["action"] == "confirm"
    assert _unconfirmed(cli) == []


def test_a_given_password_is_confirmed_too(cli: Cli) -> None:
    """Who gave it has it."""
    done = cli(
        *("issue", "--client", "Acme", "--login", "olga", "--password", "-"),
        input="correct horse battery\n",
    )
    assert done.exit_code == 0, done.output
    assert _unconfirmed(cli) == []


def test_a_key_in_a_file_is_confirmed_once_it_is_on_the_disk(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not before: the confirmation finds the file whole."""
    path = tmp_path / "the.key"
    seen: list[str] = []
    answer = cli.function.answer

    def look(request: dict[str, Any]) -> Any:
        if request["action"] == "confirm":
            seen.append(path.read_text())
        return answer(request)

    monkeypatch.setattr(cli.function, "answer", look)
    assert cli("issue", "--client", "A", "--key-file", str(path)).exit_code == 0
    assert seen == [path.read_text()]
    assert _unconfirmed(cli) == []


@pytest.mark.parametrize("arguments", _MAKING.values(), ids=_MAKING)
def test_a_lost_answer_leaves_it_unconfirmed(
    cli: Cli, arguments: tuple[str, ...]
) -> None:
    """The function did its work and nobody has the key; a repeat hands it over."""
    command = _arguments(cli, arguments)
    cli.function.fault = _fail(arguments[0], LostError("cut off"))
    done = cli(*command, "--request-token", "t" * 32)
    cli.function.fault = None
    assert done.exit_code == 3
    (lost,) = _unconfirmed(cli)
    again = cli(*command, "--request-token", "t" * 32)
    assert again.exit_code == 0, again.output
    assert _unconfirmed(cli) == []
    assert lost in [r.get("keyId") or r["login"] for r in cli.json("list")["records"]]


def test_a_program_that_dies_before_it_printed_confirms_nothing(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that went away, for one."""

    def refuse(*_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("apikeys_cli.delivery._print", refuse)
    cli("issue", "--client", "Acme")
    monkeypatch.undo()
    assert [r["action"] for r in cli.function.requests] == ["issue"]
    assert len(_unconfirmed(cli)) == 1


@pytest.mark.parametrize("arguments", _MAKING.values(), ids=_MAKING)
def test_a_failed_confirmation_fails_no_command(
    cli: Cli, arguments: tuple[str, ...]
) -> None:
    """The key is out; stderr says how to confirm it later, and that does."""
    command = _arguments(cli, arguments)
    cli.function.answer, answer = (  # type: ignore[method-assign]
        _unreachable(cli.function.answer),
        cli.function.answer,
    )
    done = cli(*command)
    cli.function.answer = answer  # type: ignore[method-assign]
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 1
    assert "not confirmed: no route" in done.stderr
    advice = done.stderr.split("Run: apikeys ")[1].splitlines()[0]
    (name,) = _unconfirmed(cli)
    assert name in advice
    confirmed = cli(*advice.split())
    assert (confirmed.exit_code, confirmed.stdout) == (0, "")
    assert f"{name} is confirmed." in confirmed.stderr
    assert _unconfirmed(cli) == []


def _unreachable(answer: Callable[..., Any]) -> Callable[..., Any]:
    def unreachable(request: dict[str, Any]) -> Any:
        if request["action"] == "confirm":
            raise UnreachableError("no route")
        return answer(request)

    return unreachable


def test_confirm_speaks_the_forms_that_programs_read(cli: Cli) -> None:
    """One field, which names the record."""
    key_id = cli.issue()["record"]["keyId"]
    assert cli.json("confirm", key_id) == {"keyId": key_id}
    line = cli("confirm", key_id, "--output", "ndjson").stdout
    assert json.loads(line) == {"keyId": key_id}
    assert cli("confirm", key_id, "--output", "csv").stdout == f"keyId\n{key_id}\n"
    assert cli("confirm", "0" * 16).exit_code == 1


def test_each_row_of_a_file_is_confirmed_once_its_key_is_kept(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other rows may be under way meanwhile."""
    source, keys = tmp_path / "clients.csv", tmp_path / "keys.csv"
    source.write_text("client\nAlpha\nBeta\n")
    kept_before: dict[str, bool] = {}
    answer = cli.function.answer

    def look(request: dict[str, Any]) -> Any:
        if request["action"] == "confirm":
            kept_before[request["keyId"]] = request["keyId"] in keys.read_text()
        return answer(request)

    monkeypatch.setattr(cli.function, "answer", look)
    done = cli("issue", "--from", str(source), "--keys-to", str(keys))
    assert done.exit_code == 0, done.output
    issued = [record["keyId"] for record in cli.json("list")["records"]]
    assert len(issued) == 2
    assert kept_before == dict.fromkeys(issued, True)
    assert _unconfirmed(cli) == []


@pytest.mark.parametrize("action", ["issue", "confirm"])
def test_a_run_that_is_stopped_is_finished_and_confirmed(
    cli: Cli, tmp_path: Path, action: str
) -> None:
    """Rows that were stopped anywhere before they were done are confirmed at the next.

    How many were under way is chance.
    """
    source = tmp_path / "clients.csv"
    source.write_text("client\nAlpha\nBeta\n")
    command = ["issue", "--from", str(source), "--keys-to", str(tmp_path / "keys.csv")]
    cli.function.fault = _fail(action, KeyboardInterrupt())
    assert cli(*command).exit_code == 1
    cli.function.fault = None
    if action == "issue":
        assert _unconfirmed(cli)
    assert cli(*command).exit_code == 0
    assert _unconfirmed(cli) == []
    assert len(cli.json("list")["records"]) == 2
