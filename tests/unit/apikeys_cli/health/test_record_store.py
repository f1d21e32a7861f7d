"""What ``apikeys doctor`` says of the store of the records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from apikeys_cli.connection import Connection
from apikeys_cli.health.configuration import Configuration
from apikeys_cli.health.record_store import check_record_store
from tests.in_process import Session
from tests.unit.apikeys_cli.aws_double import Aws

if TYPE_CHECKING:
    from collections.abc import Callable

_TABLE = {"RECORD_STORE": "dynamodb", "RECORD_TABLE": "keys"}
_STACK = {"STACK_NAME": "apikeys"}


def _error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Look")


def _good() -> dict[str, Any]:
    return {
        "describe_table": {
            "Table": {
                "TableStatus": "ACTIVE",
                "DeletionProtectionEnabled": True,
                "GlobalSecondaryIndexes": [
                    {"IndexName": "byClient", "IndexStatus": "ACTIVE"},
                    {"IndexName": "byExpiry", "IndexStatus": "ACTIVE"},
                ],
            }
        },
        "describe_time_to_live": {
            "TimeToLiveDescription": {
                "TimeToLiveStatus": "ENABLED",
                "AttributeName": "purgeAt",
            }
        },
        "describe_continuous_backups": {
            "ContinuousBackupsDescription": {
                "PointInTimeRecoveryDescription": {
                    "PointInTimeRecoveryStatus": "ENABLED"
                }
            }
        },
        "list_secrets": {
            "SecretList": [{"Name": "APIKEY_of-others", "Description": "mine"}]
        },
        "list_tables": {"TableNames": ["other", "apikeys-RecordTable-1"]},
        "scan": {"Items": []},
    }


def _found(
    variables: dict[str, str], change: Callable[[dict[str, Any]], object] | None = None
) -> list[tuple[str, str]]:
    answers = _good()
    if change is not None:
        change(answers)
    session = Session(dict.fromkeys(("dynamodb", "secretsmanager"), Aws(answers)))
    connection = Connection("apikeys-admin", open_session=lambda **_: session)
    findings = list(check_record_store(connection, Configuration(variables)))
    assert all(finding.subject == "record store" for finding in findings)
    assert all(bool(f.advice) is (f.level != "ok") for f in findings)
    return [(str(finding.level), finding.what) for finding in findings]


def test_a_good_store_is_said_to_be_one() -> None:
    """Of secrets there is nothing to say that other findings do not."""
    assert _found(_TABLE) == [("ok", "the table keys, with its indexes")]
    assert _found({}) == []
    assert _found(_STACK) == []
    unknown: Any = None
    assert list(check_record_store(unknown, None)) == []


def _table(**changes: object) -> Callable[[dict[str, Any]], object]:
    return lambda answers: answers["describe_table"]["Table"].update(changes)


@pytest.mark.parametrize(
    ("change", "level", "what"),
    [
        (
            lambda a: a.update(describe_table=_error("ResourceNotFoundException")),
            "fail",
            "there is no table keys: every call is answered 500",
        ),
        (
            lambda a: a.update(describe_table=_error("AccessDeniedException")),
            "not checked",
            "no permission",
        ),
        (
            _table(TableStatus="INACCESSIBLE_ENCRYPTION_CREDENTIALS"),
            "fail",
            "the table keys is INACCESSIBLE_ENCRYPTION_CREDENTIALS",
        ),
        (
            _table(GlobalSecondaryIndexes=[{"IndexName": "byClient"}]),
            "fail",
            "lists fail: the table keys lacks byExpiry",
        ),
        (
            _table(GlobalSecondaryIndexes=[]),
            "fail",
            "lists fail: the table keys lacks byClient and byExpiry",
        ),
        (
            _table(DeletionProtectionEnabled=False),
            "warn",
            "anybody who may delete tables may delete keys",
        ),
        (
            lambda a: a["describe_time_to_live"].clear(),
            "warn",
            "revoked records stay for ever: time to live is off",
        ),
        (
            lambda a: a["describe_continuous_backups"]["ContinuousBackupsDescription"][
                "PointInTimeRecoveryDescription"
            ].update(PointInTimeRecoveryStatus="DISABLED"),
            "warn",
            "point-in-time recovery is off: lost data can't be recovered",
        ),
        (
            lambda a: a["list_secrets"]["SecretList"].append(
                {"Name": "APIKEY_1", "Description": "API key record"}
            ),
            "fail",
            "records of this stack are in Secrets Manager, where it does not look: "
            "their keys are unknown",
        ),
        (
            lambda a: a.update(list_secrets=_error("AccessDeniedException")),
            "not checked",
            "no permission",
        ),
    ],
)
def test_what_is_wrong_with_a_table_is_told(
    change: Callable[[dict[str, Any]], object], level: str, what: str
) -> None:
    """Missing, out of reach, without what it needs, or not where the records lie."""
    assert (level, what) in _found(_TABLE, change)


def test_what_is_not_shown_of_a_table_is_passed_over() -> None:
    """Its time to live and its recovery are only advice."""

    def deny(answers: dict[str, Any]) -> None:
        for name in ("describe_time_to_live", "describe_continuous_backups"):
            answers[name] = _error("AccessDeniedException")

    assert _found(_TABLE, deny) == [("ok", "the table keys, with its indexes")]


def test_a_list_of_secrets_is_looked_through() -> None:
    """Page by page, as far as ten."""
    pages = 0

    def page(**asked: object) -> dict[str, Any]:
        nonlocal pages
        pages += 1
        assert ("NextToken" in asked) is (pages > 1)
        return {"SecretList": [], "NextToken": str(pages)}

    good = [("ok", "the table keys, with its indexes")]
    assert _found(_TABLE, lambda a: a.update(list_secrets=page)) == good
    assert pages == 10


@pytest.mark.parametrize(
    ("scan", "expected"),
    [
        (
            {"Items": [{"pk": {"S": "APIKEY_1"}}]},
            (
                "fail",
                "records of this stack are in the table apikeys-RecordTable-1, "
                "where it does not look: their keys are unknown",
            ),
        ),
        (
            _error("AccessDeniedException"),
            (
                "warn",
                "the table apikeys-RecordTable-1 is left over; "
                "whether it holds records is not shown",
            ),
        ),
    ],
)
def test_a_store_that_was_changed_is_found(
    scan: object, expected: tuple[str, str]
) -> None:
    """The table outlived the change, and the keys in it are unknown."""
    assert _found(_STACK, lambda a: a.update(scan=scan)) == [expected]
    assert _found({}, lambda a: a.update(scan=scan)) == []


def test_tables_are_looked_through_as_far_as_they_are_shown() -> None:
    """Page by page; what is not shown is nobody's fault."""
    pages: list[dict[str, Any]] = [
        {"TableNames": ["a"], "LastEvaluatedTableName": "a"},
        {"TableNames": ["b"]},
    ]
    assert (
        _found(_STACK, lambda a: a.update(list_tables=lambda **_: pages.pop(0))) == []
    )
    assert pages == []
    denied = _error("AccessDeniedException")
    assert _found(_STACK, lambda a: a.update(list_tables=denied)) == []
    endless = {"TableNames": [], "LastEvaluatedTableName": "a"}
    assert _found(_STACK, lambda a: a.update(list_tables=endless)) == []
