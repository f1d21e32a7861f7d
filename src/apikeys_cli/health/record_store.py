"""``apikeys doctor``'s checks of the record store."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from apikeys.defaults import (
    ACCOUNT_PREFIX,
    BY_CLIENT,
    BY_EXPIRY,
    RECORD_DESCRIPTIONS,
    RECORD_PREFIX,
)
from apikeys_cli.errors import UnreachableError
from apikeys_cli.health.findings import Finding, fail, ok, unseen, warn
from apikeys_cli.sdk_errors import explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apikeys_cli.connection import Connection
    from apikeys_cli.health.configuration import Configuration

_SUBJECT = "record store"
_INDEXES = {BY_CLIENT, BY_EXPIRY}
_PURGED = "purgeAt"
_MOST_PAGES = 10
_MOVED = "set RecordStore back; moving records is not supported yet: docs/stores.md"


def check_record_store(
    connection: Connection, configuration: Configuration | None
) -> Iterator[Finding]:
    """Check the store, and whether the other one holds records of this stack.

    Args:
        connection: to the account.
        configuration: the function's, None if it is not known.
    """
    if configuration is None:
        return
    variables = configuration.variables
    if variables.get("RECORD_STORE", "secretsmanager") == "dynamodb":
        yield from _table(connection, variables.get("RECORD_TABLE", ""))
        prefixes = [
            variables.get("SECRET_NAME_PREFIX", RECORD_PREFIX),
            variables.get("LOGIN_NAME_PREFIX", ACCOUNT_PREFIX),
        ]
        yield from _left_in_secrets(connection, prefixes)
    else:
        yield from _left_in_a_table(connection, configuration.stack)


def _table(connection: Connection, name: str) -> Iterator[Finding]:
    client = connection.client("dynamodb")
    try:
        with explained():
            table = client.describe_table(TableName=name)["Table"]
    except UnreachableError as error:
        if error.code == "ResourceNotFoundException":
            what = f"there is no table {name}: every call is answered 500"
            advice = "restore it, or give its name: RecordTableName"
            yield fail(_SUBJECT, what, advice)
            return
        yield unseen(_SUBJECT, "dynamodb:DescribeTable on it", error)
        return
    yield from _state(name, table)
    ends = _asked(partial(client.describe_time_to_live, TableName=name))
    if ends is not None:
        told = ends.get("TimeToLiveDescription", {})
        if (told.get("TimeToLiveStatus"), told.get("AttributeName")) != (
            "ENABLED",
            _PURGED,
        ):
            what = "revoked records stay for ever: time to live is off"
            advice = f"aws dynamodb update-time-to-live, on the attribute {_PURGED}"
            yield warn(_SUBJECT, what, advice)
    kept = _asked(partial(client.describe_continuous_backups, TableName=name))
    if kept is not None:
        told = kept["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        if told["PointInTimeRecoveryStatus"] != "ENABLED":
            what = "point-in-time recovery is off: lost data can't be recovered"
            yield warn(_SUBJECT, what, "aws dynamodb update-continuous-backups")


def _state(name: str, table: dict[str, Any]) -> Iterator[Finding]:
    """Check the description of the table."""
    status = table["TableStatus"]
    if status not in {"ACTIVE", "UPDATING"}:
        advice = "see docs/operations.md, A KMS key behind the table"
        yield fail(_SUBJECT, f"the table {name} is {status}", advice)
        return
    indexes = {
        index["IndexName"]
        for index in table.get("GlobalSecondaryIndexes", [])
        if index.get("IndexStatus", "ACTIVE") == "ACTIVE"
    }
    if lacking := sorted(_INDEXES - indexes):
        what = f"lists fail: the table {name} lacks {' and '.join(lacking)}"
        yield fail(_SUBJECT, what, "make them as template.yaml does: RecordTable")
    else:
        yield ok(_SUBJECT, f"the table {name}, with its indexes")
    if not table.get("DeletionProtectionEnabled"):
        what = f"anybody who may delete tables may delete {name}"
        advice = "aws dynamodb update-table --deletion-protection-enabled"
        yield warn(_SUBJECT, what, advice)


def _left_in_secrets(connection: Connection, prefixes: list[str]) -> Iterator[Finding]:
    """Look for records that are secrets, where a table is used."""
    client = connection.client("secretsmanager")
    described = RECORD_DESCRIPTIONS.values()
    token: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        named = [{"Key": "name", "Values": prefixes}]
        try:
            with explained():
                page = client.list_secrets(Filters=named, **token)
        except UnreachableError as error:
            yield unseen(_SUBJECT, "secretsmanager:ListSecrets", error)
            return
        found = [s for s in page["SecretList"] if s.get("Description") in described]
        if found:
            what = "records of this stack are in Secrets Manager, where it does not "
            what += "look: their keys are unknown"
            yield fail(_SUBJECT, what, _MOVED)
            return
        if "NextToken" not in page:
            return
        token = {"NextToken": page["NextToken"]}


def _left_in_a_table(connection: Connection, stack: str) -> Iterator[Finding]:
    """Look for a table that this stack made and no longer reads."""
    if not stack:
        return
    client = connection.client("dynamodb")
    start: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        page = _asked(partial(client.list_tables, **start))
        if page is None:
            return
        for name in page["TableNames"]:
            if name.startswith(f"{stack}-RecordTable-"):
                yield from _left_over(client, name)
        if "LastEvaluatedTableName" not in page:
            return
        start = {"ExclusiveStartTableName": page["LastEvaluatedTableName"]}


def _left_over(client: Any, name: str) -> Iterator[Finding]:  # noqa: ANN401 - boto3's
    some = _asked(partial(client.scan, TableName=name, Limit=1))
    if some is None:
        what = f"the table {name} is left over; whether it holds records is not shown"
        yield warn(_SUBJECT, what, "to have it checked, allow yourself dynamodb:Scan")
    elif some["Items"]:
        what = (
            f"records of this stack are in the table {name}, where it does not look: "
        )
        what += "their keys are unknown"
        yield fail(_SUBJECT, what, _MOVED)


def _asked(ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - boto3's answers
    """Return AWS's answer, None if there is none."""
    try:
        with explained():
            return ask()
    except UnreachableError:
        return None
