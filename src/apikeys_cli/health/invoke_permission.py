"""Whether API Gateway may invoke the authorizers of an API.

Without the permission every call is answered 500, and the function logs nothing.
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from apikeys_cli.errors import UnreachableError
from apikeys_cli.health.findings import Finding, fail, not_checked, ok, unseen
from apikeys_cli.sdk_errors import explained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apikeys_cli.connection import Connection
    from apikeys_cli.health.gateway import Authorizer, Stage

_FUNCTION = re.compile(
    "/functions/(arn:(?P<partition>[a-z-]+):lambda:(?P<region>[a-z0-9-]+):"
    "(?P<account>[0-9]{12}):function:[^/$]+)/invocations"
)
_SERVICE = "apigateway.amazonaws.com"
_ACTION = "lambda:InvokeFunction"
_NO_POLICY = "ResourceNotFoundException"


def check_permissions(connection: Connection, stage: Stage) -> Iterator[Finding]:
    """Check whether API Gateway may invoke each authorizer that guards a route."""
    for key, authorizer in stage.used.items():
        yield _check(connection, stage, key, authorizer)


def _check(
    connection: Connection, stage: Stage, key: str, authorizer: Authorizer
) -> Finding:
    name = authorizer.name
    if authorizer.role:
        return ok(stage.name, f"{name}: API Gateway invokes it by a role")
    uri = _FUNCTION.search(authorizer.uri)
    if uri is None:
        what = f"{name}: its URI names no function that can be looked at"
        return not_checked(stage.name, what, "set authorizerUri to the function's")
    function, partition = uri[1], uri["partition"]
    place = f"arn:{partition}:execute-api:{uri['region']}:{uri['account']}"
    source = f"{place}:{stage.api}/authorizers/{key}"
    try:
        with explained():
            found = connection.client("lambda").get_policy(FunctionName=function)
    except UnreachableError as error:
        if error.code != _NO_POLICY:
            return unseen(stage.name, "lambda:GetPolicy on the authorizer", error)
        found = {"Policy": '{"Statement": []}'}
    if any(_allows(s, source) for s in json.loads(found["Policy"])["Statement"]):
        return ok(stage.name, f"{name}: API Gateway may invoke it")
    return fail(
        stage.name,
        f"{name}: API Gateway may not invoke it; every call is 500",
        f"aws lambda add-permission --function-name {function} --statement-id "
        f"{stage.api} --action {_ACTION} --principal {_SERVICE} --source-arn {source}",
    )


def _allows(statement: dict[str, Any], source: str) -> bool:
    """Return whether a statement lets API Gateway invoke for this authorizer."""
    principal = statement.get("Principal")
    service = principal.get("Service") if isinstance(principal, dict) else principal
    if statement.get("Effect") != "Allow" or service not in (_SERVICE, "*"):
        return False
    if statement.get("Action") not in (_ACTION, "lambda:*", "*"):
        return False
    return all(
        any(fnmatchcase(source, pattern) for pattern in _listed(value))
        for keys in statement.get("Condition", {}).values()
        for key, value in keys.items()
        if key.lower() == "aws:sourcearn"
    )


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
