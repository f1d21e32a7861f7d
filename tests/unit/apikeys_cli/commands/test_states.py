"""``disable``, ``enable``, ``revoke``, ``prune``: one record, several, a client's."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.key import Key
from apikeys_cli.batch import changes
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from tests.builders import forged
from tests.unit.apikeys_cli.aws_double import SERVICES, Aws, good_answers

if TYPE_CHECKING:
    from tests.unit.apikeys_cli.doubles import Cli

_DAY = 86_400


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no test wait; return how long each would have."""
    lengths: list[float] = []
    monkeypatch.setattr(changes, "sleep", lengths.append)
    return lengths


@pytest.fixture
def ids(cli: Cli) -> list[str]:
    """Return the ids of three keys of one client."""
    return [cli.issue()["record"]["keyId"] for _ in range(3)]


def _states(cli: Cli, *ids: str) -> list[str]:
    return [cli.json("get", key_id)["record"]["state"] for key_id in ids]


def test_several_ids_are_one_command_with_a_report(cli: Cli, ids: list[str]) -> None:
    """One confirmation names the count, one row says what became of each."""
    done = cli("disable", *ids, "--yes", "--output", "csv")
    assert done.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["keyId"], row["status"], row["client"]) for row in rows] == [
        (key_id, "disabled", "Acme") for key_id in ids
    ]
    assert "3 disabled." in done.stderr
    assert "In force everywhere within 5 s." in done.stderr
    assert _states(cli, *ids) == ["disabled"] * 3
    assert cli("enable", *ids, "--yes").exit_code == 0
    assert _states(cli, *ids) == ["active"] * 3


@pytest.mark.parametrize("verb", ["disable", "enable", "revoke"])
def test_the_question_names_the_count(
    cli: Cli, ids: list[str], verb: str, person: None
) -> None:
    """A no changes nothing; without a terminal, --yes has to say it."""
    del person
    done = cli(verb, *ids, input="n\n")
    assert done.exit_code == 1
    assert f"{verb.capitalize()} 3 keys?" in done.stderr
    assert _states(cli, *ids) == ["active"] * 3


def test_what_was_revoked_together_says_how_each_comes_back(
    cli: Cli, ids: list[str]
) -> None:
    """As a single one does."""
    done = cli("revoke", "--client", "Acme", "--yes")
    until = cli.json("get", ids[0])["record"]["restorableUntil"]
    told = f"Restorable until {until}, one by one: apikeys restore KEY_ID"
    assert told in done.stderr
    assert "Restorable" not in cli("disable", *ids, "--yes").stderr


def test_a_report_is_whole_whatever_the_width(cli: Cli) -> None:
    """What is longer than its column moves the rest; wide letters take two columns."""
    login = "webservice-production-eu"
    cli.issue("--login", login, "--client", "東京メトロ株式会社")
    cli.issue("--client", "C" * 40)
    done = cli("disable", "--client", "東京メトロ株式会社", "--yes")
    heading, row = done.stdout.splitlines()
    assert (
        heading == "line status      keyId            client                   remark"
    )
    assert row == f"1    disabled    {login} 東京メトロ株式会社"
    (row,) = cli("disable", "--client", "C" * 40, "--yes").stdout.splitlines()[1:]
    assert row.endswith(f" {'C' * 40}")


def test_nobody_is_asked_where_nobody_sits(cli: Cli, ids: list[str]) -> None:
    """A usage error, and nothing is changed."""
    assert cli("disable", *ids).exit_code == 2
    assert _states(cli, *ids) == ["active"] * 3


def test_ids_come_from_standard_input(cli: Cli, ids: list[str]) -> None:
    """One a line; twice the same is one."""
    text = "\n".join([*ids, "", ids[0]])
    found = cli.json("revoke", "-", "--yes", "--recovery-days", "7", input=text)
    assert [row["keyId"] for row in found["rows"]] == ids
    assert _states(cli, *ids) == ["revoked"] * 3
    revocations = [r for r in cli.function.requests if r["action"] == "revoke"]
    assert {r["recoveryDays"] for r in revocations} == {7}


@pytest.mark.parametrize(
    "text", ["", "\n\n", "ak_7GkQ2mV0aZx81TbP_secret\n", "7GkQ2mV0aZx81TbP\nx\n"]
)
def test_other_lines_change_nothing_and_are_not_shown(cli: Cli, text: str) -> None:
    """A key given instead of its id is in no message."""
    done = cli("revoke", "-", "--yes", input=text)
    assert (done.exit_code, cli.function.requests) == (2, [])
    assert "secret" not in done.output


def test_a_clients_keys_and_accounts_are_one_command(cli: Cli, ids: list[str]) -> None:
    """Nobody else's; what is disabled already is left as it is."""
    other = cli.json("issue", "--client", "Acme Ltd")["record"]["keyId"]
    cli.issue("--login", "olga")
    cli("disable", ids[0])
    before = len(cli.function.requests)
    found = cli.json("disable", "--client", "Acme", "--yes", "--wait")
    names = {row.get("keyId", row.get("login")) for row in found["rows"]}
    assert names == {*ids[1:], "olga"}
    assert cli.json("get", "--login", "olga")["record"]["state"] == "disabled"
    assert _states(cli, *ids, other) == [*["disabled"] * 3, "active"]
    assert len(cli.function.requests) > before
    again = cli("disable", "--client", "Acme", "--yes")
    assert (again.exit_code, "disabled already" in again.stderr) == (0, True)


def test_an_account_is_never_reported_as_a_key(cli: Cli, ids: list[str]) -> None:
    """Its login may read as a key's id, and a report be the next command's input."""
    ids = [ids[0][::-1]]
    cli.issue("--client", "Portal", "--login", ids[0])
    done = cli("disable", "--client", "Portal", "--yes", "--output", "ndjson")
    (row,) = map(json.loads, done.stdout.splitlines())
    assert (row["login"], "keyId" in row) == (ids[0], False)
    cli("enable", "--login", ids[0])
    done = cli("disable", "--client", "Portal", "--yes", "--output", "csv")
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert (row["login"], row["keyId"]) == (ids[0], "")
    cli("enable", "--login", ids[0])
    assert ids[0] in cli("disable", "--client", "Portal", "--yes").stdout


def test_records_that_can_not_be_read_may_be_the_clients(
    cli: Cli, ids: list[str], account: Any
) -> None:
    """An incident's report names them: they are not changed with the others."""
    name = "APIKEY_" + "C" * 16
    account.create_secret(Name=name, SecretString='{"schemaVersion": 1}')
    done = cli("disable", "--client", "Acme", "--yes")
    assert done.exit_code == 0
    assert f"Can't be read, whosever they are: {'C' * 16}" in done.stderr
    assert _states(cli, *ids) == ["disabled"] * 3


def test_a_mistyped_client_is_told(cli: Cli, ids: list[str]) -> None:
    """Else an incident would seem to be over."""
    done = cli("disable", "--client", "acme", "--yes")
    assert done.exit_code == 1
    assert "no key or account has exactly this client" in done.stderr
    assert _states(cli, *ids) == ["active"] * 3


def test_refusals_are_reported_with_what_is_done(cli: Cli, ids: list[str]) -> None:
    """The others are changed, and the exit code is 1."""
    cli("revoke", ids[1], "--yes")
    done = cli("disable", *ids, "--yes", "--output", "json")
    assert done.exit_code == 1
    rows = json.loads(done.stdout)["rows"]
    assert [row["status"] for row in rows] == ["disabled", "refused", "disabled"]
    assert "revoked" in rows[1]["error"]
    assert "2 disabled, 1 refused." in done.stderr
    nobody = "0" * 16
    done = cli("disable", nobody, f"{nobody[1:]}1", "--yes")
    assert (done.exit_code, "In force" in done.stderr) == (1, False)


@pytest.mark.parametrize("given", [[], ["7GkQ2mV0aZx81TbP", "--client", "Acme"]])
def test_which_records_are_meant_is_said_in_one_way(cli: Cli, given: list[str]) -> None:
    """Ids and logins, or a client."""
    done = cli("disable", *given)
    assert (done.exit_code, cli.function.requests) == (2, [])


def test_a_key_is_never_an_argument(cli: Cli) -> None:
    """Nor is it shown."""
    done = cli("disable", "ak_7GkQ2mV0aZx81TbP_secret")
    assert done.exit_code == 2
    assert "secret" not in done.output


def test_an_incident_rides_out_a_slow_aws(
    cli: Cli, ids: list[str], pauses: list[float]
) -> None:
    """A change is tried again; one that goes on failing ends the command."""
    left = 2

    def fault(request: dict[str, Any], _answer: dict[str, Any]) -> None:
        nonlocal left
        if request["action"] == "disable" and left:
            left -= 1
            raise UnreachableError("throttled", "store_unavailable")

    cli.function.fault = fault
    assert cli("disable", *ids, "--yes").exit_code == 0
    assert len(pauses) == 2
    left = 1_000
    done = cli("disable", *ids, "--yes")
    assert done.exit_code == 3
    assert "3 of 3 records left" in done.stderr
    assert "Run the same command again" in done.stderr


def test_a_change_that_another_write_overtook_is_tried_again(
    cli: Cli, ids: list[str], pauses: list[float]
) -> None:
    """In an incident it is wanted whatever somebody else changed."""
    fresh = set(ids)

    def fault(request: dict[str, Any], _answer: dict[str, Any]) -> None:
        if request["action"] == "disable" and request["keyId"] in fresh:
            fresh.remove(request["keyId"])
            raise RefusedByFunctionError("changed meanwhile", "version_conflict")

    cli.function.fault = fault
    assert cli("disable", *ids, "--yes").exit_code == 0
    assert _states(cli, *ids) == ["disabled"] * 3
    assert len(pauses) == 3


def test_who_may_not_is_not_tried_again(
    cli: Cli, ids: list[str], pauses: list[float]
) -> None:
    """Permission does not come by waiting."""

    def fault(request: dict[str, Any], _answer: dict[str, Any]) -> None:
        if request["action"] == "disable":
            raise UnreachableError("denied", "AccessDeniedException")

    cli.function.fault = fault
    assert cli("disable", *ids, "--yes").exit_code == 3
    assert pauses == []


def test_a_leaked_key_is_revoked_by_its_text(cli: Cli) -> None:
    """From standard input; a made-up one with its id ends nothing."""
    key = Key.parse(cli.issue()["key"])
    done = cli("revoke", "--key", "-", input=forged(key))
    assert done.exit_code == 1
    assert forged(key) not in done.output
    assert _states(cli, key.key_id) == ["active"]
    done = cli("revoke", "--key", "-", input=f"{key.text}\n")
    assert done.exit_code == 0
    assert key.text not in done.output
    assert _states(cli, key.key_id) == ["revoked"]


def test_a_leaked_key_is_asked_for(cli: Cli, person: None) -> None:
    """Hidden, where a person sits; the option by itself asks."""
    del person
    key = cli.issue()["key"]
    assert cli("revoke", "--key", input=f"{key}\n").exit_code == 0


def test_a_leaked_key_goes_with_no_other_name(cli: Cli) -> None:
    """Nor is the key an argument."""
    for given in (["7GkQ2mV0aZx81TbP", "--key", "-"], ["--key", "ak_x_secret"]):
        done = cli("revoke", *given, input="x")
        assert (done.exit_code, cli.function.requests) == (2, [])
        assert "secret" not in done.output


@pytest.fixture
def ended(cli: Cli) -> list[str]:
    """Return the ids of keys that end in 10 and 30 days, and of one that lives on."""
    ends = ("10d", "30d", "99d")
    return [cli.issue("--expires", end)["record"]["keyId"] for end in ends]


def test_prune_revokes_what_expired_long_ago(
    cli: Cli, ended: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dry run shows it; what ended lately, and what lives, stays."""
    _later(monkeypatch)
    shown = cli.json("prune", "--expired-for", "30d", "--dry-run")
    assert [row["keyId"] for row in shown["rows"]] == [ended[0]]
    assert _states(cli, *ended) == ["expired", "expired", "active"]
    done = cli("prune", "--expired-for", "30d", "--yes")
    assert (done.exit_code, "1 revoked." in done.stderr) == (0, True)
    assert _states(cli, *ended) == ["revoked", "expired", "active"]
    done = cli("prune", "--expired-for", "30d")
    assert "Nothing expired that long ago." in done.stderr


def test_prune_says_what_was_refused(
    cli: Cli, ended: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1."""
    _later(monkeypatch)
    original = cli.function.answer

    def answer(request: dict[str, object]) -> Any:
        if request["action"] == "revoke":
            error = {"code": "not_revocable", "message": "it has replicas"}
            return {"status": 409, "error": error}
        return original(request)

    monkeypatch.setattr(cli.function, "answer", answer)
    done = cli("prune", "--expired-for", "30d", "--yes")
    assert (done.exit_code, "0 revoked, 1 refused." in done.stderr) == (1, True)
    assert "it has replicas" in done.stdout
    assert ended


def test_doctor_counts_what_is_left_over(
    cli: Cli, ended: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is paid for month by month; --fail-on warn makes a job of it."""
    _later(monkeypatch)
    _let_doctor_look(cli)
    done = cli("doctor", "--output", "json")
    (found,) = [
        f for f in json.loads(done.stdout)["findings"] if f["subject"] == "left over"
    ]
    assert (found["level"], ended[0] in found["what"]) == ("warn", True)
    assert "apikeys prune --expired-for 30d" in found["advice"]
    assert ended[1] not in found["what"]


def test_doctor_fails_on_warnings_where_it_is_told_to(cli: Cli) -> None:
    """A key that ends soon is a warning: 0 by itself, 1 for a job nobody reads."""
    _let_doctor_look(cli)
    cli.issue("--expires", "5d")
    levels = {
        finding["level"]
        for finding in json.loads(cli("doctor", "--output", "json").stdout)["findings"]
    }
    assert "warn" in levels
    expected = 1 if "fail" in levels else 0
    assert cli("doctor").exit_code == expected
    assert cli("doctor", "--fail-on", "fail").exit_code == expected
    assert cli("doctor", "--fail-on", "warn").exit_code == 1


def _let_doctor_look(cli: Cli) -> None:
    cli.function.clients |= dict.fromkeys(SERVICES, Aws(good_answers()))


def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 50 days pass for the command line, too."""
    import time  # noqa: PLC0415 - as it is before

    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 50 * _DAY)
