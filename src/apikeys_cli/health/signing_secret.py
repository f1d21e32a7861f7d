"""``apikeys doctor``'s checks of the signing secret and its backup."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from apikeys.defaults import DAY
from apikeys_cli.dates import counted
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.health.findings import Finding, fail, not_checked, ok, unseen, warn
from apikeys_cli.sdk_errors import explained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apikeys_cli.admin_function import Invocation
    from apikeys_cli.health.configuration import Configuration

_OLD_DAYS = 365
# Has the grammar of a key, but was never minted.
_FORGED = f"ak_{'0' * 16}_{'0' * 65}"


def check_signing_secret(
    invocation: Invocation, configuration: Configuration | None
) -> Iterator[Finding]:
    """Check whether the function can read the signing secret, and its backup."""
    subject = "signing secret"
    try:
        invocation.function.invoke("verify", credential=_FORGED)
    except (UnreachableError, RefusedByFunctionError) as error:
        advice = "put it back from its backup: docs/operations.md"
        yield fail(subject, error.message, advice)
        return
    yield ok(subject, "complete, and readable by the function")
    if configuration is None:
        yield not_checked("its backup", "its name is not known", "see configuration")
        return
    if not configuration.checks_tags:
        what = "TagCheck is off: strangers can cause reads of records"
        yield warn("tag check", what, "turn it on again once the keys are rotated")
    try:
        with explained():
            found = invocation.connection.client("secretsmanager").describe_secret(
                SecretId=configuration.signing_secret
            )
    except UnreachableError as error:
        yield unseen("its backup", "secretsmanager:DescribeSecret on it", error)
        return
    yield from _backup(found)


def _backup(found: dict[str, Any]) -> Iterator[Finding]:
    """Check the description of the signing secret."""
    if "DeletedDate" in found:
        advice = "aws secretsmanager restore-secret, now"
        yield fail("its backup", "the signing secret is to be deleted", advice)
    replicas = found.get("ReplicationStatus", [])
    behind = [r["Region"] for r in replicas if r.get("Status") != "InSync"]
    if behind:
        what = f"the replica is not in sync: {', '.join(behind)}"
        yield warn("its backup", what, "see its status message in the console")
    elif replicas:
        regions = ", ".join(replica["Region"] for replica in replicas)
        yield ok("its backup", f"replicated to {regions}")
    else:
        yield warn(
            "its backup",
            "not replicated; losing it refuses every key",
            "replicate it to another region, or keep a copy elsewhere",
        )
    changed = found.get("LastChangedDate") or found.get("CreatedDate")
    if changed is not None:
        days = int(time.time() - changed.timestamp()) // DAY
        what = f"last changed {counted(days, 'day')} ago"
        if days > _OLD_DAYS:
            yield warn("its age", what, "rotate it: apikeys signing rotate --wait")
        else:
            yield ok("its age", what)
