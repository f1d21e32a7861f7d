"""Files of rows as people have them: from spreadsheets, from AWS, from jq."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
import pytest

from apikeys_cli.batch import pipeline
from apikeys_cli.batch.faults import refuse
from apikeys_cli.batch.files import RawRows

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from tests.unit.apikeys_cli.doubles import Cli

_KEY = "L3gacy/_+=.@-00000001"
_OTHER_KEY = "L3gacy/_+=.@-00000002"
_COMMANDS = pytest.mark.parametrize("command", ["issue", "import"])


def _run(cli: Cli, tmp_path: Path, command: str, text: str, *options: str) -> Result:
    path = tmp_path / "rows"
    path.write_text(text)
    path.chmod(0o600)
    return cli(command, "--from", str(path), *options)


@pytest.fixture(autouse=True)
def _one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let requests stand in the order of their rows."""
    monkeypatch.setattr(pipeline, "PARALLEL", 1)


def _sent(cli: Cli, command: str) -> list[dict[str, Any]]:
    return [r for r in cli.function.requests if r["action"] == command]


@_COMMANDS
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_spreadsheet_is_read_as_it_is_saved(
    cli: Cli, tmp_path: Path, command: str, delimiter: str
) -> None:
    """Names in any case, spaces, blank lines before and within, empty columns."""
    lines = [
        "",
        ",,,,",
        " KEY , Client,ROLES,,",
        ",,,,",
        f"{_KEY},Alpha,reader,,",
        "",
        f"{_OTHER_KEY}, Beta",
        ",,,,",
    ]
    if command == "issue":
        lines = [line.replace(" KEY ", "Name") for line in lines]
    text = "\r\n".join(lines).replace(",", delimiter)
    done = _run(cli, tmp_path, command, text, "--output", "ndjson")
    assert done.exit_code == 0, done.output
    assert [json.loads(line)["line"] for line in done.stdout.splitlines()] == [5, 7]
    first, second = _sent(cli, command)
    assert (first["client"], first["roles"]) == ("Alpha", ["READER"])
    assert (second["client"], "roles" in second) == ("Beta", False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("client,,\nA,,x\n", "line 2 has more cells than the header"),
        ("client,,name\nA,x,N\n", "line 2 has a cell in a column without a name"),
        ("client,,name,\nA,,N,,,\n", None),
        (",,client\n,,A\n", None),
    ],
)
def test_only_an_empty_column_may_be_without_a_name(
    tmp_path: Path, text: str, words: str | None
) -> None:
    """A cell that no name says the meaning of is not passed over."""
    (tmp_path / "rows.csv").write_text(text)
    if words is None:
        ((_, values, _),) = RawRows(tmp_path / "rows.csv")
        assert values["client"] == "A"
        assert "" not in values
    else:
        with pytest.raises(click.UsageError, match=words):
            list(RawRows(tmp_path / "rows.csv"))


@_COMMANDS
def test_what_is_wrong_with_every_row_is_told_once(
    cli: Cli, tmp_path: Path, command: str
) -> None:
    """With the first lines and how many more; a name that was mistyped is guessed."""
    keys = [f"L3gacy/_+=.@-{n:08}" for n in range(40)]
    first = {"issue": "name", "import": "key"}[command]
    text = "".join(f"{key},A,x,1d\n" for key in keys)
    done = _run(cli, tmp_path, command, f"{first},client,colour,exipres\n{text}")
    assert (done.exit_code, cli.function.requests) == (2, [])
    _, _, told = done.stderr.partition(
        "was issued:\n" if command == "issue" else "was imported:\n"
    )
    assert len(told.splitlines()) == 2
    assert "lines 2, 3, 4, 5, 6 and 35 more: colour: is not one of client, " in told
    assert "lines 2, 3, 4, 5, 6 and 35 more: exipres: did you mean expires?" in told


@_COMMANDS
def test_no_name_that_may_be_a_key_is_shown(
    cli: Cli, tmp_path: Path, command: str
) -> None:
    """In a file without a header, or next to known columns."""
    for text in (f"{_KEY},Alpha\n", f"client,{_KEY}\nA,B\n"):
        done = _run(cli, tmp_path, command, text + text)
        assert (done.exit_code, _KEY in done.output) == (2, False)
        assert "is not one of client, " in done.stderr
    assert "Alpha" not in _run(cli, tmp_path, command, f"{_KEY},Alpha\nA,B\n").output


def test_many_faults_are_cut_at_twenty() -> None:
    """Each once, in the order of the lines."""
    faults = [(n, f"fault {n // 2}") for n in range(60)]
    with pytest.raises(click.UsageError) as ended:
        refuse("rows.csv", faults, "no key was issued")
    heading, *told, last = ended.value.message.splitlines()
    assert heading == "rows.csv has faults; no key was issued:"
    assert told[0] == "  lines 0, 1: fault 0"
    assert (len(told), last) == (20, "  and 10 more")


_QUOTED = f"""Enabled,Name,KEY,UsageplanIds,owner
TRUE,First,{_KEY},'c7y23b,glvrsr',me
false,'s-Gravenhage,{_OTHER_KEY},c7y23b,me
"""


def test_unknown_columns_of_a_key_file_of_api_gateway_are_ignored(
    cli: Cli, tmp_path: Path
) -> None:
    """As AWS says: unknown columns, and plans in single quotes; a note names them."""
    done = _run(cli, tmp_path, "import", _QUOTED)
    assert done.exit_code == 0, done.output
    assert "Ignored: owner.\n" in done.stderr
    first, second = _sent(cli, "import")
    assert (first["client"], first["enabled"]) == ("First", True)
    assert (second["client"], second["enabled"]) == ("'s-Gravenhage", False)
    done = _run(cli, tmp_path, "import", f"Key,name,owner\n{_KEY},A,me\n", "--dry-run")
    assert (done.exit_code, "Ignored: owner." in done.stderr) == (0, True)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("key,name,exipres", "exipres: did you mean expires?"),
        ("key,name,role", "role: did you mean roles?"),
        ("key,client,owner", "owner: is not one of client, "),
        ("key,name,roles,owner", "owner: is not one of client, "),
    ],
)
def test_an_unknown_column_of_any_other_table_is_not_ignored(
    cli: Cli, tmp_path: Path, header: str, words: str
) -> None:
    """A key without its end, or with another role's, would be in force."""
    text = f"{header}\n{_KEY},A,x\n"
    done = _run(cli, tmp_path, "import", text)
    assert (done.exit_code, _sent(cli, "import")) == (2, [])
    assert words in done.stderr


def _item(**fields: Any) -> dict[str, Any]:
    found = {"id": "a1", "name": "First", "enabled": False, "createdDate": 1.5}
    return found | {"stageKeys": [], "tags": {}, "lastUpdatedDate": "x"} | fields


@pytest.mark.parametrize("form", ["answer", "array", "objects"])
def test_an_answer_of_get_api_keys_is_taken(
    cli: Cli, tmp_path: Path, form: str
) -> None:
    """Raw, as --query gives it, or as jq does; indented by either."""
    items = [_item(value=_KEY), _item(value=_OTHER_KEY, name="Second", enabled=True)]
    text = {
        "answer": json.dumps({"items": items}, indent=4),
        "array": json.dumps(items, indent=4),
        "objects": "\n".join(json.dumps(item, indent=2) for item in items),
    }[form]
    done = _run(cli, tmp_path, "import", text)
    assert done.exit_code == 0, done.output
    told = "Ignored: id, createdDate, stageKeys, tags, lastUpdatedDate."
    assert told in done.stderr
    first, second = _sent(cli, "import")
    assert (first["client"], first["enabled"]) == ("First", False)
    assert (second["client"], second["enabled"]) == ("Second", True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (json.dumps({"items": [_item()]}), "key: is missing; get-api-keys shows it"),
        (json.dumps({"items": []}), "has no rows"),
        (json.dumps({"items": [], "NextToken": "x"}), "without --max-items"),
        ('["a"]', "row 1 is not an object; jq -c '.[]' makes objects"),
        ('{"client": "A"}\n["a"]', "row 2 is not an object"),
        ('{"client": "A"}\n{"client": B}', "line 2 column 12 (char 27). JSON is an"),
        ('[{"client": "A"},]', "jq -c '.[]' makes these of an array"),
    ],
)
def test_json_that_is_not_taken_says_what_would_be(
    cli: Cli, tmp_path: Path, text: str, words: str
) -> None:
    """The line, and the command that makes rows of what people have."""
    done = _run(cli, tmp_path, "import", text)
    assert (done.exit_code, cli.function.requests) == (2, [])
    assert words in done.stderr


def test_indented_objects_are_rows_with_their_lines(tmp_path: Path) -> None:
    """One after another, however many lines each has."""
    rows: list[dict[str, Any]] = [{"client": "A", "roles": ["B"]}, {"client": "C"}]
    text = "\n".join(json.dumps(row, indent=2) for row in rows)
    (tmp_path / "rows.json").write_text(f"\n{text}  {json.dumps(rows[1])}\n\n")
    found = [(row.line, row.values) for row in RawRows(tmp_path / "rows.json")]
    assert found == [(2, rows[0]), (8, rows[1]), (10, rows[1])]


@pytest.mark.parametrize(
    ("field", "value", "end"),
    [
        ("expires", "9999-12-31", "9999-12-31T23:59:59"),
        ("expires", "36501d", None),
        ("lifetimeDays", "36501", None),
        ("lifetimeDays", "0", None),
    ],
)
def test_an_end_is_within_the_bounds_of_the_function(
    cli: Cli, tmp_path: Path, field: str, value: str, end: str | None
) -> None:
    """The last day of the calendar is a day; what is too long is told with its line."""
    done = _run(cli, tmp_path, "issue", f"client,{field}\nA,{value}\n")
    if end is None:
        assert (done.exit_code, cli.function.requests) == (2, [])
        told = f"line 2: {field}: is not a number of days from 1 to 36500"
        assert told in done.stderr
    else:
        assert _sent(cli, "issue")[0]["expirationDate"] == end
        record = cli.issue("--expires", value)["record"]
        assert record["expirationDate"] == f"{end}Z"
        assert cli("rotate", record["keyId"]).exit_code == 0
