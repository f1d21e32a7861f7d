"""``issue --from``: a key for each row, whenever it is stopped and begun again."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
from collections import Counter
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.key import Key
from apikeys_cli.batch import report
from apikeys_cli.batch.issue_rows import IssueRows
from apikeys_cli.batch.journal import Journal
from apikeys_cli.terminal import console
from apikeys_cli.terminal.key_file import KeyList
from tests.unit.apikeys_cli.doubles import Cli, LostError

_THREE = "client,name,roles\nAlpha,one,READER\nBeta,,reader writer\nGamma,,\n"


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class KilledError(BaseException):
    """Stands for SIGKILL: nothing of the program's own runs after it."""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a file of three clients."""
    path = tmp_path / "clients.csv"
    path.write_text(_THREE)
    return path


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Return where the keys go."""
    return tmp_path / "keys.csv"


def _run(cli: Cli, source: Path, keys: Path, *options: str) -> Any:
    return cli("issue", "--from", str(source), "--keys-to", str(keys), *options)


def _state(source: Path) -> dict[str, dict[str, Any]]:
    """Return what is noted of each row, by its client."""
    path = source.with_name(f"{source.name}.apikeys-run.json")
    rows: dict[str, dict[str, Any]] = {}
    for line in path.read_text().splitlines()[1:]:
        step = json.loads(line)
        rows.setdefault(step["row"], {}).update(step)
    return {row["client"]: row for row in rows.values()}


def _kept(keys: Path) -> dict[str, str]:
    """Return each client's key, of which the file holds one."""
    with keys.open(newline="") as file:
        rows = list(csv.DictReader(file))
    kept = {row["client"]: row["key"] for row in rows}
    assert len(kept) == len(rows)
    return kept


def _passes(cli: Cli, key: str) -> bool:
    done = cli("verify", "-", "--output", "json", input=key)
    return json.loads(done.stdout)["reason"] in ("granted", "no_role")


def _issues(cli: Cli) -> list[dict[str, Any]]:
    """Return what was asked for, by the clients' names: a few rows go at once."""
    asked = [r for r in cli.function.requests if r["action"] == "issue"]
    return sorted(asked, key=lambda request: str(request["client"]))


def test_each_row_gets_a_key_in_a_file_of_its_owner(
    cli: Cli, source: Path, keys: Path
) -> None:
    """The keys are in the file with mode 0600 and nowhere else."""
    done = _run(cli, source, keys)
    assert done.exit_code == 0, done.output
    kept = _kept(keys)
    assert list(kept) == ["Alpha", "Beta", "Gamma"]
    assert all(_passes(cli, key) for key in kept.values())
    assert keys.stat().st_mode & 0o777 == 0o600
    state = source.with_name("clients.csv.apikeys-run.json")
    assert state.stat().st_mode & 0o777 == 0o600
    for key in kept.values():
        assert key not in done.output
        assert key not in state.read_text()
    assert "3 issued, 0 done before." in done.stderr
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["line", "status", "keyId", "client", "remark"],
        ["2", "issued", Key.parse(kept["Alpha"]).key_id, "Alpha"],
        ["3", "issued", Key.parse(kept["Beta"]).key_id, "Beta"],
        ["4", "issued", Key.parse(kept["Gamma"]).key_id, "Gamma"],
    ]
    assert _issues(cli)[1]["roles"] == ["READER", "WRITER"]


def test_a_second_run_issues_nothing(cli: Cli, source: Path, keys: Path) -> None:
    """All rows are done, and the report says which keys they got."""
    _run(cli, source, keys)
    before = keys.read_text()
    done = _run(cli, source, keys, "--output", "ndjson")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["status"] for row in rows} == {"done before"}
    assert keys.read_text() == before
    assert len(_issues(cli)) == 3
    assert "All 3 rows were done before" in done.stderr


def test_new_rows_are_issued_and_moved_ones_are_not(
    cli: Cli, source: Path, keys: Path
) -> None:
    """A row is the same wherever it is; two equal rows are two keys."""
    _run(cli, source, keys)
    source.write_text(
        "client,name,roles\nDelta,,\nGamma,,\nGamma,,\nAlpha,one,READER\n"
    )
    done = _run(cli, source, keys, "--output", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["client"], row["status"]) for row in rows] == [
        ("Delta", "issued"),
        ("Gamma", "done before"),
        ("Gamma", "issued"),
        ("Alpha", "done before"),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (_THREE.replace("Beta,,reader writer", "Beta,,reader"), 3),
        (_THREE.replace("Beta,,", "Beta Ltd,,"), 3),
        (_THREE.replace("Beta,,", "Delta,,\nBeta,new name,"), 4),
        ("client,name,roles\nGamma,,\nAlpha,one,READER\nDelta,,\nBeta,,reader\n", 5),
    ],
)
def test_an_edited_row_gets_no_second_key_in_silence(
    cli: Cli, source: Path, keys: Path, text: str, line: int
) -> None:
    """It has the client or the line of one that is gone; the key that it got is named.

    With ``--issue-changed`` it gets another, and that is not asked about again.
    """
    _run(cli, source, keys)
    beta = _state(source)["Beta"]
    source.write_text(text)
    before = keys.read_text()
    done = _run(cli, source, keys)
    assert (done.exit_code, len(_issues(cli)), keys.read_text()) == (2, 3, before)
    told = f"line {line}: changed since it was issued as {beta['keyId']}; apikeys upd"
    assert told in done.stderr
    assert done.stderr.count("changed since") == 1
    done = _run(cli, source, keys, "--issue-changed", "--output", "ndjson")
    assert done.exit_code == 0, done.output
    rows = {row["line"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert rows[line]["status"] == "issued"
    assert rows[line]["keyId"] != beta["keyId"]
    count = len(_issues(cli))
    source.write_text(f"{text}Epsilon,,\nBeta,another,\n")
    assert _run(cli, source, keys).exit_code == 0
    assert len(_issues(cli)) == count + 2


def test_other_options_change_the_rows_that_they_serve(
    cli: Cli, source: Path, keys: Path
) -> None:
    """A run begun again with another ``--issuer`` issues nothing in silence."""
    _run(cli, source, keys)
    done = _run(cli, source, keys, "--issuer", "Ops")
    assert (done.exit_code, len(_issues(cli))) == (2, 3)
    assert done.stderr.count("changed since it was issued as") == 3


def _kill(number: int, before: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is killed at its call of this number: no later one is."""
    counted = Counter[str]()

    def killing(*arguments: Any) -> Any:
        first = arguments[0]
        is_meant = not isinstance(first, dict) or first["action"] == "issue"
        counted["calls"] += is_meant
        if is_meant and counted["calls"] >= number:
            raise KilledError
        return before(*arguments)

    return killing


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("moment", ["before the call", "after it", "once it is kept"])
def test_a_kill_at_any_moment_loses_no_key(
    cli: Cli, source: Path, keys: Path, moment: str, number: int
) -> None:
    """Begun again, every client has one live key, and the file holds that one alone."""
    with pytest.MonkeyPatch.context() as patched:
        if moment == "before the call":
            patched.setattr(cli.function, "answer", _kill(number, cli.function.answer))
        elif moment == "after it":
            patched.setattr(cli.function, "fault", _kill(number, lambda *_: None))
        else:
            patched.setattr(Journal, "finish", _kill(number, Journal.finish))
        with pytest.raises(KilledError):
            _run(cli, source, keys)
    assert sum("isDone" in row for row in _state(source).values()) < number
    done = _run(cli, source, keys)
    assert done.exit_code == 0, done.output
    kept = _kept(keys)
    assert sorted(kept) == ["Alpha", "Beta", "Gamma"]
    assert all(_passes(cli, key) for key in kept.values())
    records = cli.json("list")
    assert sorted(r["client"] for r in records["records"]) == sorted(kept)
    assert records["unconfirmed"] == []


@pytest.mark.parametrize("name", ["keys.csv", "keys.jsonl"])
def test_a_key_that_is_in_the_file_is_not_issued_again(
    cli: Cli, source: Path, name: str
) -> None:
    """Also where that is known too late for a repeat; it is confirmed, then done."""
    keys = source.parent / name
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Journal, "finish", _kill(1, Journal.finish))
        with pytest.raises(KilledError):
            _run(cli, source, keys)
    before, count = keys.read_text().splitlines(), len(_issues(cli))
    cli.function.later = 1_000
    cli.function.requests.clear()
    done = _run(cli, source, keys, "--output", "ndjson")
    assert done.exit_code == 0, done.output
    assert "3 issued, 0 done before." in done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["status"] for row in rows] == ["issued"] * 3
    assert len(_issues(cli)) == 3 - count
    assert keys.read_text().splitlines()[: len(before)] == before
    confirmed = [r for r in cli.function.requests if r["action"] == "confirm"]
    assert {r["keyId"] for r in confirmed} == {row["keyId"] for row in rows}


def test_a_key_in_a_file_of_another_try_is_issued_again(
    cli: Cli, source: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last try made it void: of two lines the last one counts."""
    source.write_text("client\nAlpha\n")
    finish = Journal.finish
    monkeypatch.setattr(Journal, "finish", _kill(1, finish))
    for other in (keys, keys.with_name("other.csv")):
        with pytest.raises(KilledError):
            _run(cli, source, other)
    monkeypatch.setattr(Journal, "finish", finish)
    assert _run(cli, source, keys).exit_code == 0
    heading, void, good = keys.read_text().splitlines()
    assert heading.startswith("keyId,")
    assert void.split(",")[0] == good.split(",")[0]
    assert not _passes(cli, void.split(",")[-1])
    assert _passes(cli, good.split(",")[-1])


def test_a_step_that_was_cut_off_was_not_acted_upon(
    cli: Cli, source: Path, keys: Path
) -> None:
    """It is taken away, and the next one stands on a line of its own."""
    _run(cli, source, keys)
    state = source.with_name("clients.csv.apikeys-run.json")
    with state.open("a") as file:
        file.write('{"row": "0123')
    source.write_text(f"{_THREE}Delta,,\n")
    assert _run(cli, source, keys).exit_code == 0
    assert len(_kept(keys)) == 4
    assert len(_state(source)) == 4
    assert len(_run(cli, source, keys).stderr) < 200


def test_a_line_that_was_cut_off_is_taken_away(
    cli: Cli, source: Path, keys: Path
) -> None:
    """The key of half a line was never counted as kept; its row gets another."""

    def kill(_: dict[str, Any], answer: dict[str, Any]) -> None:
        if "key" in answer:
            raise KilledError

    cli.function.fault = kill
    with pytest.raises(KilledError):
        _run(cli, source, keys)
    cli.function.fault = None
    keys.write_text("keyId,client,name,expirationDate,key\n7GkQ2mV0aZx8")
    assert _run(cli, source, keys).exit_code == 0
    assert sorted(_kept(keys)) == ["Alpha", "Beta", "Gamma"]


def test_a_lost_answer_ends_the_run_and_says_how_to_go_on(
    cli: Cli, source: Path, keys: Path
) -> None:
    """Exit code 3; what was under way is kept; the row gets another key then."""

    def lose(request: dict[str, Any], _: dict[str, Any]) -> None:
        if request.get("client") == "Beta":
            raise LostError("no answer")

    cli.function.fault = lose
    done = _run(cli, source, keys)
    assert done.exit_code == 3
    assert "1 of 3 rows left. Run the same command again" in done.stderr
    assert sorted(_kept(keys)) == ["Alpha", "Gamma"]
    cli.function.fault = None
    done = _run(cli, source, keys)
    assert done.exit_code == 0
    assert "1 issued, 2 done before." in done.stderr
    assert len(cli.json("list")["records"]) == 3


def test_too_late_for_a_repeat_it_says_what_to_do(
    cli: Cli, source: Path, keys: Path
) -> None:
    """The key that nobody has is named; revoked, its row is issued under a new id."""

    def lose(request: dict[str, Any], _: dict[str, Any]) -> None:
        if request.get("client") == "Beta":
            raise LostError("no answer")

    cli.function.fault = lose
    _run(cli, source, keys)
    cli.function.fault = None
    cli.function.later = 1_000
    done = _run(cli, source, keys, "--output", "json")
    assert done.exit_code == 1
    rows = {row["client"]: row for row in json.loads(done.stdout)["rows"]}
    statuses = [rows[client]["status"] for client in ("Alpha", "Beta", "Gamma")]
    assert statuses == ["done before", "refused", "done before"]
    lost = _state(source)["Beta"]
    assert "isDone" not in lost
    assert f"apikeys revoke {lost['keyId']} --yes" in rows["Beta"]["error"]
    assert cli("revoke", lost["keyId"], "--yes").exit_code == 0
    done = _run(cli, source, keys)
    assert done.exit_code == 0
    assert "1 issued, 2 done before." in done.stderr
    assert _passes(cli, _kept(keys)["Beta"])
    live = [r["client"] for r in cli.json("list")["records"]]
    assert sorted(live) == ["Alpha", "Beta", "Gamma"]


def test_an_end_in_hours_is_the_same_at_every_try(
    cli: Cli, tmp_path: Path, keys: Path
) -> None:
    """It counts from the first try, or the repeat would be another request."""
    source = tmp_path / "clients.jsonl"
    source.write_text('{"client": "Alpha", "expires": "12h"}\n')

    def lose(*_: object) -> None:
        raise LostError("no answer")

    cli.function.fault = lose
    assert _run(cli, source, keys).exit_code == 3
    cli.function.fault = None
    assert _run(cli, source, keys).exit_code == 0
    first, second = _issues(cli)
    assert first == second
    assert "expirationDate" in first


def test_a_refused_row_does_not_stop_the_others(cli: Cli, source: Path) -> None:
    """Exit code 1; each row says what became of it."""
    answered = cli.function.answer

    def answer(request: dict[str, Any]) -> Any:
        if request.get("client") == "Beta":
            error = {"code": "role_not_grantable", "message": "not yours"}
            return {"status": 403, "error": error}
        return answered(request)

    cli.function.answer = answer  # type: ignore[method-assign]
    done = cli("issue", "--from", str(source), "--output", "ndjson")
    assert done.exit_code == 1
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["status"] for row in rows] == ["issued", "refused", "issued"]
    assert rows[1]["error"] == "not yours (role_not_grantable)"
    assert "2 issued, 0 done before, 1 refused." in done.stderr


@pytest.mark.parametrize("output", ["table", "json", "ndjson", "csv"])
def test_without_a_file_the_report_has_each_key_once(
    cli: Cli, source: Path, output: str
) -> None:
    """In the form that was asked for, and never again."""
    done = cli("issue", "--from", str(source), "--output", output)
    assert done.exit_code == 0
    if output == "table":
        found = [line.split()[-1] for line in done.stdout.splitlines()[1:]]
    elif output == "csv":
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        found = [row["key"] for row in rows]
    elif output == "json":
        found = [row["key"] for row in json.loads(done.stdout)["rows"]]
    else:
        found = [json.loads(line)["key"] for line in done.stdout.splitlines()]
    assert all(_passes(cli, key) for key in found)
    assert len(set(found)) == 3
    again = cli("issue", "--from", str(source), "--output", output)
    assert not any(key in again.output for key in found)


def test_options_serve_the_rows_that_are_silent(cli: Cli, tmp_path: Path) -> None:
    """What a row says wins, whichever way it says an end."""
    source = tmp_path / "clients.json"
    source.write_text(
        json.dumps(
            [
                {"client": "Alpha"},
                {"client": "Beta", "roles": ["WRITER"], "lifetimeDays": 5},
            ]
        )
    )
    options = ["--role", "READER", "--expires", "30d", "--issuer", "Ops"]
    done = cli("issue", "--from", str(source), "--output", "json", *options)
    assert done.exit_code == 0, done.output
    first, second = _issues(cli)
    assert (first["roles"], first["lifetimeDays"]) == (["READER"], 30)
    assert (second["roles"], second["lifetimeDays"]) == (["WRITER"], 5)
    assert first["issuer"] == second["issuer"] == "Ops"


def test_keys_are_json_lines_where_the_file_is_not_called_csv(
    cli: Cli, source: Path, tmp_path: Path
) -> None:
    """One object a line, added to what is there."""
    keys = tmp_path / "keys.jsonl"
    _run(cli, source, keys)
    rows = [json.loads(line) for line in keys.read_text().splitlines()]
    assert [row["client"] for row in rows] == ["Alpha", "Beta", "Gamma"]
    assert set(rows[0]) == {"keyId", "client", "name", "expirationDate", "key"}


def test_a_key_list_that_others_may_read_is_refused(
    cli: Cli, source: Path, keys: Path
) -> None:
    """Nothing is issued; what to run is said."""
    keys.write_text("")
    keys.chmod(0o644)
    done = _run(cli, source, keys)
    assert done.exit_code == 2
    assert f"chmod 600 {keys}" in done.stderr.replace("\n", "")
    assert _issues(cli) == []


def test_a_key_list_of_another_run_is_not_cut(
    cli: Cli, source: Path, keys: Path
) -> None:
    """Without an interrupted run a line without an end was written by others."""
    keys.write_text("precious")
    keys.chmod(0o600)
    done = _run(cli, source, keys)
    assert done.exit_code == 2
    assert keys.read_text() == "precious"
    assert _run(cli, source, keys.parent / "no" / "keys").exit_code == 2


def test_a_run_is_of_one_deployment(cli: Cli, source: Path, keys: Path) -> None:
    """The state of a run against dev must not keep prod from its keys."""
    _run(cli, source, keys)
    done = _run(cli, source, keys, "--function", "another")
    assert done.exit_code == 2
    assert "is of a run against ?/apikeys-admin" in done.stderr
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:another"
    done = _run(cli, source, keys, "--function", arn)
    assert "123456789012/another" in done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[]\n",
        "{}\n",
        '{\n "form": 1,\n "rows": {}\n}',
        '{"form": 1}\n',
        '{"form": 2}\n',
        '{"form": 2, "function": "?/apikeys-admin", "runToken": "x"}\n{}\n',
    ],
)
def test_a_state_that_cannot_be_read_is_not_passed_over(
    cli: Cli, source: Path, keys: Path, text: str
) -> None:
    """Who knows which rows were done? Nothing is issued."""
    state = source.with_name("clients.csv.apikeys-run.json")
    state.write_text(text)
    done = _run(cli, source, keys)
    assert done.exit_code == 2
    assert "can't be read" in done.stderr
    assert _issues(cli) == []
    assert state.read_text() == text


def test_two_runs_of_a_file_are_one_too_many(
    cli: Cli, source: Path, keys: Path
) -> None:
    """The second one ends at once."""
    with source.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = _run(cli, source, keys)
    assert done.exit_code == 2
    assert "another run of" in done.stderr


def test_rows_from_a_pipe_are_refused(cli: Cli, tmp_path: Path, keys: Path) -> None:
    """It can't be read twice, nor a state be kept next to it; nobody waits for more."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_text, args=("client\nAlpha\n",))
    writer.start()
    done = _run(cli, pipe, keys)
    writer.join()
    assert (done.exit_code, _issues(cli)) == (2, [])
    assert f"{pipe} is not a regular file" in done.stderr


def test_a_row_whose_role_is_unknown_is_found_before_the_first_call(
    cli: Cli, source: Path, keys: Path
) -> None:
    """As is an end in the past; done rows are not judged again."""
    source.write_text("client,roles,expires\nA,NONE,\nB,,2020-01-01\nC,READER,\n")
    done = _run(cli, source, keys)
    assert done.exit_code == 2
    assert "line 2: roles: NONE is not in the role map; there are: " in done.stderr
    assert "line 3: its end, 2020-01-01T23:59:59, is in the past" in done.stderr
    assert _issues(cli) == []


def test_all_faults_of_a_file_are_told_before_anything_is_asked(
    cli: Cli, tmp_path: Path, keys: Path
) -> None:
    """One sentence each, with its line."""
    source = tmp_path / "clients.jsonl"
    rows: list[dict[str, Any]] = [
        {},
        {"client": "a\nb"},
        {"client": "A", "colour": "red"},
        {"client": "A", "roles": "9"},
        {"client": "A", "roles": 9},
        {"client": "A", "enabled": "perhaps"},
        {"client": "A", "expires": "soon"},
        {"client": "A", "expirationDate": "soon"},
        {"client": "A", "lifetimeDays": "many"},
        {"client": "A", "expires": "1d", "neverExpires": True},
        {"client": "A", "usagePlanId": "/"},
        {"client": "A", "environment": "E"},
        {"client": "A", "description": 7},
    ]
    source.write_text("\n".join(json.dumps(row) for row in rows))
    done = _run(cli, source, keys)
    assert (done.exit_code, cli.function.requests) == (2, [])
    for line in range(1, len(rows) + 1):
        assert f"line {line}: " in done.stderr
    source.write_text("\n".join(json.dumps({f"x{i}": i}) for i in range(30)))
    assert (
        "lines 1, 2, 3, 4, 5 and 25 more: client: is missing"
        in _run(cli, source, keys).stderr
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no rows"),
        ("client\n", "has no rows"),
        ("client\nA,B\n", "more cells than the header"),
        ('client\n"A', "can't be read"),
        ("[1]", "row 1 is not an object"),
        ("{", "can't be read"),
        ("\xff", "can't be read"),
    ],
)
def test_a_file_that_is_none_is_a_usage_error(
    cli: Cli, source: Path, keys: Path, text: str, words: str
) -> None:
    """No traceback."""
    source.write_bytes(text.encode("latin-1"))
    done = _run(cli, source, keys)
    assert (done.exit_code, cli.function.requests) == (2, [])
    assert words in done.stderr


def test_spreadsheets_write_what_is_read(cli: Cli, source: Path, keys: Path) -> None:
    """A byte order mark, semicolons, empty lines, spaces; every column."""
    source.write_bytes(
        b"\xef\xbb\xbfclient;enabled;neverExpires;sessionLogin;environment;repository;"
        b"profile;sessionMode;usagePlanId\r\n"
        b" Alpha ;no;true;L;E;R;P;SINGLE;\r\n;;;;;;;;\r\n"
    )
    done = _run(cli, source, keys)
    assert done.exit_code == 0, done.output
    (request,) = _issues(cli)
    assert (request["client"], request["enabled"]) == ("Alpha", False)
    assert request["neverExpires"] is True
    assert request["session"] == {
        "login": "L",
        "environment": "E",
        "repository": "R",
        "profile": "P",
        "sessionMode": "SINGLE",
    }


def test_every_column_is_a_field_of_the_request(tmp_path: Path) -> None:
    """A date is sent as it is; so is a usage plan."""
    source = tmp_path / "clients.csv"
    source.write_text(
        "client,issuer,name,description,expirationDate,usagePlanId\n"
        "A,I,N,D,2999-01-31T12:00:00,plan1\n"
    )
    (row,) = IssueRows(source, {})
    assert row.request(0) == {
        "client": "A",
        "issuer": "I",
        "name": "N",
        "description": "D",
        "expirationDate": "2999-01-31T12:00:00",
        "usagePlanId": "plan1",
    }


def test_what_goes_with_a_file_does_not_go_with_one_key(cli: Cli) -> None:
    """A usage error."""
    done = cli("issue", "--client", "A", "--issue-changed")
    assert (done.exit_code, _issues(cli)) == (2, [])
    assert "--issue-changed goes with --from" in done.stderr


@pytest.mark.parametrize(
    "option",
    [
        ["--key-file", "x.key"],
        ["--deliver-to", "app/key"],
        ["--request-token", "x" * 32],
        ["--login", "olga"],
        ["--password"],
        ["--wait"],
    ],
)
def test_what_is_for_one_key_does_not_go_with_a_file(
    cli: Cli, source: Path, option: list[str]
) -> None:
    """Usage errors, all."""
    done = cli("issue", "--from", str(source), *option)
    assert done.exit_code == 2
    assert f"{option[0]} is for one key" in done.stderr
    assert _issues(cli) == []


def test_a_terminal_sees_a_bar_unless_it_sees_the_rows(
    cli: Cli, source: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bar is on stderr and does not touch what is on stdout."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    done = _run(cli, source, keys, "--output", "ndjson")
    assert "Issuing" in done.stderr
    assert len(done.stdout.splitlines()) == 3
    monkeypatch.setattr(report.Report, "is_seen", True)
    assert "Issuing" not in _run(cli, source, keys, "--output", "ndjson").stderr
    assert console.messages().is_terminal


def test_a_key_list_is_written_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the system takes a few bytes at a time."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, text: write(file, text[:3]))
    with KeyList(tmp_path / "keys", repairs=False) as keys:
        keys.add("a line of some length")
    assert (tmp_path / "keys").read_text() == "a line of some length\n"


def test_a_column_has_the_networks_of_each_client(cli: Cli, tmp_path: Path) -> None:
    """Separated by spaces or commas; options serve the rows that are silent."""
    source = tmp_path / "networks.csv"
    source.write_text(
        "client,allowedCidrs\nA,203.0.113.0/24 2001:db8::/32\n"
        'B,"10.0.0.0/8,::1/128"\nC,\n'
    )
    rows = IssueRows(source, {"allowedCidrs": ["192.0.2.0/24"]})
    assert [row.fields["allowedCidrs"] for row in rows] == [
        ["203.0.113.0/24", "2001:db8::/32"],
        ["10.0.0.0/8", "::1/128"],
        ["192.0.2.0/24"],
    ]
    source.write_text("client,allowedCidrs\nA,canary\n")
    done = _run(cli, source, tmp_path / "keys.csv")
    assert done.exit_code == 2
    assert "allowedCidrs: a network is an address" in done.stderr
    assert "canary" not in done.stderr
    assert cli.function.requests == []
