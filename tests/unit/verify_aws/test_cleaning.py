"""What carries a run's suffix is removed, and nothing else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.in_process import REGION, client_of
from verify_aws import cleaning
from verify_aws.cleaning import Leftover
from verify_aws.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify_aws.account import Account

_NAMES = Names.of("abc123def4")
_OTHERS = Names.of("zzz123def4")


class _NoStacks:
    """CloudFormation and Lambda of an account that has nothing there."""

    def describe_stacks(self, **asked: str) -> Any:
        message = f"Stack with id {asked['StackName']} does not exist"
        error = {"Error": {"Code": "ValidationError", "Message": message}}
        raise ClientError(error, "DescribeStacks")

    def get_paginator(self, _operation: str) -> Any:
        return SimpleNamespace(paginate=lambda **_: [{"Functions": []}])


@pytest.fixture
def account() -> Iterator[Account]:
    """Return an account in memory."""
    empty = {"cloudformation": _NoStacks(), "lambda": _NoStacks()}
    with mock_aws():
        found = SimpleNamespace(
            region=REGION, client=lambda name: empty.get(name) or client_of(name)
        )
        yield cast("Account", found)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "_PAUSE_SECONDS", 0)


def _fill(names: Names) -> None:
    """Make what a run leaves when it is killed."""
    secrets, gateway = client_of("secretsmanager"), client_of("apigateway")
    for end in ("KEY_1", "ROLES"):
        name = f"{names.secret_prefix}{end}"
        secrets.create_secret(Name=name, SecretString="x")
    # A revoked record waits for its deletion.
    secrets.delete_secret(SecretId=f"{names.secret_prefix}KEY_1")
    secrets.create_secret(Name=f"{names.stack}-signing-key", SecretString="x")
    client_of("logs").create_log_group(logGroupName=f"{names.stack}-AdminLogGroup-X")
    s3 = client_of("s3")
    place: Any = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=names.bucket, CreateBucketConfiguration=place)
    s3.put_object(Bucket=names.bucket, Key="package", Body=b"x")
    plan = gateway.create_usage_plan(name=names.probe)["id"]
    key = gateway.create_api_key(name=f"{names.stack}/keyId/7GkQ2mV0aZx81TbP")["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    client_of("dynamodb").create_table(
        TableName=f"{names.stack}-Records-X",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        DeletionProtectionEnabled=True,
    )


def test_everything_of_a_run_is_found_and_removed(account: Account) -> None:
    """What waits for its deletion, is protected or has no suffix of its own, too."""
    _fill(_NAMES)
    kinds = [found.kind for found in cleaning.leftovers(account, _NAMES)]
    assert kinds == [
        "gateway key",
        "usage plan",
        *["secret"] * 3,
        "table",
        "bucket",
        "log group",
    ]
    assert cleaning.clean(account, _NAMES) == []
    assert cleaning.clean(account, _NAMES) == []


def test_nothing_of_another_run_or_of_anybody_is_touched(account: Account) -> None:
    """What only looks alike stays, and so does a gateway key of another plan."""
    _fill(_OTHERS)
    client_of("secretsmanager").create_secret(Name="APIROLES", SecretString="x")
    client_of("apigateway").create_api_key(name="of-somebody")
    before = cleaning.leftovers(account, _OTHERS)
    assert len(before) == 8
    _fill(_NAMES)
    assert cleaning.clean(account, _NAMES) == []
    assert cleaning.leftovers(account, _OTHERS) == before
    client_of("secretsmanager").describe_secret(SecretId="APIROLES")
    assert len(client_of("apigateway").get_api_keys()["items"]) == 2


def test_a_kind_that_may_not_be_listed_keeps_nothing_else_from_being_removed(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But nobody is told then that nothing is left."""
    _fill(_NAMES)

    def refuse(_operation: str) -> None:
        error = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
        raise ClientError(error, "ListTables")

    monkeypatch.setattr(client_of("dynamodb"), "get_paginator", refuse)
    what = "not listed: AccessDeniedException"
    left = [Leftover("table", what, is_known=False)]
    assert cleaning.clean(account, _NAMES) == left


def test_what_can_not_be_removed_is_named(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again, and then said."""
    _fill(_NAMES)
    error = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
    tries = []

    def refuse(**asked: str) -> None:
        tries.append(asked)
        raise ClientError(error, "DeleteLogGroup")

    monkeypatch.setattr(client_of("logs"), "delete_log_group", refuse)
    name = f"{_NAMES.stack}-AdminLogGroup-X"
    assert cleaning.clean(account, _NAMES) == [Leftover("log group", name)]
    assert len(tries) > 1
