"""What records, files and AWS say is data: no terminal and no spreadsheet obeys it."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from rich.table import Table
from rich.text import Text

from apikeys_cli.terminal import console
from apikeys_cli.terminal.formats import FORMATS
from apikeys_cli.terminal.visible import visible, visible_cell, visible_json

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.apikeys_cli.doubles import Cli

# A colour, a window's name, a C1 sequence, a turned line, a hidden one; each hostile.
_EVIL = "\x1b[31mRed\x1b]0;T\x07\x9b2J\u202egnp\u3164\x7f :key: [bold]"
_SPELLED = r"\x1b[31mRed\x1b]0;T\x07\x9b2J\u202egnp\u3164\x7f :key: [bold]"
_HOSTILE = "\x1b\x07\x9b\u202e\u3164\x7f"


def _is_harmless(text: str) -> bool:
    return not any(character in text for character in _HOSTILE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (_EVIL, _SPELLED),
        ("a\tb\nc", "a\tb\nc"),
        ("a\rb", r"a\x0db"),
        ("Zoë 東京 🗝 :key:", "Zoë 東京 🗝 :key:"),
        ("\U000e0041\ud800", r"\U000e0041\ud800"),
    ],
)
def test_invisible_characters_are_spelled(text: str, expected: str) -> None:
    """Everything else stays as it is; line ends and tabs where they are wanted."""
    assert visible(text) == expected
    assert visible("a\nb", kept="") == r"a\x0ab"


def test_json_says_the_same_without_them() -> None:
    """What reads it gets the very text; a terminal gets escapes."""
    value = {"client": f"{_EVIL}\U000e0041\ud800", "name": "Zoë 東京"}
    text = visible_json(json.dumps(value, ensure_ascii=False, indent=1))
    assert json.loads(text) == value
    assert _is_harmless(text)
    assert "Zoë 東京" in text
    text.encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("\t=1+1", "'\t'=1+1"),
        ("\tx", "'\tx"),
        ("x;=1+1", "x;'=1+1"),
        ("x; @SUM(A1)", "x;' @SUM(A1)"),
        ("x\t+1", "x\t'+1"),
        ("x\n-1", "x\n'-1"),
        ("＝1＋1", "'＝1＋1"),  # noqa: RUF001 - what is tested
        ("＋1;－1;＠A", "'＋1;'－1;'＠A"),  # noqa: RUF001 - as above
        ("a=b", "a=b"),
        ("a;b, =c - d", "a;b, =c - d"),
        ("Zoë & Söhne", "Zoë & Söhne"),
    ],
)
def test_no_part_of_a_cell_is_a_formula(text: str, expected: str) -> None:
    """Nor where a spreadsheet separates cells by semicolons or tabs."""
    assert visible_cell(text) == expected


def test_a_console_obeys_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    """No escape, no emoji, no markup: in messages, cells and texts of cells."""
    table = Table("one", "two", box=None)
    table.add_row(_EVIL, Text(_EVIL))
    console.print_data(table)
    console.say(_EVIL)
    out, err = capsys.readouterr()
    assert _is_harmless(out + err)
    assert out.count("\\x1b[31mRed") == 2
    assert _SPELLED in out
    assert _SPELLED in err


def _tampered(cli: Cli) -> None:
    """Let the function answer with records that hold what no request may say."""
    answered = cli.function.answer

    def answer(request: dict[str, Any]) -> Any:
        found = answered(request)
        for record in [found.get("record"), *found.get("records", [])]:
            if record:
                record |= {"client": _EVIL, "name": _EVIL, "roles": [_EVIL]}
        if "roleMap" in found:
            found["roleMap"]["roles"][_EVIL] = {"allow": [f"GET /{_EVIL}"]}
        if "findings" in found:
            fields = {"roles": [_EVIL], "route": _EVIL, "message": _EVIL}
            found["findings"].append({"grade": "tell", **fields})
        return found

    cli.function.answer = answer  # type: ignore[method-assign]


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize("output", FORMATS)
def test_no_tampered_record_reaches_a_terminal(
    cli: Cli, tmp_path: Path, output: str
) -> None:
    """Tables, messages, questions, JSON and CSV; JSON says what the record says."""
    issued = cli.issue()
    key_id = issued["record"]["keyId"]
    roles = tmp_path / "roles.json"
    roles.write_text('{"roles": {"READER": {"allow": ["GET /a"]}}}')
    _tampered(cli)
    for command in (
        ["list"],
        ["get", key_id],
        ["issue", "--client", "A"],
        ["roles", "get"],
        ["roles", "check", str(roles)],
        ["roles", "put", "--dry-run", str(roles)],
        ["revoke", key_id],
        ["list", "--columns", "client,name,roles"],
        ["disable", "--client", "A", "--yes"],
        ["roles", "explain", "NOBODY"],
        ["doctor"],
    ):
        done = cli(*command, "--output", output, input="n\n")
        assert _is_harmless(done.output), command
        assert "Red" in done.output or command == ["doctor"], command
        if output == "json" and command == ["list"]:
            assert json.loads(done.stdout)["records"][0]["client"] == _EVIL
        if output == "csv" and command == ["list"]:
            rows = list(csv.DictReader(io.StringIO(done.stdout)))
            assert rows[0]["client"] == _SPELLED


@pytest.mark.parametrize("command", ["issue", "import"])
def test_names_of_columns_and_roles_are_spelled(
    cli: Cli, tmp_path: Path, command: str
) -> None:
    """In the errors that end a run, too."""
    path = tmp_path / "rows.csv"
    path.write_text(f"client,{_EVIL}\nA,x\n")
    done = cli(command, "--from", str(path))
    assert (done.exit_code, _is_harmless(done.output)) == (2, True)
    assert _SPELLED in done.stderr
    path.write_text(json.dumps({"roles": {"A": {"allow": ["GET /a"]}, _EVIL: {}}}))
    done = cli("roles", "explain", "B", "--file", str(path.rename(tmp_path / "r.json")))
    assert _is_harmless(done.output)


@pytest.mark.parametrize("output", FORMATS)
def test_a_report_spells_what_a_function_answers(
    cli: Cli, tmp_path: Path, output: str
) -> None:
    """A refusal's message may quote what somebody stored."""

    def answer(request: dict[str, Any]) -> Any:
        del request
        return {"status": 409, "error": {"code": "x", "message": _EVIL}}

    path = tmp_path / "rows.csv"
    path.write_text("client\nA\n")
    cli.function.answer = answer  # type: ignore[method-assign]
    done = cli("issue", "--from", str(path), "--output", output)
    assert done.exit_code == 1
    assert _is_harmless(done.output)
    assert "Red" in done.stdout
    done = cli("get", "7GkQ2mV0aZx81TbP")
    assert (_is_harmless(done.output), _SPELLED in done.stderr) == (True, True)
