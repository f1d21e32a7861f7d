"""``import --from-secrets``: the records that OntoPop wrote, names never shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.builders import ROLE_MAP
from tests.in_process import InProcess
from tests.unit.apikeys_cli.doubles import Cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Lock

    from click.testing import Result

_KEYS = {
    name: f"L3gacy/_+=.@-{name}-{number:08}"
    for number, name in enumerate(("alpha", "beta", "gamma"))
}
_WEAK = "S3cretShort"
_RECORD: dict[str, Any] = {
    "issueDate": "2022-03-01T10:32:19",
    "expirationDate": "2052-05-30T10:32:19",
    "issuer": "HyperLearning AI",
    "enabled": True,
    "roles": ["READER"],
    "name": "an unknown field",
}


class Recording:
    """Secrets Manager, but for the calls that are answered otherwise.

    Attributes:
        deleted: how each deletion was asked for.
    """

    def __init__(self, real: Any, one_at_a_time: Lock) -> None:
        self._real = real
        self._one_at_a_time = one_at_a_time
        self.deleted: list[dict[str, Any]] = []
        self.get_secret_value: Callable[..., Any] = real.get_secret_value

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def delete_secret(self, **asked: Any) -> Any:
        """Delete a secret, and remember how."""
        self.deleted.append(asked)
        with self._one_at_a_time:
            return self._real.delete_secret(**asked)


@pytest.fixture
def secrets(cli: Cli, account: Any) -> Recording:
    """Return Secrets Manager with three records of OntoPop's."""
    for name, key in _KEYS.items():
        _store(account, key, client=name)
    recording = Recording(account, cli.function.one_at_a_time)
    cli.function.clients["secretsmanager"] = recording
    return recording


def _store(secrets: Any, key: str, prefix: str = "APIKEY_", **changes: Any) -> str:
    text = json.dumps({"key": key} | _RECORD | changes)
    made = secrets.create_secret(Name=f"{prefix}{key}", SecretString=text)
    return str(made["ARN"][-6:])


def _run(cli: Cli, *options: str, **kwargs: Any) -> Result:
    done = cli("import", "--from-secrets", *options, **kwargs)
    told = done.output + str(done.exception)
    assert not [key for key in (*_KEYS.values(), _WEAK) if key[-11:] in told]
    assert "arn:" not in told
    return done


def _rows(cli: Cli, *options: str) -> dict[str, dict[str, Any]]:
    done = _run(cli, "--output", "ndjson", *options)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {str(row.get("client")): row for row in rows}


def _names(secrets: Any) -> list[str]:
    listed = secrets.list_secrets(MaxResults=100)["SecretList"]
    return [s["Name"].removeprefix("APIKEY_") for s in listed]


def _denied(operation: str) -> ClientError:
    text = f"not authorized on resource {[*_KEYS.values()]}"
    error: Any = {"Error": {"Code": "AccessDeniedException", "Message": text}}
    return ClientError(error, operation)


def test_each_record_is_imported_with_the_identity_of_who_runs_it(
    cli: Cli, secrets: Recording
) -> None:
    """Named by the end of its secret's ARN; unknown fields stay behind."""
    rows = _rows(cli)
    assert {row["status"] for row in rows.values()} == {"imported"}
    listed = secrets.list_secrets(MaxResults=100)["SecretList"]
    ends = {s["Name"].removeprefix("APIKEY_"): s["ARN"][-6:] for s in listed}
    assert {row["secret"] for row in rows.values()} == {
        ends[key] for key in _KEYS.values()
    }
    records = cli.json("list")["records"]
    assert sorted(record["client"] for record in records) == list(_KEYS)
    assert not any("name" in record for record in records)
    assert {record["issueDate"] for record in records} == {"2022-03-01T10:32:19Z"}


@pytest.mark.usefixtures("secrets")
def test_a_second_run_imports_nothing_and_reads_no_record_of_this_project_s(
    cli: Cli,
) -> None:
    """Imported and issued ones are under the same prefix."""
    cli.issue("--role", "READER")
    _run(cli)
    rows = _rows(cli)
    assert sorted(rows) == list(_KEYS)
    assert {row["status"] for row in rows.values()} == {"done before"}
    done = _run(cli)
    assert (done.exit_code, done.stderr) == (0, "0 imported, 3 done before.\n")
    assert done.stdout.splitlines()[0].split()[0] == "secret"


def test_without_an_ontopop_record_there_is_nothing_to_do(
    cli: Cli, account: Any
) -> None:
    """No row, exit code 0."""
    cli.function.clients["secretsmanager"] = account
    done = _run(cli)
    assert (done.exit_code, done.stderr) == (0, "0 imported, 0 done before.\n")


def test_another_prefix_is_looked_under(cli: Cli, secrets: Recording) -> None:
    """Where OntoPop was given one."""
    _store(secrets, _KEYS["alpha"][::-1], "OLD_", client="old")
    assert list(_rows(cli, "--prefix", "OLD_")) == ["old"]


def test_a_weak_key_is_reported_with_its_client_and_the_others_imported(
    cli: Cli, secrets: Recording
) -> None:
    """Its client needs a new one; also one as long as a key id. Exit code 1."""
    end = _store(secrets, _WEAK, client="weak")
    _store(secrets, "S3cretShort12345", client="16 letters")
    done = _run(cli)
    assert done.exit_code == 1
    assert "3 imported, 0 done before, 2 refused." in done.stderr
    rows = _rows(cli)
    assert rows["weak"] == {
        "secret": end,
        "status": "refused",
        "client": "weak",
        "name": None,
        "error": "key: fewer than 20 characters; issue its client another",
    }
    assert rows["16 letters"]["status"] == "refused"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"SecretString": "S3cretShort"}, "not a JSON object"),
        ({"SecretBinary": b"S3cretShort"}, "not a JSON object"),
        ({"SecretString": "{}"}, "key: is not the one in"),
        ({"SecretString": '{"key": "S3cretShort"}'}, "key: is not the one in"),
        (
            {"SecretString": json.dumps(_RECORD | {"key": _KEYS["alpha"]})},
            "key: is not the one in the secret's name",
        ),
    ],
)
def test_what_cannot_be_read_is_reported_and_nothing_of_it_shown(
    cli: Cli, secrets: Recording, value: dict[str, Any], words: str
) -> None:
    """Whatever lies under the name of a key."""
    made = secrets.create_secret(Name="APIKEY_N0tARecord/of_OntoPop", **value)
    done = _run(cli, "--client", "App", "--output", "ndjson")
    rows = {r["secret"]: r for r in map(json.loads, done.stdout.splitlines())}
    row = rows[made["ARN"][-6:]]
    assert (done.exit_code, row["status"]) == (1, "refused")
    assert words in row["error"]
    assert "N0tARecord" not in done.output
    assert len(cli.json("list")["records"]) == 3


def test_an_unreadable_record_of_this_project_is_left_to_doctor(
    cli: Cli, secrets: Recording
) -> None:
    """Its name is a key id."""
    secrets.create_secret(Name=f"APIKEY_{'0' * 16}", SecretString="{")
    assert _run(cli).exit_code == 0


@pytest.mark.parametrize("has_role_map", [True, False])
@pytest.mark.parametrize("mode", ["ontopop", "imported"])
def test_a_record_that_is_refused_is_told_by_the_id_that_its_log_lines_have(
    account: Any, mode: str, *, has_role_map: bool
) -> None:
    """Where OntoPop's own are read: by it the weak key is watched, and revoked."""
    if has_role_map:
        account.create_secret(Name="APIROLES", SecretString=json.dumps(ROLE_MAP))
    cli = Cli(InProcess(LEGACY_KEYS=mode))
    cli.function.clients["secretsmanager"] = account
    _store(account, _WEAK, client="weak", roles=[])
    _store(account, _KEYS["alpha"], client="alpha", roles=[])
    row = _rows(cli)["weak"]
    assert ("keyId" in row) is (mode == "ontopop" and has_role_map)
    if "keyId" in row:
        assert _rows(cli)["weak"] == row
        assert list(_rows(cli)) == ["alpha", "weak"]
        assert cli("revoke", row["keyId"], "--yes").exit_code == 0
        assert list(_rows(cli)) == ["alpha"]


def test_an_unknown_role_is_refused_before_the_call(
    cli: Cli, secrets: Recording
) -> None:
    """Store the role map first; the other records are imported."""
    _store(secrets, _KEYS["alpha"][::-1], client="delta", roles=["none"])
    row = _rows(cli)["delta"]
    assert row["error"] == (
        "roles: NONE is not in the role map; there are: ADMINISTRATOR, READER, WRITER."
    )
    clients = {r.get("client") for r in cli.function.requests}
    assert {"alpha", "beta", "gamma"} <= clients
    assert "delta" not in clients


def test_a_dry_run_writes_nothing(cli: Cli, secrets: Recording) -> None:
    """It reads the secrets and the role map."""
    done = _run(cli, "--dry-run")
    assert (done.exit_code, done.stderr) == (0, "Nothing was written: 3 importable.\n")
    assert [r["action"] for r in cli.function.requests] == ["roles.get"]
    assert secrets.deleted == []


def test_a_secret_that_is_denied_is_reported_only_by_its_code(
    cli: Cli, secrets: Recording
) -> None:
    """AWS's own words have the name in them."""
    read = secrets.get_secret_value

    def get(**asked: Any) -> Any:
        if asked["SecretId"][:-7].endswith(_KEYS["beta"]):
            raise _denied("GetSecretValue")
        return read(**asked)

    secrets.get_secret_value = get
    done = _run(cli, "--output", "ndjson")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1
    (row,) = [row for row in rows if row["status"] == "refused"]
    assert row["error"] == "can't be read: AccessDeniedException"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (_denied("GetSecretValue"), "none of 5 secrets can be read: AccessDenied"),
        (EndpointConnectionError(endpoint_url="http://x"), "http://x"),
    ],
)
def test_where_no_secret_can_be_read_nothing_is_imported(
    cli: Cli, secrets: Recording, fault: Exception, words: str
) -> None:
    """Not permitted or not reachable: exit code 3."""

    def get(**_: Any) -> Any:
        raise fault

    cli.issue()
    cli.issue()
    cli.function.requests.clear()
    secrets.get_secret_value = get
    done = _run(cli)
    assert (done.exit_code, done.stdout) == (3, "")
    assert words in done.stderr
    assert cli.function.requests == []


def test_only_what_an_earlier_run_imported_is_deleted(
    cli: Cli, secrets: Recording
) -> None:
    """What this run imports may still be unknown to an authorizer; it stays."""
    _store(secrets, _WEAK, client="weak")
    _run(cli)
    later = _KEYS["alpha"][::-1]
    _store(secrets, later, client="later")
    rows = _rows(cli, "--delete-imported", "--yes")
    assert {client: row["status"] for client, row in rows.items()} == {
        "alpha": "deleted",
        "beta": "deleted",
        "gamma": "deleted",
        "later": "imported",
        "weak": "refused",
    }
    names = _names(secrets)
    assert not set(names) & {*_KEYS.values()}
    assert {later, _WEAK} <= set(names)
    assert {asked["RecoveryWindowInDays"] for asked in secrets.deleted} == {30}
    assert len(cli.json("list")["records"]) == 4
    rows = _rows(cli, "--delete-imported", "--yes")
    assert {c: row["status"] for c, row in rows.items()} == {
        "later": "deleted",
        "weak": "refused",
    }


def test_what_was_changed_or_revoked_since_its_import_is_deleted_too(
    cli: Cli, secrets: Recording
) -> None:
    """Else it would open again, should the imported record ever be gone."""
    rows = _rows(cli)
    cli("disable", rows["alpha"]["keyId"])
    cli("revoke", rows["beta"]["keyId"], "--yes")
    statuses = {c: row["status"] for c, row in _rows(cli).items()}
    # A revocation has taken OntoPop's own record of the key with it.
    assert statuses == {"alpha": "refused", "gamma": "done before"}
    done = _run(cli, "--delete-imported", "--yes")
    assert (done.exit_code, len(secrets.deleted)) == (0, 2)
    assert "0 imported, 0 done before, 2 deleted." in done.stderr


@pytest.mark.usefixtures("person")
def test_a_deletion_is_asked_about(cli: Cli, secrets: Recording) -> None:
    """No answer, no deletion, and no import either."""
    _run(cli)
    cli.function.requests.clear()
    done = _run(cli, "--delete-imported", input="n\n")
    assert (done.exit_code, cli.function.requests, secrets.deleted) == (1, [], [])
    assert "OntoPop's own secrets under APIKEY_" in done.stderr
    done = _run(cli, "--delete-imported", input="y\n")
    assert (done.exit_code, len(secrets.deleted)) == (0, 3)


def test_a_deletion_that_is_denied_ends_the_run(
    cli: Cli, secrets: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3, with only the code: AWS's own words have the name in them."""
    _run(cli)

    def delete(**_: Any) -> Any:
        raise _denied("DeleteSecret")

    monkeypatch.setattr(secrets, "delete_secret", delete)
    done = _run(cli, "--delete-imported", "--yes")
    assert done.exit_code == 3
    assert "can't be deleted: AccessDeniedException" in done.stderr
    assert "3 of 3 rows left" in done.stderr
