"""The commands of the operations page, pasted into a shell beside the stack."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from local import checkout
from local.clients import APIKEYS, apikeys, call
from local.deployment import deploy, running_stack
from local.scenarios.keys import MANAGEMENT, ROLE_MAP, issue
from tests.paste import paste
from tests.runbook import commands

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.deployment import Stack
    from tests.integration.deployed import Issued

pytestmark = pytest.mark.deployed

# The TTL of the stack's caches, and of the gateway's.
_IN_FORCE_SECONDS = 5.0
_NOTED_SECONDS = 60.0
_IN_A_TABLE = {"RecordStore": "dynamodb"}
_SIGNING = "apikeys-prod-signing-key"


class Shell:
    """A shell whose AWS is the emulator, which remembers what was pasted."""

    def __init__(self, stack: Stack, folder: Path, pasted: set[str]) -> None:
        self._names = {
            _SIGNING: stack.outputs["SigningSecretName"],
            "apikeys-prod": stack.name,
        }
        self._folder = folder
        self._environment = stack.emulator.environment
        self.pasted = pasted

    def __call__(
        self, command: str, *, may_fail: bool = False, **placeholders: str
    ) -> str:
        """Run a command of the page as it is, except for what is to be filled in."""
        assert command in commands(), "the page has no such command"
        self.pasted.add(command)
        return self.run(command, may_fail=may_fail, **placeholders)

    def run(self, command: str, *, may_fail: bool = False, **placeholders: str) -> str:
        """Run any command in the same way."""
        text = command
        for name, value in placeholders.items():
            text = text.replace(f"<{name.replace('_', ' ')}>", value)
        for name, value in self._names.items():
            text = text.replace(name, value)
        assert "<" not in text, text
        done = paste(
            text,
            self._environment,
            (APIKEYS, checkout.AWS_CLI),
            self._folder,
            options=("-e", "-u"),
        )
        allowed = {0, 1} if may_fail else {0}
        assert done.returncode in allowed, f"{command}: {done.stderr}"
        return done.stdout

    def only(self, *words: str) -> str:
        """Return the one command of the page that has these words."""
        [found] = {c for c in commands() if all(word in c for word in words)}
        return found


@pytest.fixture(scope="module")
def shell(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Return the shell."""
    return Shell(stack, tmp_path_factory.mktemp("runbook"), set())


@pytest.fixture(scope="module")
def table_stack() -> Iterator[Stack]:
    """Return a stack of its own, whose records lie in a table that may be lost."""
    with running_stack("runbook", _IN_A_TABLE | {"LastUsed": "on"}) as deployed:
        apikeys(deployed, "roles", "put", str(ROLE_MAP), "--yes")
        yield deployed


@pytest.fixture(scope="module")
def table_shell(
    table_stack: Stack, shell: Shell, tmp_path_factory: pytest.TempPathFactory
) -> Shell:
    """Return a shell beside the stack whose records lie in a table."""
    return Shell(table_stack, tmp_path_factory.mktemp("runbook"), shell.pasted)


def _resource(stack: Stack, name: str) -> str:
    detail = stack.emulator.client("cloudformation").describe_stack_resource(
        StackName=stack.name, LogicalResourceId=name
    )
    found: str = detail["StackResourceDetail"]["PhysicalResourceId"]
    return found


def _status(stack: Stack, key: str) -> int:
    """Return what a call with a key gets once every cache has aged out."""
    time.sleep(_IN_FORCE_SECONDS)
    return call(stack, "/whoami", key).status


def test_looks_change_nothing(shell: Shell, stack: Stack, issued: Issued) -> None:
    """What is run first, in whatever state the stack is."""
    key_id = issued.record["keyId"]
    # Other tests leave records behind that it finds fault with.
    shell("apikeys doctor --stack apikeys-prod", may_fail=True)
    shell(shell.only("apikeys get <key id> --stack"), key_id=key_id)
    shell(shell.only("apikeys get <key id> --routes"), key_id=key_id)
    shell(shell.only("apikeys list --expiring-within"))
    described = shell(
        shell.only("describe-subscription-filters"),
        AuthorizerLogGroup=_resource(stack, "AuthorizerLogGroup"),
    )
    assert len(json.loads(described)["subscriptionFilters"]) == 1


def test_a_key_that_will_end_gets_a_successor(shell: Shell, issued: Issued) -> None:
    """By its id alone."""
    key_id = issued.record["keyId"]
    shell(shell.only("apikeys rotate <key id> --overlap 7d"), key_id=key_id)


def test_the_notices_are_run_by_hand(shell: Shell, stack: Stack) -> None:
    """And say who gets them."""
    name = stack.outputs["NoticesFunctionName"]
    shell(shell.only("lambda invoke"), NoticesFunctionName=name)
    answer = json.loads((shell._folder / "answer.json").read_text())
    assert answer["status"] == 200


def test_a_corrupt_record_is_brought_back(
    shell: Shell, stack: Stack, issued: Issued
) -> None:
    """By its version before, which somebody overwrote."""
    key_id = issued.record["keyId"]
    secrets = stack.emulator.client("secretsmanager")
    secrets.put_secret_value(SecretId=f"APIKEY_{key_id}", SecretString="not a record")
    assert _status(stack, issued.key) == 401
    listed = json.loads(shell(shell.only("list-secret-version-ids"), key_id=key_id))
    labels = {
        label: version["VersionId"]
        for version in listed["Versions"]
        for label in version["VersionStages"]
    }
    shell(
        shell.only("update-secret-version-stage"),
        key_id=key_id,
        previous=labels["AWSPREVIOUS"],
        current=labels["AWSCURRENT"],
    )
    assert _status(stack, issued.key) == 200


def test_a_revoked_record_is_restored(
    shell: Shell, stack: Stack, issued: Issued
) -> None:
    """As it was, while it waits."""
    key_id = issued.record["keyId"]
    apikeys(stack, "revoke", key_id, "--yes")
    assert _status(stack, issued.key) == 401
    shell(shell.only("apikeys restore <key id>"), key_id=key_id)
    assert _status(stack, issued.key) == 200


def test_the_role_map_is_backed_up_and_brought_back(
    shell: Shell, stack: Stack, issued: Issued
) -> None:
    """From a file; and from its deletion."""
    shell(shell.only("roles get"))
    shell(shell.only("roles put roles.toml"))
    secrets = stack.emulator.client("secretsmanager")
    secrets.delete_secret(SecretId="APIROLES", RecoveryWindowInDays=7)
    assert _status(stack, issued.key) == 500
    shell(shell.only("restore-secret --secret-id APIROLES"))
    assert _status(stack, issued.key) == 200
    apikeys(stack, "roles", "put", str(ROLE_MAP), "--yes")


def test_the_signing_secret_is_backed_up_and_brought_back(
    shell: Shell, stack: Stack, issued: Issued
) -> None:
    """From its deletion, and from the backup once it is gone."""
    name = stack.outputs["SigningSecretName"]
    secrets = stack.emulator.client("secretsmanager")
    shell("umask 077")
    shell(shell.only("get-secret-value", _SIGNING))
    backup = (shell._folder / "signing-key.json").read_text()
    before: Any = secrets.get_secret_value(SecretId=name)["SecretString"]
    assert json.loads(backup) == json.loads(before)
    secrets.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    assert _status(stack, issued.key) == 500
    shell(shell.only("restore-secret", _SIGNING))
    assert _status(stack, issued.key) == 200
    shell(shell.only("delete-secret", _SIGNING))
    shell(shell.only("create-secret", _SIGNING))
    assert _status(stack, issued.key) == 200


def test_the_audit_log_is_copied(shell: Shell, stack: Stack, issued: Issued) -> None:
    """Into a file that has what was done to a key, and never the key."""
    shell(
        shell.only("filter-log-events"), AdminLogGroup=_resource(stack, "AdminLogGroup")
    )
    text = (shell._folder / "audit.json").read_text()
    lines = [json.loads(line) for line in json.loads(text)]
    key_id = issued.record["keyId"]
    assert ("issue", key_id) in {(x["action"], x.get("key_id")) for x in lines}
    assert issued.key not in text


def test_an_item_is_brought_back_from_a_copy_of_the_table(
    table_shell: Shell, table_stack: Stack
) -> None:
    """The other items stay as they are, and the copy goes."""
    shell, stack = table_shell, table_stack
    table = stack.outputs["RecordTableName"]
    lost, other = (_issued_in(stack, name) for name in ("Lost", "Other"))
    backup = shell(shell.only("create-backup"), table=table).strip()
    dynamodb = stack.emulator.client("dynamodb")
    key_id = lost["record"]["keyId"]
    dynamodb.delete_item(TableName=table, Key={"pk": {"S": f"APIKEY_{key_id}"}})
    apikeys(stack, "disable", other["record"]["keyId"])
    assert _status(stack, lost["key"]) == 401
    copy = "--target-table-name <table>-copy"
    shell(shell.only("restore-table-from", copy), table=table, backup_ARN=backup)
    shell(shell.only("wait table-exists", "<table>-copy"), table=table)
    shell(shell.only("get-item"), table=table, key_id=key_id)
    shell(shell.only("put-item"), table=table)
    shell(shell.only("delete-table"), table=table)
    assert _status(stack, lost["key"]) == 200
    assert call(stack, "/whoami", other["key"]).status == 401
    assert dynamodb.list_tables()["TableNames"].count(f"{table}-copy") == 0
    # It is a record like any other.
    apikeys(stack, "disable", key_id)
    listed = apikeys(stack, "list", "--client", "Lost")["records"]
    assert [record["state"] for record in listed] == ["disabled"]


def test_a_deleted_table_is_brought_back(
    table_shell: Shell, table_stack: Stack
) -> None:
    """Under its own name, so that the functions find it; with its indexes."""
    shell, stack = table_shell, table_stack
    table = stack.outputs["RecordTableName"]
    kept = _issued_in(stack, "Kept")
    backup = shell(shell.only("create-backup"), table=table).strip()
    dynamodb = stack.emulator.client("dynamodb")
    dynamodb.delete_table(TableName=table)
    assert _status(stack, kept["key"]) == 500
    own = "--target-table-name <table> "
    shell(shell.only("restore-table-from", own), table=table, backup_ARN=backup)
    shell("aws dynamodb wait table-exists --table-name <table>", table=table)
    assert _status(stack, kept["key"]) == 200
    listed = apikeys(stack, "list", "--client", "Kept")["records"]
    assert [r["keyId"] for r in listed] == [kept["record"]["keyId"]]
    shell(shell.only("update-time-to-live"), table=table)
    shell(shell.only("update-continuous-backups"), table=table)
    shell(shell.only("update-table"), table=table)
    found = json.loads(
        shell.run("apikeys doctor --stack apikeys-prod --output json", may_fail=True)
    )["findings"]
    levels = [f["level"] for f in found if f["subject"] == "record store"]
    assert set(levels) == {"ok"}, found


def test_the_table_of_last_uses_begins_anew(table_stack: Stack) -> None:
    """Without it keys are shown all the same; off and on again makes another."""
    stack = table_stack
    dynamodb = stack.emulator.client("dynamodb")
    used = _issued_in(stack, "Used")
    key_id = used["record"]["keyId"]
    assert "lastUsed" in apikeys(stack, "get", key_id)["record"]
    dynamodb.delete_table(TableName=_resource(stack, "LastUseTable"))
    assert "lastUsed" not in apikeys(stack, "get", key_id)["record"]
    assert apikeys(stack, "list", "--client", "Used")["records"]
    for last_used in ("off", "on"):
        deploy(stack.emulator, stack.name, _IN_A_TABLE | {"LastUsed": last_used})
    assert apikeys(stack, "get", key_id)["record"]["lastUsed"] is None
    assert call(stack, "/whoami", used["key"]).status == 200
    deadline = time.monotonic() + _NOTED_SECONDS
    while apikeys(stack, "get", key_id)["record"]["lastUsed"] is None:
        assert time.monotonic() < deadline
        time.sleep(1)


def _issued_in(stack: Stack, client: str) -> dict[str, Any]:
    return issue(stack, "--client", client, "--role", MANAGEMENT)


def test_every_command_was_pasted(shell: Shell) -> None:
    """But for those that the page marks as not run."""
    left = set(commands()) - shell.pasted
    assert not left, f"pasted by no test: {left}"
