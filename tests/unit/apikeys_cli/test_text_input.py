"""Every text that a person gives is read in one way, from a file or from a pipe."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from apikeys_cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.apikeys_cli.doubles import Cli

_KEY = "L3gacy/_+=.@-00000001"
_RECORD = json.dumps(
    {
        "key": _KEY,
        "issueDate": "2022-03-01T10:32:19",
        "expirationDate": None,
        "client": "Zoë",
        "enabled": True,
    }
)
_ROLES = json.dumps({"roles": {"READER": {"allow": ["GET /a"]}}})
_TOML = '[roles.READER]\nallow = ["GET /a"]\n'
# A command, the name of its file (or standard input) and what that holds.
_INPUTS: dict[str, tuple[list[str], str, str]] = {
    "rows": (["import", "--from"], "keys.csv", f"key,client\n{_KEY},Zoë\n"),
    "rows of a pipe": (["import", "--from"], "-", f"key,client\n{_KEY},Zoë\n"),
    "JSON rows": (["import", "--from"], "keys.json", f"[{_RECORD}]"),
    "clients": (["issue", "--from"], "clients.csv", "client\nZoë\n"),
    "record": (["import", "--record"], "record.json", _RECORD),
    "record of a pipe": (["import", "--record"], "-", _RECORD),
    "role map of a pipe": (["roles", "check"], "-", _ROLES),
    "role map in TOML of a pipe": (["roles", "check"], "-", _TOML),
    "role map": (["roles", "check"], "roles.json", _ROLES),
    "role map in TOML": (["roles", "check"], "roles.toml", _TOML),
    "explained": (["roles", "explain", "READER", "--file"], "roles.toml", _TOML),
    "key": (["import", "--client", "Zoë"], "-", _KEY),
    "password": (["issue", "--login", "ada", "--client", "A", "--password"], "-", _KEY),
}
_input = pytest.mark.parametrize("name", _INPUTS)


def _run(cli: Cli, tmp_path: Path, name: str, raw: bytes) -> Any:
    command, file, _ = _INPUTS[name]
    if file == "-":
        return cli(*command, "-", input=raw)
    (tmp_path / file).write_bytes(raw)
    return cli(*command, str(tmp_path / file))


@_input
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_byte_order_mark_is_not_part_of_a_text(
    cli: Cli, tmp_path: Path, name: str, newline: str
) -> None:
    """Windows begins its texts with one, and ends lines in two characters."""
    text = f"\ufeff{_INPUTS[name][2]}".replace("\n", newline)
    done = _run(cli, tmp_path, name, text.encode())
    assert done.exit_code == 0, done.output


@_input
@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-16", "it is UTF-16; save it as UTF-8"),
        ("utf-16-le", "it has NUL characters, as UTF-16 has; save it as UTF-8"),
        ("latin-1", "it is not UTF-8; save it as UTF-8"),
    ],
)
def test_another_encoding_is_named_and_shows_nothing(
    cli: Cli, tmp_path: Path, name: str, encoding: str, words: str
) -> None:
    """A usage error; nothing is asked of the function."""
    text = f"{_INPUTS[name][2]}{'ë' if encoding == 'latin-1' else ''}"
    done = _run(cli, tmp_path, name, text.encode(encoding))
    assert (done.exit_code, cli.function.requests) == (2, []), done.output
    assert f"can't be read: {words}" in done.stderr
    assert _KEY not in done.output


@pytest.mark.parametrize(
    "name", [name for name, (_, file, _) in _INPUTS.items() if file == "-"]
)
def test_a_closed_standard_input_is_a_usage_error(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """``<&-``: Python has none then."""
    with CliRunner().isolation() as (output, *_), monkeypatch.context() as patched:
        patched.setattr(sys, "stdin", None)
        with pytest.raises(SystemExit) as ended:
            main([*_INPUTS[name][0], "-"], obj=cli.function.invocation())
        told = output.getvalue() + sys.stderr.buffer.getvalue()
    assert ended.value.code == 2
    assert b"standard input" in told


def test_a_file_that_may_not_be_read_is_a_usage_error(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback; the reason is the system's."""

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    for name, (_, file, text) in _INPUTS.items():
        if file != "-":
            done = _run(cli, tmp_path, name, text.encode())
            assert done.exit_code == 2
            assert "can't be read: Permission denied" in done.stderr


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("deep.json", "[" * 100_000, "nested too deep"),
        ("deep.toml", f"a = {'[' * 100_000}", "nested too deep"),
        ("deep.json", f'{{"a": {"[" * 900}{"]" * 900}}}', ""),
        ("date.toml", "[roles.A]\nsince = 2027-01-31\n", "put it in quotes"),
        ("time.toml", "[[roles.A.allow]]\nroute = 07:30:00\n", "put it in quotes"),
        ("endless.toml", "a = inf\n", "Out of range float values"),
        ("twice.json", '{"roles": {}, "roles": {}}', "a name stands twice"),
        ("twice.toml", "[roles]\n[roles]\n", "Cannot declare"),
        ("list.json", "[]", "is not a JSON object"),
    ],
)
def test_a_role_map_that_no_request_can_say_is_a_usage_error(
    cli: Cli, tmp_path: Path, file: str, text: str, words: str
) -> None:
    """However deep or odd: never a traceback."""
    (tmp_path / file).write_text(text)
    done = cli("roles", "check", str(tmp_path / file))
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == (2 if words else 1)
    assert words in done.stderr


@pytest.mark.parametrize("command", [["issue", "--from"], ["import", "--from"]])
@pytest.mark.parametrize("depth", [100, 1_000, 10_000, 100_000])
def test_deep_rows_are_refused_without_a_traceback(
    cli: Cli, tmp_path: Path, command: list[str], depth: int
) -> None:
    """In every field that is judged, whichever check meets it."""
    for field in ("enabled", "expirationDate", "lifetimeDays", "roles", "session"):
        row = f'{{"client": "A", "{field}": {"[" * depth}{"]" * depth}}}'
        (tmp_path / "rows.json").write_text(row)
        done = cli(*command, str(tmp_path / "rows.json"))
        assert isinstance(done.exception, SystemExit), done.exception
        assert (done.exit_code, cli.function.requests) == (2, [])
