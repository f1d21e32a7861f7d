"""The commands on keys: what is asked of the function, what a person reads."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.key import Key
from apikeys_cli.errors import UnreachableError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.apikeys_cli.doubles import Cli


def test_issue_prints_only_the_key_on_stdout(cli: Cli) -> None:
    """The record and the warning are for a person, on stderr; the key is data."""
    done = cli("issue", "--client", "Acme", "--role", "reader", "--expires", "12h")
    assert done.exit_code == 0
    key = Key.parse(done.stdout.removesuffix("\n"))
    assert key.text not in done.stderr
    assert "it will not be shown again" in done.stderr
    assert "(in 12 hours)" in done.stderr
    assert "READER" in done.stderr


def test_issue_sends_every_field(cli: Cli) -> None:
    """Each option is the request's field of the same meaning."""
    session = ["--session-environment", "E", "--session-repository", "R"]
    session += ["--session-profile", "P", "--session-mode", "single"]
    session += ["--connection-mode", "read-only", "--session-login", "L"]
    session += ["--data-language", "en", "--gui-language", "fr"]
    cli.issue(
        *("--issuer", "Ops", "--name", "N", "--description", "D", "--role", "READER"),
        *("--expires", "2999-01-31", "--disabled", "--request-token", "t" * 32),
        *("--allow-from", "203.0.113.0/24", "--allow-from", "2001:db8::/32"),
        *session,
    )
    assert cli.function.requests[-2] == {
        "action": "issue",
        "awaitConfirmation": True,
        "client": "Acme",
        "issuer": "Ops",
        "name": "N",
        "description": "D",
        "roles": ["READER"],
        "allowedCidrs": ["203.0.113.0/24", "2001:db8::/32"],
        "expirationDate": "2999-01-31T23:59:59",
        "enabled": False,
        "requestToken": "t" * 32,
        "session": {
            "login": "L",
            "environment": "E",
            "repository": "R",
            "profile": "P",
            "sessionMode": "SINGLE",
            "connectionMode": "READ_ONLY",
            "dataLanguage": "en",
            "guiLanguage": "fr",
        },
    }


@pytest.mark.parametrize("output", ["json", "ndjson", "csv"])
def test_the_key_is_once_in_every_form(cli: Cli, output: str) -> None:
    """Scripts find key and record in one answer, and nothing of it on stderr."""
    done = cli("--output", output, "issue", "--client", "Acme")
    if output == "csv":
        (row,) = csv.DictReader(io.StringIO(done.stdout))
        key, key_id = row["key"], row["keyId"]
    else:
        answer = json.loads(done.stdout)
        key, key_id = answer["key"], answer.get("record", answer)["keyId"]
    assert Key.parse(key).key_id == key_id
    assert done.output.count(key) == 1


def test_a_key_file_holds_the_key_and_is_nobody_else_s(
    cli: Cli, tmp_path: Path
) -> None:
    """The key is in a file with mode 0600, and printed nowhere."""
    file = tmp_path / "client.key"
    done = cli("issue", "--client", "Acme", "--key-file", str(file))
    key = Key.parse(file.read_text().removesuffix("\n"))
    assert file.stat().st_mode & 0o777 == 0o600
    assert key.text not in done.output
    assert key.key_id in done.stdout
    answer = cli.issue("--key-file", str(tmp_path / "other.key"))
    assert answer["keyFile"] == str(tmp_path / "other.key")
    assert "key" not in answer


def test_a_key_file_is_never_written_over(cli: Cli, tmp_path: Path) -> None:
    """What is there stays, and no key is issued."""
    file = tmp_path / "client.key"
    file.write_text("precious")
    done = cli("issue", "--client", "Acme", "--key-file", str(file))
    assert (done.exit_code, cli.function.requests) == (2, [])
    assert "never overwritten" in done.stderr
    assert file.read_text() == "precious"


def test_a_key_file_that_cannot_be_made_costs_no_key(cli: Cli, tmp_path: Path) -> None:
    """The file is made before the key."""
    done = cli("issue", "--client", "A", "--key-file", str(tmp_path / "no" / "key"))
    assert (done.exit_code, cli.function.requests) == (2, [])


def test_a_refused_issue_leaves_no_key_file(cli: Cli, tmp_path: Path) -> None:
    """An empty file would look like a key."""
    file = tmp_path / "client.key"
    done = cli("issue", "--client", "A", "--role", "NONE", "--key-file", str(file))
    assert done.exit_code == 1
    assert not file.exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["issue"], "which client"),
        (["issue", "--client", "A", "--keys-to", "x"], "--keys-to goes with --from"),
        (["issue", "--client", "A", "--expires", "soon"], "not 90d"),
        (["issue", "--client", "A", "--expires", "2027-13-01"], "not 90d"),
        (["get", "ak_x"], "not a key id"),
        (["rotate", "0" * 16, "--overlap", "long"], "not a duration"),
        (["update", "0" * 16], "nothing to change"),
        (["update", "0" * 16, "--name", "x", "--clear", "name"], "give or clear: name"),
        (["update", "0" * 16, "--clear", "client"], "'client' is not one of"),
        (["list", "--expiring-within", "soon"], "not a duration such as 14d, 2w, 12h"),
        (["get", "webservice"], "An account is named by --login"),
        (["issue", "--client", "A", "--expires", "36501d"], "at most 36500d"),
        (["issue", "--client", "A", "--request-token", "x"], "not 32 to 64 letters"),
        (["issue", "--client", "A", "--usage-plan", "a b"], "not a usage plan"),
        (["rotate", "0" * 16, "--overlap", "367d"], "up to 366d"),
        (["update", "0" * 16, "--name", "x", "--if-version", "?"], "not a version"),
        (["revoke", "0" * 16], "--yes is required when not interactive"),
        (["rotate", "0" * 16, "--overlap", "0"], "--yes is required when not inter"),
        (["verify", "ak_secret"], "never give a credential as an argument"),
        (["verify", "-"], "no credential"),
        (["doctor", "--api", "a"], "one --stage for each --api"),
    ],
)
def test_what_a_person_can_fix_is_a_usage_error(
    cli: Cli, arguments: list[str], text: str
) -> None:
    """Exit code 2, the reason on stderr, nothing asked of the function."""
    done = cli(*arguments)
    assert (done.exit_code, done.stdout, cli.function.requests) == (2, "", [])
    assert text in " ".join(done.stderr.split())
    assert "ak_secret" not in done.output


def test_a_refusal_is_exit_code_1(cli: Cli) -> None:
    """The function's words are on stderr."""
    done = cli("get", "0" * 16)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: no key has this id (key_not_found)\n"


@pytest.mark.parametrize("output", ["table", "json", "ndjson", "csv"])
def test_what_is_found_about_a_record_is_a_warning_on_stderr(
    cli: Cli, output: str
) -> None:
    """Of a new key and of a changed record, in every form; stdout is as ever."""
    routes = [f"GET /{number:03}{'x' * 25}" for number in range(60)]
    role_map = {"roles": {"LARGE": {"allow": routes}}}
    cli.function.answer({"action": "roles.put", "roleMap": role_map})
    long = ("--client", "c" * 256, "--name", "n" * 256, "--issuer", "i" * 256)
    issued = cli("issue", "--role", "LARGE", *long, "--output", output)
    key_id = cli.function.requests[-1]["keyId"]
    updated = cli("update", key_id, "--name", "m" * 256, "--output", output)
    for done in (issued, updated):
        assert done.exit_code == 0
        warning = "Warning (LARGE): the authorizer answers with up to 8"
        assert warning in done.stderr
        assert "Warning" not in done.stdout


def test_get_shows_a_record_as_a_table(cli: Cli) -> None:
    """One field a line; a date both ways; what is in the date is not said twice."""
    key_id = cli.issue("--expires", "never", "--name", "nightly")["record"]["keyId"]
    done = cli("get", key_id)
    lines = dict(line.strip().split(maxsplit=1) for line in done.stdout.splitlines())
    shown = ("keyId", "name", "enabled", "state", "expirationDate")
    assert [lines[field] for field in shown] == [
        key_id,
        "nightly",
        "yes",
        "active",
        "never",
    ]
    assert "expiresInDays" not in lines
    assert "\x1b" not in done.stdout


def test_an_end_may_be_a_moment(cli: Cli) -> None:
    """To the second, UTC; a session is shown in one line."""
    session = ["--session-environment", "E", "--session-repository", "R"]
    options = [*session, "--session-profile", "P", "--expires", "2999-01-31T12:00:00"]
    record = cli.issue(*options)["record"]
    assert record["expirationDate"] == "2999-01-31T12:00:00Z"
    shown = cli("get", record["keyId"]).stdout
    assert "environment=E, repository=R, profile=P" in shown


def test_update_changes_what_is_given_and_clears_what_is_named(cli: Cli) -> None:
    """The rest stays; roles are replaced whole."""
    key_id = cli.issue("--name", "N", "--role", "READER")["record"]["keyId"]
    options = ["--description", "D", "--clear", "name", "--role", "WRITER"]
    record = cli.json("update", key_id, *options, "--expires", "30d")["record"]
    assert (record["description"], record.get("name"), record["roles"]) == (
        "D",
        None,
        ["WRITER"],
    )
    assert record["expiresInDays"] in (29, 30)
    record = cli.json("update", key_id, "--clear", "roles", "--disabled")["record"]
    assert (record["roles"], record["state"]) == ([], "disabled")


def test_update_of_another_version_is_refused(cli: Cli) -> None:
    """``--if-version`` guards what somebody else has changed."""
    key_id = cli.issue()["record"]["keyId"]
    done = cli("update", key_id, "--name", "x", "--if-version", "stale")
    assert done.exit_code == 1
    assert "version_conflict" in done.stderr


@pytest.mark.usefixtures("person")
def test_revoke_asks_first_and_says_whom_it_concerns(cli: Cli) -> None:
    """No, or no answer, changes nothing; the question names the client."""
    key_id = cli.issue("--name", "nightly")["record"]["keyId"]
    for answer in ("n\n", ""):
        done = cli("revoke", key_id, input=answer)
        assert done.exit_code == 1
        assert f"Revoke {key_id} (Acme, nightly, active)?" in done.stderr
    assert cli.json("get", key_id)["record"]["state"] == "active"
    assert cli("revoke", key_id, input="y\n").exit_code == 0
    assert cli.json("get", key_id)["record"]["state"] == "revoked"


@pytest.mark.usefixtures("person")
def test_revoke_of_an_unknown_key_asks_by_its_id(cli: Cli) -> None:
    """The question comes all the same, since a corrupt record may be revoked."""
    done = cli("revoke", "0" * 16, input="y\n")
    assert f"Revoke {'0' * 16}?" in done.stderr
    assert done.exit_code == 1


def test_get_shows_what_a_record_opens(cli: Cli) -> None:
    """With the rule that shuts what it does not, as ``roles explain`` says it."""
    issued = cli.issue("--role", "READER,WRITER")["record"]["keyId"]
    done = cli("get", issued, "--routes")
    assert done.exit_code == 0
    assert "keyId" in done.stdout
    assert "READER WRITER\n  opens   GET /reports/*\n  opens   POST /reports\n" in (
        done.stdout
    )
    found = cli.json("get", issued, "--routes")["routes"]
    assert found["opens"] == ["GET /reports/*", "POST /reports"]
    assert "routes" not in cli.json("get", issued)
    assert cli("get", issued, "--routes", "--output", "csv").exit_code == 2


def test_get_shows_that_a_record_opens_nothing(cli: Cli) -> None:
    """Without a role, or revoked; a read-only one opens less."""
    key_id = cli.issue()["record"]["keyId"]
    nothing = "no role\n  opens nothing: every call is 403\n"
    assert nothing in cli("get", key_id, "--routes").stdout
    cli("revoke", key_id, "--yes")
    assert nothing in cli("get", key_id, "--routes").stdout
    session = ["--session-environment", "P", "--session-repository", "M"]
    session += ["--session-profile", "A", "--connection-mode", "read-only"]
    reader = cli.issue("--role", "ADMINISTRATOR", *session)["record"]["keyId"]
    opened = cli.json("get", reader, "--routes")["routes"]["opens"]
    assert opened == ["GET HEAD OPTIONS /*"]


def test_get_of_routes_wants_a_readable_map(cli: Cli, account: Any) -> None:
    """What is wrong with the stored one is said."""
    key_id = cli.issue()["record"]["keyId"]
    account.put_secret_value(SecretId="APIROLES", SecretString='{"roles": 5}')
    done = cli("get", key_id, "--routes")
    assert done.exit_code == 3
    assert "the stored role map is corrupt" in done.stderr


def test_revoke_and_restore(cli: Cli) -> None:
    """``--yes`` asks nothing; a restored key is as it was."""
    key_id = cli.issue()["record"]["keyId"]
    done = cli("revoke", key_id, "--yes", "--recovery-days", "7")
    assert done.exit_code == 0
    assert "In force everywhere within 5 s." in done.stderr
    assert cli.function.requests[-1]["recoveryDays"] == 7
    restored = cli("restore", key_id)
    assert "In force everywhere within 5 s." in restored.stderr
    assert cli.json("get", key_id)["record"]["state"] == "active"


def test_disable_and_enable(cli: Cli) -> None:
    """Both say how soon they take effect."""
    key_id = cli.issue()["record"]["keyId"]
    assert cli.json("disable", key_id)["record"]["state"] == "disabled"
    assert cli.json("enable", key_id)["effectiveWithinSeconds"] == 5


def test_rotate_hands_over_the_new_key_and_names_the_end_of_the_old_one(
    cli: Cli,
) -> None:
    """The old key's end is told; the overlap is sent in seconds."""
    key_id = cli.issue()["record"]["keyId"]
    done = cli("rotate", key_id, "--overlap", "2h")
    assert done.exit_code == 0
    assert Key.parse(done.stdout.strip()).key_id != key_id
    assert cli.function.requests[-2]["overlapSeconds"] == 7_200
    assert f"The old key, {key_id}, ends at" in done.stderr


@pytest.mark.usefixtures("person")
def test_rotate_without_overlap_asks_first(cli: Cli) -> None:
    """The client is cut off at once, which a person should have meant."""
    key_id = cli.issue()["record"]["keyId"]
    done = cli("rotate", key_id, "--overlap", "0", input="n\n")
    assert done.exit_code == 1
    assert f"{key_id} stops working at once" in done.stderr
    assert cli.json("rotate", key_id, "--overlap", "0", "--yes")["key"]
    assert cli.json("get", key_id)["record"]["state"] == "expired"


def test_clone_makes_another_key_like_it(cli: Cli) -> None:
    """What is given differs."""
    key_id = cli.issue("--role", "READER", "--name", "N")["record"]["keyId"]
    record = cli.json("clone", key_id, "--client", "Second")["record"]
    assert (record["client"], record["name"], record["roles"]) == (
        "Second",
        "N",
        ["READER"],
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--client", "a\nb"], "Error: --client: the text has control characters ("),
        (["--client", "A", "--role", "no-role"], "Error: --role.0: a role's name is"),
        (
            ["--client", "A", "--session-login", "mega"],
            "Error: --session-environment, --session-repository, --session-profile: "
            "missing (invalid_request)",
        ),
        (
            ["--client", "A", "--expires", "2020-01-31"],
            "Error: --expires: is not in the",
        ),
    ],
)
def test_a_refusal_speaks_of_options(cli: Cli, arguments: list[str], said: str) -> None:
    """As they were typed, where the function speaks of its request's fields."""
    done = cli("issue", *arguments)
    assert done.exit_code == 1
    assert said.replace("--role.0", "--role") in done.stderr


def test_several_roles_may_be_given_at_once(cli: Cli) -> None:
    """With commas, with spaces, or one by one."""
    for roles in (["reader,WRITER"], ["READER WRITER"], ["READER", "--role", "writer"]):
        assert cli.issue("--role", *roles)["record"]["roles"] == ["READER", "WRITER"]


@pytest.mark.parametrize("command", ["issue", "update", "clone", "import"])
def test_an_unknown_role_is_told_from_those_there_are(cli: Cli, command: str) -> None:
    """With the one that was most likely meant."""
    key_id = cli.issue()["record"]["keyId"]
    named = {"issue": ["--client", "A"], "import": ["-", "--client", "A"]}
    arguments = named.get(command, [key_id])
    foreign = "imported-key-of-a-client-1234"
    done = cli(command, *arguments, "--role", "reader,redaer", input=foreign)
    assert done.exit_code == 1
    assert done.stderr == (
        "Error: --role: not in the role map: REDAER (invalid_request)\n"
        "REDAER is not in the role map; there are: ADMINISTRATOR, READER, WRITER. "
        "Did you mean READER?\n"
    )


def test_an_unknown_role_is_told_though_the_role_map_is_not(cli: Cli) -> None:
    """The refusal stands by itself where the map can't be had."""

    def fault(request: dict[str, Any], _answer: dict[str, Any]) -> None:
        if request["action"] == "roles.get":
            raise UnreachableError("throttled", "store_unavailable")

    cli.function.fault = fault
    done = cli("issue", "--client", "Acme", "--role", "redaer")
    assert done.exit_code == 1
    assert done.stderr == (
        "Error: --role: not in the role map: REDAER (invalid_request)\n"
    )


def test_the_key_that_replaced_another_is_named(cli: Cli) -> None:
    """Whoever rotates a key twice wants to rotate that one."""
    old = cli.issue()["record"]["keyId"]
    new = cli.json("rotate", old)["record"]["keyId"]
    done = cli("rotate", old)
    assert done.exit_code == 1
    assert done.stderr.endswith(f": apikeys rotate {new}\n")


def test_an_already_rotated_key_is_told_though_its_replacement_is_not(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal stands by itself where nobody answers what replaced the key."""
    old = cli.issue()["record"]["keyId"]
    cli("rotate", old)
    answer = cli.function.answer

    def refuse(request: dict[str, Any]) -> Any:
        if request["action"] == "get":
            error = {"code": "store_unavailable", "message": "throttled"}
            return {"status": 503, "error": error}
        return answer(request)

    monkeypatch.setattr(cli.function, "answer", refuse)
    done = cli("rotate", old)
    assert done.exit_code == 1
    assert done.stderr.endswith("rotate its replacement (already_rotated)\n")


def test_any_other_refusal_of_a_rotation_names_no_replacement(cli: Cli) -> None:
    """There is no such key."""
    done = cli("rotate", "0" * 16)
    assert done.exit_code == 1
    assert "(key_not_found)" in done.stderr
    assert [r["action"] for r in cli.function.requests] == ["rotate"]


def test_a_day_is_shown_as_that_day(cli: Cli) -> None:
    """The key lives through it, and JSON and the table agree on both."""
    record = cli.issue("--expires", "2999-01-31")["record"]
    assert record["expirationDate"] == "2999-01-31T23:59:59Z"
    (line,) = [t for t in cli("list").stdout.splitlines() if record["keyId"] in t]
    assert f"2999-01-31 (in {record['expiresInDays']} days)" in line


@pytest.mark.parametrize("expires", ["90d", "3d", "60h", "2999-01-31"])
def test_json_and_the_table_count_the_same_days(cli: Cli, expires: str) -> None:
    """Neither rounds the other way."""
    record = cli.issue("--expires", expires)["record"]
    (line,) = [t for t in cli("list").stdout.splitlines() if record["keyId"] in t]
    assert f"(in {record['expiresInDays']} days)" in line


@pytest.mark.parametrize("text", ["2999-01-31T12:00:00Z", "2999-01-31T12:00:00"])
def test_an_end_may_be_given_as_it_is_shown(cli: Cli, text: str) -> None:
    """With the zone of answers, or without one."""
    record = cli.issue("--expires", text)["record"]
    assert record["expirationDate"] == "2999-01-31T12:00:00Z"


def test_a_revoked_key_says_until_when_and_how_it_comes_back(cli: Cli) -> None:
    """By ``revoke``, ``get`` and ``list``; its client and its dates are kept."""
    key_id = cli.issue("--name", "nightly")["record"]["keyId"]
    revoked = cli("revoke", key_id, "--yes")
    until = cli.json("get", key_id)["record"]["restorableUntil"]
    for done in (revoked, cli("get", key_id)):
        assert f"Restorable until {until}: apikeys restore {key_id}\n" in done.stderr
        assert "Acme" in done.stdout
        assert f"{until} (in 30 days)" in done.stdout
    listed = cli("list", "--state", "revoked")
    assert "Acme" in listed.stdout
    assert "nightly" in listed.stdout
    assert "apikeys restore" in listed.stderr


def test_networks_are_set_shown_and_taken_away(cli: Cli) -> None:
    """By update, in every form of get; clone takes the model's or its own."""
    key_id = cli.issue("--role", "READER")["record"]["keyId"]
    done = cli("update", key_id, "--allow-from", "203.0.113.0/24")
    assert done.exit_code == 0
    lines = [line.split() for line in cli("get", key_id).stdout.splitlines()]
    assert ["allowedCidrs", "203.0.113.0/24"] in lines
    (row,) = csv.DictReader(io.StringIO(cli("get", key_id, "--output", "csv").stdout))
    assert row["allowedCidrs"] == "203.0.113.0/24"
    (listed,) = csv.DictReader(io.StringIO(cli("list", "--output", "csv").stdout))
    assert listed["allowedCidrs"] == "203.0.113.0/24"
    done = cli("update", key_id, "--clear", "allow-from", "--allow-from", "::/0")
    assert done.exit_code == 2
    assert "either give or clear: allowedCidrs" in done.stderr
    assert cli("update", key_id, "--clear", "allow-from").exit_code == 0
    assert "allowedCidrs" not in cli("get", key_id).stdout


@pytest.mark.parametrize("text", ["203.0.113.7", "203.0.113.7/24", "canary", ""])
def test_what_is_not_a_network_is_a_usage_error(cli: Cli, text: str) -> None:
    """With what it is, and without what was typed."""
    done = cli("issue", "--client", "Acme", "--allow-from", text)
    assert done.exit_code == 2
    assert "canary" not in done.output
    assert "a network is an address and a" in done.stderr
    assert cli.function.requests == []
