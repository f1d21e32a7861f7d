"""``apikeys verify``: the credential comes by standard input, never as an argument."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from apikeys_cli.terminal import secret_input

if TYPE_CHECKING:
    from tests.unit.apikeys_cli.doubles import Cli


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_a_good_key_is_allowed(cli: Cli, arguments: list[str]) -> None:
    """Exit code 0, decision, reason and record; the key is not repeated."""
    key = cli.issue("--role", "READER")["key"]
    done = cli("verify", *arguments, input=f"{key}\n")
    assert done.exit_code == 0
    assert done.stdout.startswith("allow: granted\nkeyId")
    assert key not in done.output


def test_what_would_be_refused_exits_with_1(cli: Cli) -> None:
    """The reason is data: a script may ask for it."""
    done = cli("verify", "-", input="nonsense")
    assert (done.exit_code, done.stdout) == (1, "refuse: malformed\n")
    key = cli.issue()["key"]
    done = cli("verify", "-", "--output", "json", input=key)
    assert done.exit_code == 1
    assert json.loads(done.stdout)["reason"] == "no_role"
    done = cli("verify", "-", "--output", "csv", input="\xff")
    assert done.stdout.splitlines()[1].startswith("refuse,malformed,")


def test_a_route_is_judged_along_with_the_credential(cli: Cli) -> None:
    """Exit code 0 where it is open, 1 where it is shut; by which role, and why."""
    key = cli.issue("--role", "READER")["key"]
    done = cli("verify", "-", "--route", "GET /reports/7", input=key)
    assert done.exit_code == 0
    first = (
        "allow: granted\nGET /reports/7: open: opened by 'GET /reports/*' of READER\n"
    )
    assert done.stdout.startswith(first)
    done = cli("verify", "-", "--route", "POST /reports", input=key)
    assert done.exit_code == 1
    needs = "it is 'POST /reports', for which a record needs WRITER"
    assert f"allow: granted\nPOST /reports: shut: {needs}\n" in done.stdout
    arguments = ["verify", "-", "--route", "POST /reports", "--output", "csv"]
    rows = list(csv.DictReader(cli(*arguments, input=key).stdout.splitlines()))
    assert rows[0]["route"].startswith("request=POST /reports, open=False")


def test_an_address_is_judged_along_with_the_credential(cli: Cli) -> None:
    """Exit code 1 and the reason where the record's networks are others."""
    key = cli.issue("--role", "READER", "--allow-from", "203.0.113.0/24")["key"]
    done = cli("verify", "-", "--from", "203.0.113.7", input=key)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "allow: granted")
    done = cli("verify", "-", "--from", "198.51.100.1", input=key)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (1, "refuse: address")
    done = cli("verify", "-", "--from", "canary", input=key)
    assert done.exit_code == 2
    assert "not an IPv4 or IPv6 address" in done.stderr
    assert "canary" not in done.output


def test_where_the_policy_opens_more_than_the_rules_the_finding_is_named(
    cli: Cli,
) -> None:
    """The verdict is the policy's: that is what API Gateway judges by."""
    roles = {
        "ONE": {"allow": ["GET /a/{id}"]},
        "TWO": {"allow": ["GET /a/{id}/x"]},
    }
    cli.function.answer({"action": "roles.put", "roleMap": {"roles": roles}})
    key = cli.issue("--role", "ONE,TWO")["key"]
    done = cli("verify", "-", "--route", "GET /a/1/y", input=key)
    assert done.exit_code == 0
    assert "GET /a/1/y: open: no role has a route for it\n" in done.stdout
    assert "The policy differs from the rules: 'GET /a/{id}' also opens" in done.stdout


def test_what_is_not_a_request_is_refused_by_the_function(cli: Cli) -> None:
    """With what it may be."""
    done = cli("verify", "-", "--route", "GET /reports/*", input="canary")
    assert done.exit_code == 1
    assert "route: has a path as it is sent" in done.stderr


def test_on_a_terminal_it_is_asked_for_and_hidden(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The prompt is on stderr and shows nothing of what is typed."""
    key = cli.issue("--role", "READER")["key"]
    monkeypatch.setattr(secret_input, "is_asked", lambda: True)
    done = cli("verify", input=f"{key}\n")
    assert done.exit_code == 0
    assert "Credential:" in done.stderr
    assert key not in done.output
