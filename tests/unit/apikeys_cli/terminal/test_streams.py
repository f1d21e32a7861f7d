"""What is written reaches whom it is for, or the command says that it did not."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from apikeys.key import Key
from apikeys_cli.commands import usage
from apikeys_cli.main import main
from apikeys_cli.terminal import streams
from tests.unit.apikeys_cli.aws_double import SERVICES, Aws, good_answers
from tests.unit.apikeys_cli.commands.test_usage import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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
    assert f"The key of {new} was issued" in done.stderr
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


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    """Return a file of three clients, and their keys."""
    path = tmp_path / "clients.csv"
    path.write_text("client\nA\nB\nC\n")
    return path


@pytest.fixture
def minted(tmp_path: Path) -> Path:
    """Return a file of three keys that were minted elsewhere."""
    path = tmp_path / "minted.csv"
    rows = [f"minted-elsewhere-for-client-{i},{i}\n" for i in "ABC"]
    path.write_text(f"key,client\n{''.join(rows)}")
    return path


def _batches(clients: Path, minted: Path) -> dict[str, tuple[str, ...]]:
    issue = ("issue", "--from", str(clients), "--function", "f")
    return {
        "issue": issue,
        "issue to a file": (*issue, "--keys-to", str(clients.with_name("keys.csv"))),
        "import": ("import", "--from", str(minted)),
        "disable": ("disable", "--client", "Acme", "--yes"),
        "revoke": ("revoke", "--client", "Acme", "--yes"),
        "prune": ("prune", "--expired-for", "1d", "--yes"),
    }


@pytest.mark.parametrize("fault", [*_FAULTY, "closed"])
@pytest.mark.parametrize("output", ["table", "json"])
def test_a_batch_that_can_not_be_reported_is_not_begun(
    cli: Cli, clients: Path, minted: Path, fault: str, output: str
) -> None:
    """A usage error before the first key is made or the first record changed."""
    cli.issue()
    for arguments in _batches(clients, minted).values():
        before = len(cli.function.requests)
        stdout = _FAULTY[fault]() if fault in _FAULTY else None
        done = _run(cli, *arguments, "--output", output, stdout=stdout)
        assert done.exit_code == 2, (arguments, done.stderr)
        assert "Error: standard output" in done.stderr
        assert "is done" not in done.stderr
        assert {*_actions(cli)[before:]} <= {"list", "roles.get"}


@pytest.mark.parametrize("output", ["table", "json", "ndjson", "csv"])
@pytest.mark.parametrize("name", ["issue", "import", "disable"])
def test_a_report_that_breaks_off_says_what_is_left(
    cli: Cli, clients: Path, minted: Path, name: str, output: str
) -> None:
    """Exit code 4 and how to go on; a second run finishes what is left."""
    for _ in range(3):
        cli.issue()
    reading, writing = os.pipe()

    def leave(request: dict[str, Any], _: object) -> None:
        if request["action"] == name:
            cli.function.fault = None
            os.close(reading)

    cli.function.fault = leave
    arguments = (*_batches(clients, minted)[name], "--output", output)
    stdout = io.TextIOWrapper(os.fdopen(writing, "wb"), encoding="utf-8")
    done = _run(cli, *arguments, stdout=stdout)
    assert done.exit_code == 4
    (line,) = [t for t in done.stderr.splitlines() if t.startswith("Error:")]
    assert line.startswith("Error: standard output: Broken pipe. ")
    assert " of 3 r" in line
    assert "Run the same command again" in line
    assert cli(*arguments).exit_code == 0
    made = [r for r in cli.json("list")["records"] if r["client"] != "Acme"]
    assert len(made) == (0 if name == "disable" else 3)


def test_a_reader_that_has_enough_is_not_a_fault(cli: Cli) -> None:
    """``apikeys list | head`` says nothing."""
    cli.issue()
    done = _run(cli, "list", stdout=_without_reader())
    assert (done.exit_code, done.stderr) == (1, "")


def test_a_file_that_fails_is_not_taken_for_standard_output() -> None:
    """Its error is as it was."""
    with pytest.raises(FileNotFoundError), streams.open_to_the_end():
        raise FileNotFoundError(2, "No such file or directory", "roles.toml")


@pytest.mark.parametrize(("fault", "code"), [("full", 4), ("without reader", 1)])
def test_what_is_still_in_the_buffer_has_to_leave(
    monkeypatch: pytest.MonkeyPatch, fault: str, code: int
) -> None:
    """Also of a program that just returns; a reader that has enough is no fault."""
    with streams.open_to_the_end():
        pass
    monkeypatch.setattr(sys, "stdout", _FAULTY[fault]())
    with pytest.raises(SystemExit) as ended, streams.open_to_the_end():
        sys.stdout.write("a line\n")
    with suppress(OSError):
        sys.stdout.close()
    assert ended.value.code == code


def _commands(folder: Path, key_id: str) -> list[tuple[str, ...]]:
    """Return command lines for each command but the console, in an order that works."""
    roles, clients, minted = (folder / f"{name}.json" for name in ("r", "c", "m"))
    roles.write_text('{"roles": {"READER": {"allow": ["GET /größe"]}}}')
    clients.write_text(json.dumps([{"client": _CLIENT, "name": _CLIENT}]))
    row = {"key": "minted-elsewhere-for-a-client", "client": _CLIENT}
    minted.write_text(json.dumps([row]))
    return [
        ("issue", "--client", _CLIENT, "--name", _CLIENT),
        ("issue", "--from", str(clients), "--function", "f"),
        ("import", "-", "--client", _CLIENT),
        ("import", "--from", str(minted)),
        ("list",),
        ("list", "--search", "東京", "--columns", "client,name,keyId"),
        ("usage", "--client", _CLIENT),
        ("get", key_id),
        ("update", key_id, "--name", _CLIENT),
        ("verify", "-"),
        ("clone", key_id),
        ("confirm", key_id),
        ("disable", key_id),
        ("enable", key_id),
        ("disable", "--client", _CLIENT, "--yes"),
        ("enable", "--client", _CLIENT, "--yes"),
        ("rotate", key_id),
        ("revoke", key_id, "--yes"),
        ("restore", key_id),
        ("prune", "--expired-for", "30d"),
        ("roles", "check", str(roles)),
        ("roles", "put", str(roles), "--dry-run"),
        ("roles", "put", str(roles), "--yes"),
        ("roles", "get"),
        ("roles", "edit", "--yes"),
        ("roles", "explain", "READER"),
        ("flush",),
        ("signing", "rotate"),
        ("signing", "retire", "0" * 16, "--yes"),
        ("doctor", "--api", "a1", "--stage", "prod"),
    ]


def _leaves(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command of a group, and of the groups in it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _leaves(command, *path, name)
        else:
            yield (*path, name)


@pytest.fixture
def _everything(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let AWS, a log and an editor answer."""
    cli.function.clients |= dict.fromkeys(SERVICES, Aws(good_answers()))
    answered, log = cli.function.answer, Log([], principals=[{"keyId": "k"}])

    def answer(request: dict[str, Any]) -> Any:
        is_usage = request["action"] == "usage"
        return log.answer(request) if is_usage else answered(request)

    monkeypatch.setattr(cli.function, "answer", answer)
    monkeypatch.setattr(usage, "sleep", lambda _: None)
    more = '[roles.OTHER]\nallow = ["GET /größe/東京"]\n'
    monkeypatch.setattr(click, "edit", lambda text, **_: f"{text}{more}")


@pytest.mark.usefixtures("_everything")
@pytest.mark.parametrize("output", ["table", "json", "ndjson", "csv"])
@pytest.mark.parametrize("encoding", _ENCODINGS)
def test_every_command_works_in_every_encoding(
    cli: Cli, tmp_path: Path, encoding: str, output: str
) -> None:
    """None ends in a traceback, and JSON says the same in all of them."""
    key_id = cli.json("issue", "--client", _CLIENT)["record"]["keyId"]
    runner = CliRunner(charset=encoding)
    commands = _commands(tmp_path, key_id)
    for leaf in set(_leaves(main)) - {("console",)}:
        assert any(command[: len(leaf)] == leaf for command in commands), leaf
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
        if output == "json" and done.stdout:
            answer = json.loads(done.stdout)
            records = [answer.get("record", {}), *answer.get("rows", [])]
            found = {record.get("client", _CLIENT) for record in records}
            assert found == {_CLIENT}, command


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


def test_what_is_read_is_not_escaped() -> None:
    """Only what is written is: nobody guesses what bytes were meant to say."""
    streams.prepare()
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", "apikeys.escaped")


@pytest.mark.parametrize(("encoding", "arrow"), [("latin-1", "->"), ("utf-8", "→")])
def test_doctor_points_at_its_advice_in_every_encoding(
    cli: Cli, encoding: str, arrow: str
) -> None:
    """With an arrow where there is one."""
    cli.function.clients |= dict.fromkeys(SERVICES, Aws(good_answers()))
    cli.issue("--expires", "3d")
    done = CliRunner(charset=encoding).invoke(
        main, ["doctor"], obj=cli.function.invocation()
    )
    advice = next(t for t in done.stdout.splitlines() if "rotate them" in t)
    assert advice.split()[0] == arrow
