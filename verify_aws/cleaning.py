"""Removes what a run made, and nothing that does not carry its suffix.

First what could make more, the stacks and the functions in them; then what outlives a
stack: stored secrets, logs, the bucket. A gateway key carries no suffix: it is
    identified by its usage plan, and removed before that.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple

from botocore.exceptions import ClientError

from verify_aws import deployment
from verify_aws.account import Account
from verify_aws.names import Names

_ROUNDS: Final = 5
_PAUSE_SECONDS: Final = 2.0


class Leftover(NamedTuple):
    """Something that carries the suffix, or a kind that could not be listed."""

    kind: str
    name: str
    is_known: bool = True


class _Kind(NamedTuple):
    """A kind of resource: how to find those of a run, and how to remove one."""

    name: str
    find: Callable[[Account, Names], Iterator[str]]
    remove: Callable[[Account, str], object]


def clean(account: Account, names: Names) -> list[Leftover]:
    """Remove everything of a run; return what is still there.

    Deletions take effect late, and what was under way may still appear: so it looks
    again.
    """
    for attempt in range(_ROUNDS):
        if attempt:
            time.sleep(_PAUSE_SECONDS)
        found = leftovers(account, names)
        if not found:
            return []
        for kind in _KINDS:
            for leftover in found:
                if leftover.kind == kind.name and leftover.is_known:
                    with suppress(ClientError):
                        kind.remove(account, leftover.name)
    return leftovers(account, names)


def leftovers(account: Account, names: Names) -> list[Leftover]:
    """Return what carries the suffix of a run, in the order in which it is removed."""
    return [leftover for kind in _KINDS for leftover in _of_kind(kind, account, names)]


def _of_kind(kind: _Kind, account: Account, names: Names) -> list[Leftover]:
    try:
        return [Leftover(kind.name, name) for name in kind.find(account, names)]
    except ClientError as error:
        # The others can still be removed.
        what = f"not listed: {error.response['Error']['Code']}"
        return [Leftover(kind.name, what, is_known=False)]


def _pages(client: Any, operation: str, field: str, **asked: Any) -> Iterator[Any]:  # noqa: ANN401 - any service's
    for page in client.get_paginator(operation).paginate(**asked):
        yield from page.get(field, [])


def _gateway_keys(account: Account, names: Names) -> Iterator[str]:
    gateway = account.client("apigateway")
    for plan in _usage_plans(account, names):
        for key in _pages(gateway, "get_usage_plan_keys", "items", usagePlanId=plan):
            yield key["id"]


def _remove_gateway_key(account: Account, key: str) -> None:
    account.client("apigateway").delete_api_key(apiKey=key)


def _usage_plans(account: Account, names: Names) -> Iterator[str]:
    for plan in _pages(account.client("apigateway"), "get_usage_plans", "items"):
        if names.is_of_this_run(plan["name"]):
            yield plan["id"]


def _remove_usage_plan(account: Account, plan: str) -> None:
    account.client("apigateway").delete_usage_plan(usagePlanId=plan)


def _stacks(account: Account, names: Names) -> Iterator[str]:
    # The probe first: it may use what the other has.
    for stack in (names.probe, names.stack):
        if deployment.status(account, stack) is not None:
            yield stack


def _remove_stack(account: Account, stack: str) -> None:
    deployment.settled(account, stack)
    account.client("cloudformation").delete_stack(StackName=stack)
    deployment.settled(account, stack)


def _secrets(account: Account, names: Names) -> Iterator[str]:
    client = account.client("secretsmanager")
    for found in _pages(
        client, "list_secrets", "SecretList", IncludePlannedDeletion=True
    ):
        if names.is_of_this_run(found["Name"]):
            yield found["Name"]


def _remove_secret(account: Account, name: str) -> None:
    client = account.client("secretsmanager")
    found = client.describe_secret(SecretId=name)
    if replicas := [r["Region"] for r in found.get("ReplicationStatus", [])]:
        client.remove_regions_from_replication(
            SecretId=name, RemoveReplicaRegions=replicas
        )
    if "DeletedDate" in found:
        # What is scheduled for deletion is not deleted immediately.
        client.restore_secret(SecretId=name)
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def _log_groups(account: Account, names: Names) -> Iterator[str]:
    for group in _pages(account.client("logs"), "describe_log_groups", "logGroups"):
        if names.is_of_this_run(group["logGroupName"]):
            yield group["logGroupName"]


def _remove_log_group(account: Account, name: str) -> None:
    account.client("logs").delete_log_group(logGroupName=name)


def _tables(account: Account, names: Names) -> Iterator[str]:
    for name in _pages(account.client("dynamodb"), "list_tables", "TableNames"):
        if names.is_of_this_run(name):
            yield name


def _remove_table(account: Account, name: str) -> None:
    client = account.client("dynamodb")
    with suppress(ClientError):
        client.update_table(TableName=name, DeletionProtectionEnabled=False)
    client.delete_table(TableName=name)


def _buckets(account: Account, names: Names) -> Iterator[str]:
    for bucket in account.client("s3").list_buckets()["Buckets"]:
        if bucket["Name"] == names.bucket:
            yield bucket["Name"]


def _remove_bucket(account: Account, name: str) -> None:
    client = account.client("s3")
    for found in _pages(client, "list_objects_v2", "Contents", Bucket=name):
        client.delete_object(Bucket=name, Key=found["Key"])
    client.delete_bucket(Bucket=name)


def _functions(account: Account, names: Names) -> Iterator[str]:
    for function in _pages(account.client("lambda"), "list_functions", "Functions"):
        if names.is_of_this_run(function["FunctionName"]):
            yield function["FunctionName"]


def _remove_function(account: Account, name: str) -> None:
    account.client("lambda").delete_function(FunctionName=name)


_KINDS: Final = (
    _Kind("gateway key", _gateway_keys, _remove_gateway_key),
    _Kind("stack", _stacks, _remove_stack),
    _Kind("usage plan", _usage_plans, _remove_usage_plan),
    _Kind("function", _functions, _remove_function),
    _Kind("secret", _secrets, _remove_secret),
    _Kind("table", _tables, _remove_table),
    _Kind("bucket", _buckets, _remove_bucket),
    # Last: whatever still ran may have written.
    _Kind("log group", _log_groups, _remove_log_group),
)
