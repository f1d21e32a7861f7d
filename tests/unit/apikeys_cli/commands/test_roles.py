"""The commands on the role map."""

from __future__ import annotations

import json
import re
import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.builders import ROLE_MAP
from tests.in_process import InProcess
from tests.unit.apikeys_cli.doubles import Cli

_NEW = """
unmapped = "any-key"
[roles.READER]
allow = ["GET /reports/*", { route = "POST /search", reads = true }]
deny = ["GET /reports/internal"]
[roles.ADMINISTRATOR]
allow = ["* /*"]
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Return the path of a new role map."""
    path = tmp_path / "roles.toml"
    path.write_text(_NEW)
    return str(path)


def test_get_prints_the_map_as_put_takes_it(cli: Cli) -> None:
    """TOML for a person, with its version."""
    done = cli("roles", "get")
    assert tomllib.loads(done.stdout) == ROLE_MAP
    assert done.stdout.splitlines()[:4] == [
        'unmapped = "deny"',
        "",
        "[roles.READER]",
        'allow = ["GET /reports/*"]',
    ]
    assert re.fullmatch(r"Version [0-9a-f-]{36}\n", done.stderr)


def test_get_prints_lines_for_programs(cli: Cli) -> None:
    """One route a line; JSON has the map as it is stored, and nothing else."""
    done = cli("roles", "--output", "csv", "get")
    assert done.stdout.splitlines()[:2] == [
        "role,field,route,api",
        "READER,allow,GET /reports/*,",
    ]
    assert cli.json("roles", "get") == ROLE_MAP
    first = cli("roles", "get", "--output", "ndjson").stdout.splitlines()[0]
    expected = {"role": "READER", "field": "allow", "route": "GET /reports/*"}
    assert json.loads(first) == expected


@pytest.mark.parametrize("output", ["table", "json"])
def test_what_get_prints_can_be_put_back(
    cli: Cli, file: str, tmp_path: Path, output: str
) -> None:
    """From a file or from standard input, whichever form it has."""
    assert cli("roles", "put", file, "--yes").exit_code == 0
    stored = cli.json("roles", "get")
    printed = cli("roles", "get", "--output", output).stdout
    path = tmp_path / ("back.toml" if output == "table" else "back.json")
    path.write_text(printed)
    back = (
        (("roles", "put", str(path)), {}),
        (("roles", "put", "-"), {"input": printed}),
    )
    for arguments, options in back:
        done = cli(*arguments, "--dry-run", **options)
        assert (done.exit_code, done.stdout) == (0, "No difference.\n")
        assert cli(*arguments, **options).exit_code == 0
        assert cli.json("roles", "get") == stored
    assert cli("roles", "check", "-", input=printed).exit_code == 0


def test_a_map_from_standard_input_needs_its_answer_beforehand(
    cli: Cli, file: str
) -> None:
    """Nothing is left to read it from."""
    text = Path(file).read_text()
    done = cli("roles", "put", "-", input=text)
    assert done.exit_code == 2
    assert "--yes" in done.stderr
    assert cli.json("roles", "get") == ROLE_MAP
    assert cli("roles", "put", "-", "--yes", input=text).exit_code == 0


@pytest.mark.parametrize(
    "text", ['{"roles": {}, "roles": {}}', '{"roles": {"A": {}, "A": {}}}']
)
def test_a_duplicate_name_is_refused(cli: Cli, tmp_path: Path, text: str) -> None:
    """In JSON as in TOML: which of the two is meant?"""
    path = tmp_path / "roles.json"
    path.write_text(text)
    for done in (
        cli("roles", "check", str(path)),
        cli("roles", "put", "-", input=text),
    ):
        assert (done.exit_code, cli.function.requests) == (2, [])
        assert "a name stands twice" in " ".join(done.stderr.split())


def test_a_dry_run_needs_to_know_what_is_stored(cli: Cli, file: str) -> None:
    """A store that is down is not taken for one without a role map."""
    answered = cli.function.answer

    def answer(request: dict[str, Any]) -> Any:
        if request["action"] == "roles.get":
            error = {"code": "store_unavailable", "message": "down"}
            return {"status": 503, "error": error}
        return answered(request)

    cli.function.answer = answer  # type: ignore[method-assign]
    assert cli("roles", "put", file, "--dry-run").exit_code == 3


def test_a_dry_run_shows_the_difference_and_stores_nothing(cli: Cli, file: str) -> None:
    """Role by role, what goes and what comes, and the findings."""
    done = cli("roles", "put", file, "--dry-run")
    assert done.exit_code == 0
    assert [line.rstrip() for line in done.stdout.splitlines()] == [
        "unmapped",
        "  - deny",
        "  + any-key",
        "READER",
        "  + allow POST /search (reads)",
        "  + deny GET /reports/internal",
        "WRITER",
        "  - the role itself",
        "  - allow POST /reports",
    ]
    assert "Warning: unmapped" in done.stderr
    assert "Warning: deny is" in done.stderr
    assert cli.json("roles", "get") == ROLE_MAP
    changes = cli.json("roles", "put", file, "--dry-run")["changes"]
    assert changes[0] == {
        "change": "-",
        "role": "",
        "field": "",
        "route": "deny",
    }


def test_a_dry_run_of_what_is_stored_finds_no_difference(
    cli: Cli, tmp_path: Path
) -> None:
    """JSON is read by its name."""
    path = tmp_path / "roles.json"
    path.write_text(json.dumps(ROLE_MAP))
    done = cli("roles", "put", str(path), "--dry-run")
    assert (done.exit_code, done.stdout) == (0, "No difference.\n")


def test_a_dry_run_of_a_bad_map_exits_with_1(cli: Cli, tmp_path: Path) -> None:
    """The findings say why it would be refused; odd shapes cause no traceback."""
    path = tmp_path / "roles.toml"
    path.write_text('[roles.a]\nallow = "x"\n[roles]\nB = 1\n')
    done = cli("roles", "put", str(path), "--dry-run")
    assert done.exit_code == 1
    assert "Refused: roles.a" in done.stderr


def test_the_first_map_is_compared_with_nothing(account: Any, file: str) -> None:
    """Where there is none, or one that can't be read, all of the new one is new."""
    cli = Cli(InProcess())
    done = cli("roles", "put", file, "--dry-run")
    assert done.exit_code == 0
    assert "Compared with nothing: there is no role map yet" in done.stderr
    assert "  + allow * /*" in done.stdout
    account.create_secret(Name="APIROLES", SecretString="rubbish")
    done = cli("roles", "put", file, "--dry-run")
    assert "Compared with nothing" in done.stderr
    # Nothing that anybody would lose: not asked.
    assert cli("roles", "put", file).exit_code == 0
    account.delete_secret(SecretId="signing", ForceDeleteWithoutRecovery=True)


def test_put_shows_the_difference_and_asks(cli: Cli, file: str, person: None) -> None:
    """Without a yes nothing is stored; the difference is for people, not data."""
    del person
    for answer in ("n\n", ""):
        done = cli("roles", "put", file, input=answer)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "  - the role itself" in done.stderr
        assert "Store it?" in done.stderr
    assert cli.json("roles", "get") == ROLE_MAP
    done = cli("roles", "put", file, input="y\n")
    assert (done.exit_code, done.stdout) == (0, "Stored 2 roles.\n")


def test_put_asks_nobody_where_nobody_sits(cli: Cli, file: str) -> None:
    """A usage error; what was already stored is no question."""
    done = cli("roles", "put", file, input="y\n")
    assert done.exit_code == 2
    assert "--yes is required when not interactive" in done.stderr
    assert cli.json("roles", "get") == ROLE_MAP
    assert cli("roles", "put", file, "--yes").exit_code == 0
    assert cli("roles", "put", file).exit_code == 0


def test_put_stores_and_says_how_soon_it_is_in_force(cli: Cli, file: str) -> None:
    """Warnings are for people, and said once; the count is data."""
    done = cli("roles", "put", file, "--yes")
    assert (done.exit_code, done.stdout) == (0, "Stored 2 roles.\n")
    assert done.stderr.count("Warning: unmapped") == 1
    assert "In force everywhere within 5 s." in done.stderr
    done = cli("roles", "put", file, "--if-version", "stale", "--yes")
    assert done.exit_code == 1
    done = cli("roles", "put", file, "--output", "json")
    assert json.loads(done.stdout)["roleMap"]["unmapped"] == "any-key"
    assert "Warning" not in done.stderr


def test_put_replaces_only_what_was_shown(cli: Cli, file: str) -> None:
    """Another write while a person thinks is not overwritten."""

    def overtake(request: dict[str, Any], _: object) -> None:
        if request["action"] == "roles.check":
            cli.function.fault = None
            other = {"roles": {"OTHER": {}}}
            cli.function.answer({"action": "roles.put", "roleMap": other})

    cli.function.fault = overtake
    done = cli("roles", "put", file, "--yes")
    assert done.exit_code == 1
    assert "version_conflict" in done.stderr
    assert cli.json("roles", "get") == {"roles": {"OTHER": {}}}


def test_put_says_who_loses_what(cli: Cli, tmp_path: Path) -> None:
    """Before it asks, and in a dry run; not where it is told not to count."""
    cli.issue("--role", "READER")
    cli.issue("--role", "READER", "--role", "WRITER")
    path = tmp_path / "roles.toml"
    path.write_text('[roles.WRITER]\nallow = ["GET /reports/*", "POST /reports"]\n')
    for arguments in (["--dry-run"], ["--yes"]):
        cli.function.requests.clear()
        done = cli("roles", "put", str(path), *arguments)
        assert done.exit_code == 0
        expected = "2 keys hold READER, which is gone, 1 loses GET /reports/*\n"
        assert expected in done.stderr
    path.write_text("[roles.OTHER]\n")
    cli.function.requests.clear()
    done = cli("roles", "put", str(path), "--yes", "--no-count")
    assert "hold" not in done.stderr
    assert "list" not in [request["action"] for request in cli.function.requests]


def test_the_count_of_who_loses_what_is_bounded(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says how far it went."""
    monkeypatch.setattr("apikeys_cli.roles.preview._MOST_RECORDS", 2)
    for _ in range(3):
        cli.issue("--role", "READER")
    path = tmp_path / "roles.toml"
    path.write_text("[roles.OTHER]\n")
    done = cli("roles", "put", str(path), "--yes")
    assert "2 keys hold READER" in done.stderr
    assert "Only the first 2 were counted." in done.stderr


def test_a_map_without_roles_is_stored_only_if_it_is_meant(
    cli: Cli, tmp_path: Path
) -> None:
    """It would lock everybody out."""
    path = tmp_path / "roles.toml"
    path.write_text("[roles]\n")
    done = cli("roles", "put", str(path), "--yes")
    assert done.exit_code == 1
    assert "has no roles" in done.stderr
    done = cli("roles", "put", str(path), "--yes", "--allow-empty")
    assert (done.exit_code, done.stdout) == (0, "Stored 0 roles.\n")


@pytest.mark.parametrize("text", ["[", '{"a": 1', "\xff"])
def test_a_file_that_cannot_be_read_is_a_usage_error(
    cli: Cli, tmp_path: Path, text: str
) -> None:
    """No traceback, and nothing asked of the function."""
    for name in ("roles.toml", "roles.json"):
        path = tmp_path / name
        path.write_bytes(text.encode("latin-1"))
        done = cli("roles", "check", str(path))
        assert (done.exit_code, cli.function.requests) == (2, [])
        assert f"{name} can't be read" in done.stderr.replace("\n", "")
    path.write_text("[1]")
    assert "not a JSON object" in cli("roles", "check", str(path)).stderr


def test_check_prints_every_finding(cli: Cli, file: str, tmp_path: Path) -> None:
    """Exits with 1 where the map would be refused."""
    assert cli("roles", "check", file).exit_code == 0
    path = tmp_path / "bad.toml"
    path.write_text('[roles.A]\nallow = ["GET x"]\n[roles.b]\nallow = ["* /b"]\n')
    done = cli("roles", "check", str(path))
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 2
    assert all(line.startswith("Refused: roles.") for line in done.stdout.splitlines())
    assert done.stderr == "It would be refused.\n"
    done = cli("roles", "check", str(path), "--output", "json")
    assert (done.exit_code, json.loads(done.stdout)["isValid"]) == (1, False)


def test_check_tells_grades_apart(cli: Cli, tmp_path: Path) -> None:
    """With the roles concerned, in a line as in columns."""
    path = tmp_path / "roles.toml"
    path.write_text(
        '[roles.A]\nallow = ["GET /{x}/{y}"]\n'
        '[roles.B]\nallow = ["GET /a/{x}/b"]\n'
        '[roles.C]\nallow = ["GET /a/{x}"]\n'
    )
    done = cli("roles", "check", str(path))
    first, *others = done.stdout.splitlines()
    assert (done.exit_code, done.stderr) == (0, "It would be stored.\n")
    assert first.startswith("Restricted (A B): 'GET /a/{x}/b' is shut")
    assert {other.partition(" (")[0] for other in others} == {
        "Warning",
        "  likewise 'GET /a/{x}'",
    }
    rows = cli("roles", "check", str(path), "--output", "csv").stdout.splitlines()
    assert rows[0] == "grade,roles,route,message,api"
    assert rows[1].startswith("restrict,A B,GET /a/{x}/b,")


def test_explain_says_what_a_role_opens_and_how_long_its_policy_is(
    cli: Cli, file: str
) -> None:
    """Of the stored map, or of a file that is not stored yet."""
    done = cli("roles", "explain", "reader")
    assert done.stdout.splitlines()[:2] == ["READER", "  opens   GET /reports/*"]
    assert "of 8,192 bytes at most" in done.stdout
    count = len(cli.function.requests)
    done = cli("roles", "explain", "READER", "--file", file)
    assert done.stdout.splitlines()[1:5] == [
        "  opens   GET /reports/*",
        "  opens   POST /search (reads)",
        "  closes  GET /reports/internal (denied by READER)",
        "  opens   every route no role names",
    ]
    assert len(cli.function.requests) == count
    found = cli.json("roles", "explain", "READER", "WRITER")
    assert found["opens"] == ["GET /reports/*", "POST /reports"]
    assert 0 < found["policyBytes"] < found["maxPolicyBytes"] == 8192


def test_explain_says_what_shuts_a_route(cli: Cli, tmp_path: Path) -> None:
    """The rule for what is another role's, and a finding for what is lost."""
    path = tmp_path / "roles.toml"
    path.write_text(
        '[roles.A]\nallow = ["GET /{x}/{y}"]\n'
        '[roles.B]\nallow = ["GET /a/{x}/b"]\n'
        '[roles.C]\nallow = ["GET /a/{x}"]\n'
    )
    arguments = ["roles", "explain", "A", "B", "--file", str(path)]
    done = cli(*arguments)
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[1:4] == [
        "  opens   GET /{x}/{y}",
        "  closes  GET /a/{x}/b (lost: see the findings)",
        "  closes  GET /a/{x} (more specific, and held by C: /a/{})",
    ]
    assert lines[4].startswith("  Restricted (A B): 'GET /a/{x}/b' is shut")
    found = cli.json(*arguments)
    assert [one["route"] for one in found["closes"]] == ["GET /a/{x}/b", "GET /a/{x}"]
    assert found["findings"][0]["grade"] == "restrict"
    rows = cli(*arguments, "--output", "csv").stdout
    assert "GET /a/{x} (more specific, and held by C: /a/{})" in rows


def test_explain_of_a_role_that_opens_nothing_says_so(cli: Cli, tmp_path: Path) -> None:
    """A record with only that role is answered 403 everywhere."""
    path = tmp_path / "roles.toml"
    path.write_text("[roles.IDLE]\n")
    done = cli("roles", "explain", "IDLE", "--file", str(path))
    assert "opens nothing: every call is 403" in done.stdout


def test_explain_of_routes_that_are_too_long_says_so(cli: Cli, tmp_path: Path) -> None:
    """They open nothing; what a call is answered depends on what makes them so."""
    path = tmp_path / "roles.toml"
    routes = [f"GET /{number:03}/{'a' * 60}" for number in range(60)]
    path.write_text(f"[roles.A]\nallow = {json.dumps(routes)}\n")
    lines = cli("roles", "explain", "A", "--file", str(path)).stdout.splitlines()
    lost = "lost: the policy would be too long"
    assert f"  closes  {routes[0]} ({lost})" in [line.rstrip() for line in lines]
    assert "  opens nothing" in [line.rstrip() for line in lines]


def test_explain_of_what_is_not_there_is_refused(cli: Cli, tmp_path: Path) -> None:
    """An unknown role names the known ones; a bad file its findings."""
    done = cli("roles", "explain", "writer,redaer")
    assert done.exit_code == 1
    assert done.stderr == (
        "Error: REDAER is not in the role map; there are: ADMINISTRATOR, READER, "
        "WRITER. Did you mean READER?\n"
    )
    path = tmp_path / "roles.toml"
    path.write_text("[roles.b]\n")
    done = cli("roles", "explain", "B", "--file", str(path))
    assert done.exit_code == 1
    assert "roles.b: a role's name is" in done.stderr


_API = """
openapi: 3.0.1
paths:
  /reports/{reportId}: {get: {}}
  /reports: {get: {}, post: {}}
  /reports.csv: {get: {}}
  /files/{name}.json: {get: {}}
"""


@pytest.fixture
def api(tmp_path: Path) -> str:
    """Return the path of an OpenAPI document."""
    path = tmp_path / "openapi.yaml"
    path.write_text(_API)
    return str(path)


def test_the_stored_map_is_checked_where_no_file_is_given(
    cli: Cli, account: Any
) -> None:
    """With what it opens no longer, route by route."""
    role_map = {"roles": {"A": {"allow": ["GET /a/{id}", "GET /b"]}}}
    account.put_secret_value(SecretId="APIROLES", SecretString=json.dumps(role_map))
    done = cli("roles", "check")
    assert (done.exit_code, done.stderr) == (0, "The stored map would be stored.\n")
    assert done.stdout == "No longer opens (A): of 'GET /a/{id}': * /, * /*/*/*\n"
    assert cli.json("roles", "check")["opensNoLonger"] == [
        {"role": "A", "route": "GET /a/{id}", "requests": ["*/", "*/*/*/*"]}
    ]
    account.put_secret_value(SecretId="APIROLES", SecretString='{"roles": 5}')
    done = cli("roles", "check")
    assert (done.exit_code, done.stderr) == (1, "The stored map would be refused.\n")
    assert done.stdout == "Refused: roles: is a table of roles\n"


def test_a_map_is_compared_with_an_apis_operations(
    cli: Cli, tmp_path: Path, api: str
) -> None:
    """What each role opens, what nobody does, what fits nothing, what nobody named."""
    path = tmp_path / "roles.toml"
    path.write_text(
        """
[roles.READER]
allow = ["GET /{file}", "GET /reports/{id}"]
[roles.WRITER]
allow = ["POST /report"]
"""
    )
    done = cli("roles", "check", str(path), "--openapi", api)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-8:] == [
        "  GET /reports",
        "  GET /reports.csv",
        "WRITER opens none of the operations",
        "Nobody may call: POST /reports",
        "Matches no operation: POST /report (allow of WRITER)",
        "Not checked, as no route can express it: GET /files/{name}.json",
        "Warning (READER): 'GET /reports' is open to READER, and no route of that role "
        "names it",
        "  likewise 'GET /reports.csv' (READER)",
    ]
    found = cli.json("roles", "check", str(path), "--openapi", api)["operations"]
    assert found["closed"] == ["POST /reports"]
    assert found["notChecked"] == ["GET /files/{name}.json"]
    assert cli("roles", "check", str(path), "--openapi", api, "--strict").exit_code == 1
    rows = cli("roles", "check", str(path), "--openapi", api, "--output", "csv").stdout
    assert "tell,READER,GET /reports," in rows


def test_what_every_operation_is_named_by_is_strict_enough(
    cli: Cli, tmp_path: Path, api: str
) -> None:
    """An operation that nobody may call is not open."""
    path = tmp_path / "roles.toml"
    path.write_text('[roles.READER]\nallow = ["GET /reports/{id}"]\n')
    assert cli("roles", "check", str(path), "--openapi", api, "--strict").exit_code == 0


def test_the_stored_map_is_compared_as_well(cli: Cli, api: str) -> None:
    """Nothing of one that can't be read."""
    opens = cli.json("roles", "check", "--openapi", api)["operations"]["opens"]
    assert opens["READER"] == ["GET /reports/{reportId}"]


def test_a_map_that_is_none_is_compared_with_nothing(
    cli: Cli, tmp_path: Path, api: str
) -> None:
    """Its findings say why."""
    path = tmp_path / "roles.toml"
    path.write_text("roles = 5")
    done = cli("roles", "check", str(path), "--openapi", api, "--output", "json")
    assert done.exit_code == 1
    assert json.loads(done.stdout).keys() == {"isValid", "findings"}


class Gateway:
    """What stands for both clients of API Gateway, with an API of one kind."""

    def __init__(self, operation: str, paths: dict[str, Any]) -> None:
        self._operation, self._paths = operation, paths

    def get_export(self, **_: object) -> dict[str, Any]:
        """Answer as boto3's client of REST APIs does."""
        return self._answer("GetExport")

    def export_api(self, **_: object) -> dict[str, Any]:
        """Answer as boto3's client of HTTP APIs does."""
        return self._answer("ExportApi")

    def _answer(self, operation: str) -> dict[str, Any]:
        if operation != self._operation:
            raise ClientError({"Error": {"Code": "NotFoundException"}}, operation)
        return {"body": BytesIO(json.dumps({"paths": self._paths}).encode())}


def _put_behind(cli: Cli, gateway: Gateway) -> None:
    cli.function.clients |= {"apigateway": gateway, "apigatewayv2": gateway}


def test_an_exported_api_is_compared(cli: Cli, api: str) -> None:
    """By its id and its stage."""
    _put_behind(cli, Gateway("GetExport", {"/reports/{x}": {"get": {}}}))
    found = cli.json("roles", "check", "--api", "a1b2c3d4e5", "--stage", "prod")
    assert found["operations"]["opens"]["READER"] == ["GET /reports/{x}"]
    for wrong in (
        ("--api", "a1b2c3d4e5"),
        ("--stage", "prod"),
        ("--openapi", api, "--api", "a1b2c3d4e5", "--stage", "prod"),
        ("--strict",),
    ):
        assert cli("roles", "check", *wrong).exit_code == 2


_SPLIT = """
[roles.READER]
allow = ["GET /reports/*"]

[apis."abc/prod".roles.WRITER]
allow = ["POST /reports"]

[apis.abc]
unmapped = "any-key"
roles = {}
"""


@pytest.fixture
def split(tmp_path: Path) -> str:
    """Return a file with a role map that is split by API."""
    path = tmp_path / "split.toml"
    path.write_text(_SPLIT)
    return str(path)


def test_a_map_split_by_api_is_put_and_got(
    cli: Cli, split: str, tmp_path: Path
) -> None:
    """As TOML again, and with the API in rows and in the difference."""
    done = cli("roles", "put", split, "--dry-run")
    assert "WRITER at abc/prod\n  + the role itself\n" in done.stdout
    assert "unmapped at abc\n  + any-key\n" in done.stdout
    assert "(READER) at abc/prod: at this API nothing is open to READER" in done.stderr
    changes = cli.json("roles", "put", split, "--dry-run")["changes"]
    assert {
        "change": "+",
        "role": "WRITER",
        "field": "",
        "route": "",
        "api": "abc/prod",
    } in changes
    done = cli("roles", "put", split, "--yes")
    assert (done.exit_code, done.stdout) == (0, "Stored 2 roles.\n")
    rows = cli("roles", "get", "--output", "csv").stdout.splitlines()
    assert rows[2] == "WRITER,allow,POST /reports,abc/prod"
    path = tmp_path / "back.toml"
    path.write_text(cli("roles", "get").stdout)
    assert cli("roles", "put", str(path), "--dry-run").stdout == "No difference.\n"


def test_what_is_no_map_of_an_api_is_told_by_the_findings_alone(
    cli: Cli, tmp_path: Path
) -> None:
    """The difference passes it over."""
    path = tmp_path / "roles.json"
    path.write_text('{"roles": {}, "apis": {"abc": 5}}')
    done = cli("roles", "put", str(path), "--dry-run")
    assert done.exit_code == 1
    assert "abc" in done.stderr
    assert "Traceback" not in done.output


def test_explain_and_verify_are_asked_at_an_api(cli: Cli, split: str) -> None:
    """By the map that decides there."""
    cli("roles", "put", split, "--yes")
    explain = ("roles", "explain", "WRITER")
    done, others = cli(*explain), "Not at abc/prod, abc, where another map decides"
    assert "opens nothing" in done.stdout
    assert others in done.stderr
    assert "POST /reports" in cli(*explain, "--api", "abc", "--stage", "prod").stdout
    done = cli(*explain, "--api", "abc")
    assert "every route no role names" in done.stdout
    assert "Not at" not in done.stderr
    assert cli(*explain, "--stage", "prod").exit_code == 2
    issued = cli.issue("--role", "WRITER")
    key, get = issued["key"], ("get", issued["record"]["keyId"], "--output", "json")
    shown = cli(*get, "--routes", "--api", "abc", "--stage", "prod")
    assert json.loads(shown.stdout)["routes"]["opens"] == ["POST /reports"]
    shown = cli(*get, "--routes")
    assert json.loads(shown.stdout)["routes"]["opens"] == []
    assert others in shown.stderr
    assert cli(*get, "--api", "abc").exit_code == 2
    route = ("verify", "-", "--route", "POST /reports")
    assert cli(*route, input=key).exit_code == 1
    assert cli(*route, "--api", "abc", "--stage", "prod", input=key).exit_code == 0
    assert cli("verify", "-", "--stage", "prod", input=key).exit_code == 2


@pytest.mark.parametrize("operation", ["GetExport", "ExportApi"])
def test_an_api_is_compared_with_the_map_that_decides_there(
    cli: Cli, split: str, operation: str
) -> None:
    """That of its stage, else its own, else the top level; a warning says which."""
    _put_behind(cli, Gateway(operation, {"/reports": {"get": {}, "post": {}}}))
    found = {
        f"{api}/{stage}": cli.json(
            *("roles", "check", split, "--api", api, "--stage", stage)
        )["operations"]
        for api, stage in (("abc", "prod"), ("abc", "dev"), ("xyz", "prod"))
    }
    assert {at: (one["opens"], one["closed"]) for at, one in found.items()} == {
        "abc/prod": ({"WRITER": ["POST /reports"]}, ["GET /reports"]),
        "abc/dev": ({}, []),
        "xyz/prod": ({"READER": []}, ["GET /reports", "POST /reports"]),
    }
    assert {
        (at, told["api"], told["route"])
        for at, one in found.items()
        for told in one["findings"]
    } == {("abc/dev", "abc", "GET /reports"), ("abc/dev", "abc", "POST /reports")}


def test_strict_goes_by_the_map_that_decides(cli: Cli, split: str) -> None:
    """What is open at one stage is no error at another."""
    _put_behind(cli, Gateway("GetExport", {"/reports": {"get": {}}}))
    cli("roles", "put", split, "--yes")
    strict = ("roles", "check", "--strict", "--api", "abc", "--stage")
    assert cli(*strict, "prod").exit_code == 0
    done = cli(*strict, "dev")
    assert done.exit_code == 1
    assert "Warning at abc: 'GET /reports' is open to every key" in done.stdout


def test_who_loses_what_at_an_api_is_said(cli: Cli, split: str, tmp_path: Path) -> None:
    """Where its own map comes or goes, and what the top level says there."""
    cli("roles", "put", split, "--yes")
    cli.issue("--role", "WRITER")
    path = tmp_path / "whole.toml"
    path.write_text('[roles.READER]\nallow = ["GET /reports/*"]\n[roles.WRITER]\n')
    done = cli("roles", "put", str(path), "--dry-run")
    assert "At abc/prod: 1 key holds WRITER, 1 loses POST /reports" in done.stderr
    assert "At abc: 1 key loses every route that no role names" in done.stderr
