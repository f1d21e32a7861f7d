"""The commands on the role map."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import ROLE_MAP
from tests.in_process import InProcess
from tests.unit.apikeys_cli.doubles import Cli

if TYPE_CHECKING:
    from pathlib import Path

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


def test_get_shows_what_each_role_opens(cli: Cli) -> None:
    """A role's routes stand under one another."""
    done = cli("roles", "get")
    assert [line.rstrip() for line in done.stdout.splitlines()] == [
        "role           allow           deny",
        "READER         GET /reports/*",
        "WRITER         POST /reports",
        "ADMINISTRATOR  * /*",
    ]
    assert done.stderr == "A route no role names: deny.\n"


def test_get_prints_lines_for_programs(cli: Cli) -> None:
    """One route a line; JSON has the map as it is stored."""
    done = cli("roles", "--output", "csv", "get")
    assert done.stdout.splitlines()[:2] == [
        "role,field,route",
        "READER,allow,GET /reports/*",
    ]
    assert cli.json("roles", "get")["roleMap"] == ROLE_MAP
    first = cli("roles", "get", "--output", "ndjson").stdout.splitlines()[0]
    expected = {"role": "READER", "field": "allow", "route": "GET /reports/*"}
    assert json.loads(first) == expected


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
    assert cli.json("roles", "get")["roleMap"] == ROLE_MAP
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
    """The findings say why it would be refused; odd shapes are no traceback."""
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
    assert cli("roles", "put", file).exit_code == 0
    account.delete_secret(SecretId="signing", ForceDeleteWithoutRecovery=True)


def test_put_stores_and_says_how_soon_it_bites(cli: Cli, file: str) -> None:
    """Warnings are for people; the count is data."""
    done = cli("roles", "put", file)
    assert (done.exit_code, done.stdout) == (0, "Stored 2 roles.\n")
    assert "Warning: unmapped" in done.stderr
    assert "In force everywhere within 5 s." in done.stderr
    done = cli("roles", "put", file, "--if-version", "stale")
    assert done.exit_code == 1
    assert cli.json("roles", "put", file)["roleMap"]["unmapped"] == "any-key"


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
    assert "is not a JSON object" in cli("roles", "check", str(path)).stderr


def test_check_prints_every_finding(cli: Cli, file: str, tmp_path: Path) -> None:
    """Exits with 1 where the map would be refused."""
    assert cli("roles", "check", file).exit_code == 0
    path = tmp_path / "bad.toml"
    path.write_text('[roles.A]\nallow = ["GET x"]\n[roles.b]\nallow = ["* /b"]\n')
    done = cli("roles", "check", str(path))
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == "It would be refused.\n"
    done = cli("roles", "check", str(path), "--output", "json")
    assert (done.exit_code, json.loads(done.stdout)["isValid"]) == (1, False)


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
        "  closes  GET /reports/internal",
        "  opens   every route no role names",
    ]
    assert len(cli.function.requests) == count
    found = cli.json("roles", "explain", "READER", "WRITER")
    assert found["opens"] == ["GET /reports/*", "POST /reports"]
    assert 0 < found["policyBytes"] < found["maxPolicyBytes"] == 8192


def test_explain_of_a_role_that_opens_nothing_says_so(cli: Cli, tmp_path: Path) -> None:
    """A record with it alone is answered 403 everywhere."""
    path = tmp_path / "roles.toml"
    path.write_text("[roles.IDLE]\n")
    done = cli("roles", "explain", "IDLE", "--file", str(path))
    assert "opens nothing: every call is 403" in done.stdout


def test_explain_of_what_is_not_there_is_refused(cli: Cli, tmp_path: Path) -> None:
    """An unknown role names the known ones; a bad file its findings."""
    done = cli("roles", "explain", "NOBODY")
    assert done.exit_code == 1
    assert "there are: ADMINISTRATOR, READER, WRITER" in done.stderr
    path = tmp_path / "roles.toml"
    path.write_text("[roles.b]\n")
    done = cli("roles", "explain", "B", "--file", str(path))
    assert done.exit_code == 1
    assert "roles.b: a role's name is" in done.stderr
