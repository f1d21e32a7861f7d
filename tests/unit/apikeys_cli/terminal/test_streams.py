"""What is written reaches whom it is for, or the command says that it did not."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from apikeys.key import Key
from apikeys_cli.main import main
from tests.unit.apikeys_cli.commands.test_doctor import Aws, good_answers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.apikeys_cli.doubles import Cli

_CLIENT = "Müller 東京 🔑 → …"
_ENCODINGS = ("ascii", "cp1252", "latin-1")


def _full() -> io.TextIOWrapper:
    return io.TextIOWrapper(open("/dev/full", "wb"), encoding="utf-8")  # noqa: PTH123 - its fault is tested


def _full_at_once() -> io.TextIOWrapper:
    # As with PYTHONUNBUFFERED, or a text that is longer than the buffer.
    raw = open("/dev/full", "wb", buffering=0)  # noqa: PTH123, SIM115 - its fault is tested
    return io.TextIOWrapper(raw, encoding="utf-8", write_through=True)


def _read_only() -> io.TextIOWrapper:
    # A descriptor that takes no writing, as after 1</dev/null.
    raw = os.fdopen(os.open(os.devnull, os.O_RDONLY), "wb", closefd=True)
    return io.TextIOWrapper(raw, encoding="utf-8")


def _without_reader() -> io.TextIOWrapper:
    reading, writing = os.pipe()
    os.close(reading)
    return io.TextIOWrapper(os.fdopen(writing, "wb"), encoding="utf-8")


_FAULTY: dict[str, Callable[[], io.TextIOWrapper]] = {
    "full": _full,
    "full at once": _full_at_once,
    "read only": _read_only,
    "without reader": _without_reader,
}


class _Done:
    def __init__(self, exit_code: Any, stderr: str) -> None:
        self.exit_code, self.stderr = exit_code, stderr


def _run(cli: Cli, *arguments: str, stdout: Any, stderr: Any = None) -> _Done:
    """Run a command on streams of its own, as a process would have them."""
    told = stderr or io.StringIO()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdout", stdout)
            patch.setattr(sys, "stderr", told)
            given = {"prog_name": "apikeys", "obj": cli.function.invocation()}
            with pytest.raises(SystemExit) as ended:
                main.main(list(arguments), **given)
    finally:
        for stream in (stdout, stderr):
            with suppress(OSError, AttributeError):
                stream.close()
    return _Done(ended.value.code, "" if stderr else told.getvalue())


def _actions(cli: Cli) -> list[str]:
    return [request["action"] for request in cli.function.requests]


@pytest.mark.parametrize("output", ["table", "json", "ndjson", "csv"])
@pytest.mark.parametrize("fault", _FAULTY)
def test_a_key_that_could_not_be_printed_is_named_with_what_to_do(
    cli: Cli, fault: str, output: str
) -> None:
    """Exit code 4 and one line: the id, how to replace or revoke, how to repeat."""
    arguments = ("issue", "--client", "Acme", "--output", output)
    done = _run(cli, *arguments, stdout=_FAULTY[fault]())
    (asked,) = cli.function.requests
    (record,) = cli.json("list")["records"]
    (line,) = [t for t in done.stderr.splitlines() if t.startswith("Error:")]
    assert done.exit_code == 4
    assert line.startswith("Error: standard output: ")
    assert f"apikeys rotate {record['keyId']} --overlap 0" in line
    assert f"apikeys revoke {record['keyId']}" in line
    assert f"--request-token {asked['requestToken']}" in line
    assert "Traceback" not in done.stderr


def test_the_advice_gives_the_key_that_was_lost(cli: Cli) -> None:
    """The same command with the token that was named prints another key of its id."""
    _run(cli, "issue", "--client", "Acme", stdout=_full())
    token = cli.function.requests[0]["requestToken"]
    key = Key.parse(cli.issue("--request-token", token)["key"])
    (record,) = cli.json("list")["records"]
    assert record["keyId"] == key.key_id


def test_a_rotation_whose_key_was_lost_names_the_new_key(cli: Cli) -> None:
    """The old one has ended by then, so that somebody must act."""
    old = cli.issue()["record"]["keyId"]
    arguments = ("rotate", old, "--overlap", "0", "--yes")
    done = _run(cli, *arguments, stdout=_full())
    new = cli.json("get", old)["record"]["replacedBy"]
    assert done.exit_code == 4
    assert f"The key of {new} was made" in done.stderr
    assert _actions(cli)[-2:] == ["rotate", "get"]


def test_closed_standard_output_costs_no_key(cli: Cli, tmp_path: Path) -> None:
    """It is known before; with a file for the key, all is well but the table."""
    done = _run(cli, "issue", "--client", "Acme", stdout=None)
    assert (done.exit_code, cli.function.requests) == (2, [])
    assert "standard output is closed; give --key-file" in done.stderr
    file = tmp_path / "new.key"
    arguments = ("issue", "--client", "Acme", "--key-file", str(file))
    done = _run(cli, *arguments, stdout=None)
    assert done.exit_code == 4
    assert Key.parse(file.read_text().strip())
    assert _actions(cli) == ["issue", "confirm"]


def test_a_key_file_on_a_full_disk_loses_no_key_in_silence(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line names the file."""

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    file = str(tmp_path / "new.key")
    monkeypatch.setattr("apikeys_cli.terminal.key_file.os.write", full)
    done = cli("issue", "--client", "Acme", "--key-file", file)
    monkeypatch.undo()
    assert done.exit_code == 4
    assert f"Error: {file}: No space left on device. The key of" in done.stderr
    assert _actions(cli) == ["issue"]


@pytest.mark.parametrize("fault", ["full", "full at once", "without reader"])
def test_standard_error_that_fails_costs_no_key(
    cli: Cli, tmp_path: Path, fault: str
) -> None:
    """What a person is told may be lost; the key is printed and confirmed."""
    printed = tmp_path / "printed"
    done = _run(
        cli,
        *("issue", "--client", "Acme"),
        stdout=printed.open("w", encoding="utf-8"),
        stderr=_FAULTY[fault](),
    )
    assert done.exit_code == 0
    assert Key.parse(printed.read_text().strip())
    assert _actions(cli) == ["issue", "confirm"]


@pytest.mark.parametrize("fault", ["full", "full at once", "read only", "closed"])
@pytest.mark.parametrize(
    "arguments",
    [("list",), ("list", "--output", "json"), ("roles", "get"), ("--help",)],
    ids=" ".join,
)
def test_what_could_not_be_printed_is_said(
    cli: Cli, arguments: tuple[str, ...], fault: str
) -> None:
    """One line at the end and exit code 4, whatever the command was."""
    cli.issue()
    stdout = _FAULTY[fault]() if fault in _FAULTY else None
    done = _run(cli, *arguments, stdout=stdout)
    assert done.exit_code == 4
    line = done.stderr.splitlines()[-1]
    assert line.startswith("Error: What was asked for is done, but could not be")


def test_a_reader_that_has_enough_is_not_a_fault(cli: Cli) -> None:
    """``apikeys list | head`` says nothing."""
    cli.issue()
    done = _run(cli, "list", stdout=_without_reader())
    assert (done.exit_code, done.stderr) == (1, "")


def _commands(key_id: str, roles: Path) -> list[tuple[str, ...]]:
    """Return a command line for each of the seventeen, in an order that works."""
    return [
        ("issue", "--client", _CLIENT, "--name", _CLIENT),
        ("import", "-", "--client", _CLIENT),
        ("list",),
        ("get", key_id),
        ("update", key_id, "--name", _CLIENT),
        ("verify", "-"),
        ("clone", key_id),
        ("confirm", key_id),
        ("disable", key_id),
        ("enable", key_id),
        ("rotate", key_id),
        ("revoke", key_id, "--yes"),
        ("restore", key_id),
        ("prune", "--expired-for", "30d"),
        ("roles", "get"),
        ("roles", "check", str(roles)),
        ("roles", "put", str(roles), "--dry-run"),
        ("flush",),
        ("signing", "rotate"),
        ("doctor", "--api", "a1", "--stage", "prod"),
    ]


@pytest.mark.parametrize("output", ["table", "json", "ndjson", "csv"])
@pytest.mark.parametrize("encoding", _ENCODINGS)
def test_every_command_works_in_every_encoding(
    cli: Cli, tmp_path: Path, encoding: str, output: str
) -> None:
    """None ends in a traceback, and JSON says the same in all of them."""
    for service in ("lambda", "secretsmanager", "apigateway", "wafv2"):
        cli.function.clients[service] = Aws(good_answers())
    key_id = cli.json("issue", "--client", _CLIENT)["record"]["keyId"]
    roles = tmp_path / "roles.json"
    roles.write_text('{"roles": {"READER": {"allow": ["GET /größe"]}}}')
    runner = CliRunner(charset=encoding)
    commands = _commands(key_id, roles)
    # The console serves until it is stopped, and usage prints only ids and numbers.
    others = {"console", "usage"}
    assert {command[0] for command in commands} == set(main.commands) - others
    for command in commands:
        done = runner.invoke(
            main,
            [*command, "--output", output],
            obj=cli.function.invocation(),
            input="imported-key-of-a-client-1234",
            prog_name="apikeys",
        )
        assert isinstance(done.exception, SystemExit | None), (command, done.exception)
        assert done.exit_code in (0, 1), (command, done.output)
        if output == "json":
            answer = json.loads(done.stdout)
            found = answer.get("record", {}).get("client", _CLIENT)
            assert found == _CLIENT, command


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("ascii", r"M\u00fcller \u6771\u4eac \ud83d\udd11 \u2192 \u2026"),
        ("cp1252", r"Müller \u6771\u4eac \ud83d\udd11 \u2192 …"),
        ("latin-1", r"Müller \u6771\u4eac \ud83d\udd11 \u2192 \u2026"),
    ],
)
def test_a_letter_that_an_encoding_lacks_is_escaped(
    cli: Cli, encoding: str, shown: str
) -> None:
    """As JSON escapes it, in tables too."""
    key_id = cli.json("issue", "--client", _CLIENT)["record"]["keyId"]
    done = CliRunner(charset=encoding).invoke(
        main, ["get", key_id], obj=cli.function.invocation()
    )
    assert shown in done.stdout_bytes.decode(encoding)


@pytest.mark.parametrize(("encoding", "arrow"), [("latin-1", "->"), ("utf-8", "→")])
def test_doctor_points_at_its_advice_in_every_encoding(
    cli: Cli, encoding: str, arrow: str
) -> None:
    """With an arrow where there is one."""
    for service in ("lambda", "secretsmanager"):
        cli.function.clients[service] = Aws(good_answers())
    cli.issue("--expires", "3d")
    done = CliRunner(charset=encoding).invoke(
        main, ["doctor"], obj=cli.function.invocation()
    )
    advice = next(t for t in done.stdout.splitlines() if "rotate them" in t)
    assert advice.split()[0] == arrow
