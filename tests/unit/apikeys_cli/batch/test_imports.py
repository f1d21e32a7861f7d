"""``import --from``: the key of each row, whenever it is stopped and begun again."""

from __future__ import annotations

import csv
import io
import json
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from apikeys_cli.batch import pipeline, report
from apikeys_cli.batch.import_rows import import_row
from tests.unit.apikeys_cli.doubles import Cli, LostError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

_KEYS = [f"L3gacy/_+=.@-{number:08}" for number in range(12)]
_RECORD: dict[str, Any] = {
    "key": _KEYS[0],
    "issueDate": "2022-03-01T10:32:19",
    "expirationDate": "2052-05-30T10:32:19",
    "issuer": "HyperLearning AI",
    "client": "Test App",
    "enabled": True,
    "roles": ["reader"],
}


class KilledError(BaseException):
    """Stands for SIGKILL: nothing of the program's own runs after it."""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a file of twelve of OntoPop's records."""
    return _written(
        tmp_path / "records.json",
        json.dumps([_RECORD | {"key": k, "client": k[-8:]} for k in _KEYS]),
    )


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


def _run(cli: Cli, source: Path, *options: str, **kwargs: Any) -> Result:
    done = cli("import", "--from", str(source), *options, **kwargs)
    told = done.output + str(done.exception)
    assert not [key for key in _KEYS if key[-10:] in told]
    return done


def _rows(cli: Cli, source: Path, *options: str) -> list[dict[str, Any]]:
    done = _run(cli, source, "--output", "ndjson", *options)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _imports(cli: Cli) -> list[dict[str, Any]]:
    return [r for r in cli.function.requests if r["action"] == "import"]


def _listed(cli: Cli) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cli.json("list")["records"]
    return found


def test_each_record_is_imported_and_reported_in_order(cli: Cli, source: Path) -> None:
    """With OntoPop's dates, issuer and roles; the report names client and key id."""
    done = _run(cli, source)
    assert (done.exit_code, done.stderr) == (0, "12 imported, 0 done before.\n")
    heading, *lines = [line.split() for line in done.stdout.splitlines()]
    assert heading == ["line", "status", "keyId", "client", "remark"]
    assert [line[0] for line in lines] == [str(n) for n in range(1, 13)]
    assert [line[3] for line in lines] == [key[-8:] for key in _KEYS]
    records = {record["keyId"]: record for record in _listed(cli)}
    assert sorted(records) == sorted(line[2] for line in lines)
    for record in records.values():
        assert record["issueDate"] == "2022-03-01T10:32:19Z"
        assert record["expirationDate"] == "2052-05-30T10:32:19Z"
        assert record["issuer"] == "HyperLearning AI"
        assert (record["state"], record["roles"]) == ("active", ["READER"])


def test_a_second_run_changes_nothing_and_says_so(
    cli: Cli, source: Path, tmp_path: Path
) -> None:
    """Nothing is kept next to the file, either."""
    first = {row["keyId"] for row in _rows(cli, source)}
    before = _listed(cli)
    cli.function.later = 90_000
    again = _rows(cli, source)
    assert {row["status"] for row in again} == {"done before"}
    assert {row["keyId"] for row in again} == first
    assert [r["version"] for r in _listed(cli)] == [r["version"] for r in before]
    assert list(tmp_path.iterdir()) == [source]
    assert "0 imported, 12 done before." in _run(cli, source).stderr


def _kill(number: int) -> Callable[..., None]:
    """Return a function that is killed at its call of this number, and after it."""
    counted = Counter[str]()

    def killing(request: dict[str, Any], _: object) -> None:
        counted["calls"] += request["action"] == "import"
        if counted["calls"] >= number:
            raise KilledError

    return killing


@pytest.mark.parametrize("number", [1, 2, 7, 12])
@pytest.mark.parametrize("moment", ["before the call", "after it"])
def test_a_kill_at_any_moment_doubles_and_loses_nothing(
    cli: Cli, source: Path, moment: str, number: int
) -> None:
    """Begun again hours later, every key is there once, with the dates of the first."""
    with pytest.MonkeyPatch.context() as patched:
        killing = _kill(number)
        if moment == "after it":
            patched.setattr(cli.function, "fault", killing)
        else:
            answered = cli.function.answer

            def answer(request: dict[str, Any]) -> Any:
                killing(request, None)
                return answered(request)

            patched.setattr(cli.function, "answer", answer)
        with pytest.raises(KilledError):
            cli("import", "--from", str(source), "--expires", "90d")
    cli.function.later = 20_000
    rows = _rows(cli, source, "--expires", "90d")
    assert len(rows) == 12
    assert {row["status"] for row in rows} <= {"imported", "done before"}
    records = _listed(cli)
    assert Counter(r["client"] for r in records) == Counter(k[-8:] for k in _KEYS)


@pytest.mark.parametrize("options", [(), ("--expires", "90d"), ("--expires", "never")])
def test_dates_count_from_the_first_time(
    cli: Cli, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """A batch that is resumed hours later is the same, whatever gives the end."""
    lines = [f"{key},App\n" for key in _KEYS]
    source = _written(tmp_path / "keys.csv", f"key,client\n{''.join(lines[:5])}")
    _run(cli, source, *options)
    first = {r["keyId"]: r["expirationDate"] for r in _listed(cli)}
    cli.function.later = 20_000
    _written(source, f"key,client\n{''.join(lines)}")
    rows = _rows(cli, source, *options)
    statuses = [row["status"] for row in rows]
    assert statuses == ["done before"] * 5 + ["imported"] * 7
    for record in _listed(cli):
        assert record["expirationDate"] == first.get(
            record["keyId"], record["expirationDate"]
        )


def test_hours_are_not_an_end_for_a_batch(cli: Cli, tmp_path: Path) -> None:
    """They would count from every run, and the second would be another import."""
    source = _written(tmp_path / "keys.csv", f"key,client\n{_KEYS[0]},App\n")
    done = _run(cli, source, "--expires", "12h")
    assert (done.exit_code, _imports(cli)) == (2, [])
    assert "line 2: expires: give whole days, a date or never" in done.stderr


@pytest.mark.parametrize("fault", [LostError("no answer"), KeyboardInterrupt()])
def test_what_ends_a_run_says_how_many_are_left(
    cli: Cli, source: Path, fault: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And that the same command goes on; rows that were not begun stay so."""
    monkeypatch.setattr(pipeline, "PARALLEL", 1)

    def lose(request: dict[str, Any], _: object) -> None:
        if request.get("client") == _KEYS[5][-8:]:
            raise fault
        if str(request.get("client")) > _KEYS[5][-8:]:
            time.sleep(0.3)  # under way while the run ends

    cli.function.fault = lose
    done = _run(cli, source)
    assert done.exit_code == (3 if isinstance(fault, LostError) else 1)
    assert "7 of 12 rows left. Run the same command again" in done.stderr
    assert len(_imports(cli)) < 9
    cli.function.fault = None
    done = _run(cli, source)
    assert done.exit_code == 0
    assert len(_listed(cli)) == 12


def test_a_few_at_a_time_are_reported_in_order(
    cli: Cli, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the file has them, whichever is answered first."""
    monkeypatch.setattr(pipeline, "PARALLEL", 12)
    assert [row["line"] for row in _rows(cli, source)] == list(range(1, 13))


def test_a_refused_row_does_not_stop_the_others(cli: Cli, source: Path) -> None:
    """Exit code 1; the row says why."""
    key_id = _rows(cli, source)[3]["keyId"]
    assert cli("disable", key_id).exit_code == 0
    done = _run(cli, source, "--output", "json")
    assert done.exit_code == 1
    rows = json.loads(done.stdout)["rows"]
    assert [row["line"] for row in rows if row["status"] == "refused"] == [4]
    assert rows[3]["error"].endswith("with other fields; update it (key_exists)")
    assert "0 imported, 11 done before, 1 refused." in done.stderr


@pytest.mark.parametrize("form", ["array", "lines", "csv", "semicolons", "stdin"])
def test_a_file_has_any_of_three_forms(cli: Cli, tmp_path: Path, form: str) -> None:
    """JSON, JSON lines, CSV as programs and spreadsheets write it; or a pipe."""
    records = [_RECORD | {"key": key} for key in _KEYS[:2]]
    lines = "\n".join(json.dumps(record) for record in records)
    text = {"array": json.dumps(records), "lines": lines, "stdin": lines}.get(form)
    if text is None:
        delimiter = ";" if form == "semicolons" else ","
        out = io.StringIO()
        writer = csv.DictWriter(out, [*_RECORD], delimiter=delimiter)
        writer.writeheader()
        for record in records:
            roles = "reader, writer" if form == "csv" else "reader writer"
            writer.writerow(record | {"enabled": "TRUE", "roles": roles})
        text = f"\ufeff{out.getvalue()}"
    if form == "stdin":
        done = cli("import", "--from", "-", input=text)
    else:
        done = _run(cli, _written(tmp_path / "records", text))
    assert (done.exit_code, done.stderr) == (0, "2 imported, 0 done before.\n")
    expected = ["READER", "WRITER"] if form in ("csv", "semicolons") else ["READER"]
    for record in _listed(cli):
        assert record["issueDate"] == "2022-03-01T10:32:19Z"
        assert (record["state"], record["roles"]) == ("active", expected)


def test_a_row_and_a_command_import_the_same(cli: Cli, tmp_path: Path) -> None:
    """``--record`` and ``--from``, JSON and CSV: each is a repeat of the other."""
    one = _written(tmp_path / "one.json", json.dumps(_RECORD))
    assert cli("import", "--record", str(one)).exit_code == 0
    assert [row["status"] for row in _rows(cli, one)] == ["done before"]
    header, cells = ",".join(_RECORD), [*_RECORD.values()]
    cells[-2:] = ["true", "reader"]
    text = f"{header}\n{','.join(map(str, cells))}\n"
    table = _written(tmp_path / "one.csv", text)
    assert [row["status"] for row in _rows(cli, table)] == ["done before"]


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"enabled": "true"}, "disabled"),
        ({"enabled": None}, "disabled"),
        ({"enabled": False}, "disabled"),
        ({"expirationDate": "2022-05-30T10:32:19"}, "expired"),
        ({"expirationDate": None}, "active"),
        ({"issuer": None, "later": "what nobody knows", "Enabled": False}, "active"),
    ],
)
def test_a_record_means_what_it_means_to_ontopop(
    cli: Cli, tmp_path: Path, changes: dict[str, Any], state: str
) -> None:
    """Only JSON true enables, only null is for ever; unknown fields stay behind."""
    source = _written(tmp_path / "one.json", json.dumps([_RECORD | changes]))
    (row,) = _rows(cli, source)
    assert row["status"] == "imported"
    (record,) = _listed(cli)
    assert record["state"] == state


@pytest.mark.parametrize("given", [{"enabled": None, "roles": None}, {}])
def test_a_record_that_is_silent_grants_nothing_unless_an_option_does(
    cli: Cli, tmp_path: Path, given: dict[str, Any]
) -> None:
    """Disabled and without roles, or as the options say."""
    silent = {n: v for n, v in _RECORD.items() if n not in ("enabled", "roles")}
    source = _written(tmp_path / "one.json", json.dumps([silent | given]))
    assert _rows(cli, source)[0]["status"] == "imported"
    (record,) = _listed(cli)
    assert (record["state"], record["roles"]) == ("disabled", [])
    _written(source, json.dumps([silent | given | {"key": _KEYS[1]}]))
    options = ("--enabled", "--role", "WRITER")
    assert _rows(cli, source, *options)[0]["status"] == "imported"
    assert cli.json("list", "--role", "WRITER")["records"][0]["state"] == "active"


def test_options_serve_only_what_a_row_leaves_open(cli: Cli, tmp_path: Path) -> None:
    """What a row says wins, in whichever way it says an end."""
    rows = [
        _RECORD,
        {"key": _KEYS[1], "client": "Own", "roles": ["WRITER"], "lifetimeDays": 5},
        {"key": _KEYS[2]},
    ]
    source = _written(tmp_path / "rows.json", json.dumps(rows))
    options = ["--client", "Option", "--role", "ADMINISTRATOR", "--expires", "30d"]
    assert _run(cli, source, *options, "--issuer", "Ops", "--disabled").exit_code == 0
    first, second, third = _imports(cli)
    assert set(first) == {"action", "record", "client", "issuer"}
    assert first["client"] == "Test App"
    assert (second["client"], second["roles"]) == ("Own", ["WRITER"])
    assert (second["lifetimeDays"], second["enabled"]) == (5, False)
    assert (third["client"], third["roles"]) == ("Option", ["ADMINISTRATOR"])
    assert (third["lifetimeDays"], third["issuer"]) == (30, "Ops")


def test_a_record_without_an_end_takes_the_option_s(cli: Cli, tmp_path: Path) -> None:
    """OntoPop refuses such a record; it is imported only where somebody decides."""
    header = "key,client,issueDate,expirationDate,enabled\n"
    row = f"{_KEYS[0]},App,2022-03-01T10:32:19,,true\n"
    source = _written(tmp_path / "keys.csv", header + row)
    done = _run(cli, source)
    assert done.exit_code == 2
    assert "line 2: expirationDate: is missing" in done.stderr
    assert _rows(cli, source, "--expires", "never")[0]["status"] == "imported"
    assert _listed(cli)[0]["expirationDate"] is None


_EXPORT = (
    "Name,KEY,description,Enabled,usageplanIds,Later\n"
    f"First App,{_KEYS[0]},An imported key,TRUE,c7y23b,x\n"
    f'Second App,{_KEYS[1]},,false,"c7y23b,glvrsr",x\n'
    f"Third App,{_KEYS[2]},,,,x\n"
)


def test_the_key_file_of_api_gateway_is_read_as_it_is(cli: Cli, tmp_path: Path) -> None:
    """Columns in any case; the client is the name; no plan is joined, which is said."""
    source = _written(tmp_path / "export.csv", _EXPORT)
    done = _run(cli, source, "--role", "READER")
    assert done.exit_code == 0, done.output
    assert "usagePlanIds is ignored" in done.stderr
    first, second, third = sorted(_listed(cli), key=lambda r: str(r["client"]))
    assert (first["client"], first["name"]) == ("First App", "First App")
    assert first["description"] == "An imported key"
    states = [record["state"] for record in (first, second, third)]
    assert states == ["active", "disabled", "active"]
    assert {r.get("usagePlanId") for r in (first, second, third)} == {None}
    assert first["roles"] == ["READER"]


def test_a_client_that_is_given_leaves_the_name_a_name(
    cli: Cli, tmp_path: Path
) -> None:
    """``--client`` comes before the fallback."""
    source = _written(tmp_path / "export.csv", _EXPORT)
    assert _run(cli, source, "--client", "Acme").exit_code == 0
    assert {r["client"] for r in _listed(cli)} == {"Acme"}
    assert {r["name"] for r in _listed(cli)} == {"First App", "Second App", "Third App"}


_OTHER = "Gu3ssed" * 3
_BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no key": ({"client": "A"}, "key: is missing"),
    "a weak key": (
        {"key": "short", "client": "A"},
        "key: fewer than 20 characters; issue its client another",
    ),
    "other characters": (
        {"key": f"{_OTHER}!", "client": "A"},
        "key: a key is 20 to 256 letters, digits and /_+=.@-",
    ),
    "a number": (
        {"key": 10**25, "client": "A"},
        "key: a key is 20 to 256 letters, digits and /_+=.@-",
    ),
    "one of this project's": (
        {"key": f"ak_{'0' * 16}_{'0' * 65}", "client": "A"},
        "key: has the shape of the keys that are minted here",
    ),
    "no client": ({"key": _KEYS[0]}, "client: is missing"),
    "an unknown field": (
        {"key": _KEYS[0], "client": "A", _OTHER: "x"},
        "field 3: is not one of client, issuer, name, ",
    ),
    "another case": (
        {"Key": _KEYS[0], "client": "A"},
        "Key: did you mean key?",
    ),
    "roles of no role": (
        {"key": _KEYS[0], "client": "A", "roles": "9"},
        "roles: a role's name is ",
    ),
    "an unknown role": (
        {"key": _KEYS[0], "client": "A", "roles": ["REDAER"]},
        "roles: REDAER is not in the role map; there are: ADMINISTRATOR, READER, "
        "WRITER. Did you mean READER?",
    ),
    "a record's unknown role": (
        _RECORD | {"roles": ["none"]},
        "roles: NONE is not in the role map; there are: ADMINISTRATOR, ",
    ),
    "an end in the past": (
        {"key": _KEYS[0], "client": "A", "expirationDate": "2020-01-01T00:00:00"},
        "its end, 2020-01-01T00:00:00, is in the past (UTC)",
    ),
    "two ends": (
        {"key": _KEYS[0], "client": "A", "expires": "9d", "neverExpires": True},
        "give one of expires, ",
    ),
    "a date that is none": (
        _RECORD | {"issueDate": "yesterday"},
        "issueDate: not yyyy-MM-ddTHH:mm:ss",
    ),
    "an end that is none": (
        _RECORD | {"expirationDate": 7},
        "expirationDate: not yyyy-MM-ddTHH:mm:ss",
    ),
    "a client that is none": (_RECORD | {"client": 5}, "client: the text is not"),
    "a partial session": (
        {"key": _KEYS[0], "client": "A", "environment": "E"},
        "session.repository",
    ),
    "a name with the key": (
        {"key": _KEYS[0], "client": "A", "name": f"for {_KEYS[0].upper()}"},
        "name: contains the key",
    ),
    "a role with the key": (
        _RECORD | {"roles": [_KEYS[0]]},
        "roles: contains the key",
    ),
}


@pytest.mark.parametrize("number", range(len(_BAD)), ids=list(_BAD))
def test_a_fault_is_told_with_line_and_field_before_the_first_call(
    cli: Cli, tmp_path: Path, number: int
) -> None:
    """Nothing is imported, not even the good row before it; nothing is quoted."""
    bad, words = list(_BAD.values())[number]
    good = _RECORD | {"key": _KEYS[9]}
    text = "\n".join(json.dumps(row) for row in (good, bad))
    source = _written(tmp_path / "rows.jsonl", text)
    done = _run(cli, source)
    assert (done.exit_code, done.stdout, _imports(cli)) == (2, "", [])
    assert f"has faults; no key was imported:\n  line 2: {words}" in done.stderr
    assert _OTHER not in done.output
    dry = _rows(cli, source, "--dry-run")
    assert [row["status"] for row in dry] == ["importable", "refused"]
    assert dry[1]["error"].startswith(words)


def test_a_duplicate_key_is_reported_with_both_lines(cli: Cli, tmp_path: Path) -> None:
    """Which of the two is meant?"""
    rows = [{"key": k, "client": "A"} for k in (*_KEYS[:3], _KEYS[1])]
    source = _written(tmp_path / "rows.json", json.dumps(rows))
    done = _run(cli, source)
    assert (done.exit_code, _imports(cli)) == (2, [])
    assert "line 4: key: is the same as on line 2" in done.stderr


def test_a_duplicate_column_is_a_fault(cli: Cli, tmp_path: Path) -> None:
    """Names of columns are the same in any case."""
    text = f"key,client,Client\n{_KEYS[0]},A,B\n"
    done = _run(cli, _written(tmp_path / "rows.csv", text))
    assert (done.exit_code, _imports(cli)) == (2, [])
    assert "line 2: client: is given twice" in done.stderr


@pytest.mark.parametrize("character", ["\u2028", "\x85", "\x0b", "\x1c"])
def test_no_text_goes_on_as_another_row(
    cli: Cli, tmp_path: Path, character: str
) -> None:
    """Only a line's end ends a row, or a client's name could bring in a key."""
    name = f"A{character}{_KEYS[1]}"
    text = f"key,client,roles\n{_KEYS[0]},{name},reader\n"
    done = _run(cli, _written(tmp_path / "rows.csv", text))
    assert (done.exit_code, _imports(cli)) == (2, [])
    row = json.dumps({"key": _KEYS[0], "client": name}, ensure_ascii=False)
    if character in {"\u2028", "\x85"}:
        done = _run(cli, _written(tmp_path / "rows.ndjson", row))
        assert "line 1: client: the text has control characters" in done.stderr


def test_a_file_without_a_header_shows_no_key(cli: Cli, tmp_path: Path) -> None:
    """Its first key is where the names of the columns should be."""
    text = "".join(f"{key},App\n" for key in _KEYS)
    done = _run(cli, _written(tmp_path / "rows.csv", text))
    assert (done.exit_code, _imports(cli)) == (2, [])
    assert "lines 2, 3, 4, 5, 6 and 6 more: field 1: is not one of" in done.stderr


@pytest.mark.parametrize(
    "row",
    [
        {"key": "Test App", "client": _KEYS[0]},
        {"key": "Test App", "client": "Acme", "name": _KEYS[0]},
        {"key": _KEYS[0], "client": _KEYS[0]},
    ],
)
def test_a_text_that_may_be_the_key_is_not_shown(
    cli: Cli, tmp_path: Path, row: dict[str, Any]
) -> None:
    """Columns that were mixed up must not bring a key on the screen."""
    source = _written(tmp_path / "rows.json", json.dumps([row]))
    for output in ("table", "json", "ndjson", "csv"):
        done = _run(cli, source, "--dry-run", "--output", output)
        assert done.exit_code == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "has no rows"),
        (b"[]", "has no rows"),
        (b"[" * 100_000, "can't be read"),
        (b'{"key": "' + _KEYS[0].encode(), "can't be read"),
        (b"\xff" + _KEYS[0].encode(), "can't be read"),
        (f"key,client\n{_KEYS[0]},A,{_KEYS[0]}\n".encode(), "more cells"),
        (f"key,client,key\n{_KEYS[0]},A,\n".encode(), "two columns have one name"),
        (b'[{"client": "A", "enabled": false, "enabled": true}]', "stands twice"),
    ],
)
def test_a_file_that_is_none_is_a_usage_error(
    cli: Cli, tmp_path: Path, text: bytes, words: str
) -> None:
    """No traceback, and nothing of its content."""
    source = tmp_path / "rows"
    source.write_bytes(text)
    done = _run(cli, source)
    assert (done.exit_code, cli.function.requests) == (2, [])
    assert words in done.stderr


def test_a_dry_run_asks_nothing_that_writes(cli: Cli, source: Path) -> None:
    """It reads the role map, and says of each row what would become of it."""
    done = _run(cli, source, "--dry-run")
    assert done.exit_code == 0
    assert done.stderr == "Nothing was written: 12 importable.\n"
    assert [r["action"] for r in cli.function.requests] == ["roles.get"]
    assert len(done.stdout.splitlines()) == 13
    cli.function.requests.clear()
    _written(source, f"key,client\n{_KEYS[0]},A\n")
    assert _run(cli, source, "--dry-run").exit_code == 0
    assert cli.function.requests == []


@pytest.mark.parametrize(("mode", "is_warned"), [(0o600, False), (0o640, True)])
@pytest.mark.parametrize("option", ["--from", "--record"])
def test_a_key_file_that_others_may_read_is_warned_of(
    cli: Cli, tmp_path: Path, option: str, mode: int, *, is_warned: bool
) -> None:
    """It holds keys in clear; the import goes on."""
    source = _written(tmp_path / "record.json", json.dumps(_RECORD))
    source.chmod(mode)
    done = cli("import", option, str(source))
    assert done.exit_code == 0
    assert (f"Others may read {source}" in done.stderr) is is_warned


@pytest.mark.parametrize("output", ["table", "json", "ndjson", "csv"])
def test_the_report_has_any_of_four_forms(cli: Cli, source: Path, output: str) -> None:
    """Twelve rows, in a form that can be read again."""
    done = _run(cli, source, "--output", output)
    if output == "table":
        found = [line.split()[1] for line in done.stdout.splitlines()[1:]]
    elif output == "csv":
        found = [row["status"] for row in csv.DictReader(io.StringIO(done.stdout))]
    elif output == "json":
        found = [row["status"] for row in json.loads(done.stdout)["rows"]]
    else:
        found = [json.loads(line)["status"] for line in done.stdout.splitlines()]
    assert found == ["imported"] * 12


def test_a_terminal_sees_a_bar_unless_it_sees_the_rows(
    cli: Cli, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bar is on stderr and does not touch what is on stdout."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    done = _run(cli, source, "--output", "ndjson")
    assert "Importing" in done.stderr
    assert len(done.stdout.splitlines()) == 12
    monkeypatch.setattr(report.Report, "is_seen", True)
    assert "Importing" not in _run(cli, source, "--output", "ndjson").stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-", "--from", "FILE"], "give one of"),
        (["--record", "FILE", "--from", "FILE"], "give one of"),
        (["--from", "FILE", "--from-secrets"], "give one of"),
        (["-", "--dry-run"], "--dry-run goes with"),
        (["--from", "FILE", "--prefix", "P"], "--prefix goes with"),
        (["--from", "FILE", "--delete-imported"], "--delete-imported goes with"),
        (["--from-secrets", "--dry-run", "--delete-imported"], "give --dry-run or"),
    ],
)
def test_sources_do_not_mix(
    cli: Cli, source: Path, arguments: list[str], words: str
) -> None:
    """Usage errors, all of them."""
    given = [str(source) if a == "FILE" else a for a in arguments]
    done = cli("import", *given)
    assert (done.exit_code, cli.function.requests) == (2, [])
    assert words in done.stderr


def test_the_text_of_a_row_holds_no_key() -> None:
    """Not where a test or a traceback prints it, either."""
    assert _KEYS[0] not in repr(import_row(1, _RECORD, {}))
