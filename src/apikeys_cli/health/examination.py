"""All checks of ``apikeys doctor``, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.health.alarms import check_alarms, check_stage_alarm
from apikeys_cli.health.configuration import Configuration
from apikeys_cli.health.findings import Finding, fail, ok, unseen
from apikeys_cli.health.gateway import Kind, Stage, kind_of
from apikeys_cli.health.gateway_checks import check_stage, headers_of
from apikeys_cli.health.invoke_permission import check_permissions
from apikeys_cli.health.record_store import check_record_store
from apikeys_cli.health.records import check_records
from apikeys_cli.health.rest_gateway import read_rest_stage
from apikeys_cli.health.role_map import check_role_map
from apikeys_cli.health.signing_secret import check_signing_secret
from apikeys_cli.health.v2_gateway import read_v2_stage
from apikeys_cli.health.web_acl import check_web_acl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apikeys_cli.admin_function import Invocation
    from apikeys_cli.connection import Connection


def examine(invocation: Invocation, stages: list[tuple[str, str]]) -> Iterator[Finding]:
    """Yield what is found in the deployment, and in the stages that it guards.

    Changes nothing. What this identity may not see is reported as not checked.

    Args:
        invocation: the function, and the way to AWS.
        stages: the id of an API, and a stage of it.
    """
    configuration, unread = None, None
    try:
        configuration = Configuration.read(invocation.connection)
        configuration.check_names()
    except UnreachableError as error:
        unread = error
    except ValueError as error:
        # Neither function starts with these, so nothing else can be checked.
        yield fail("names", str(error), "rename it: docs/configuration.md, Names")
    try:
        role_map = _role_map(invocation)
    except UnreachableError as error:
        advice = "check --stack, --region, --profile and lambda:InvokeFunction"
        yield fail("admin function", error.message, advice)
        return
    yield ok("admin function", f"{invocation.connection.function_name} answers")
    if unread is not None:
        yield unseen("configuration", "lambda:GetFunctionConfiguration", unread)
    yield from check_role_map(role_map)
    yield from check_signing_secret(invocation, configuration)
    yield from check_record_store(invocation.connection, configuration)
    yield from check_records(invocation.function, role_map)
    yield check_alarms(invocation.connection, configuration)
    for api, stage in stages:
        yield from _stage_findings(invocation, api, stage, configuration)


def _stage_findings(
    invocation: Invocation, api: str, stage: str, configuration: Configuration | None
) -> Iterator[Finding]:
    connection, name = invocation.connection, f"{api}/{stage}"
    try:
        kind = kind_of(connection, api)
        if kind is None:
            advice = "give the id of an API of this account and region"
            yield fail(name, "there is no such API", advice)
            return
        found = _stage(connection, kind, api, stage)
    except UnreachableError as error:
        if error.code == "NotFoundException":
            yield fail(name, "there is no such stage", "give the name of one it has")
        else:
            yield unseen(name, "apigateway:GET on it", error)
        return
    most_seconds, credentials = None, None
    if configuration is not None:
        most_seconds = configuration.authorizer_cache_seconds
        credentials = configuration.credentials
    yield from check_stage(found, most_seconds, credentials)
    yield from check_permissions(connection, found)
    yield from check_stage_alarm(connection, found)
    if kind is Kind.REST:
        # AWS WAF protects no other kind.
        yield from check_web_acl(connection, api, stage, headers_of(credentials))


def _stage(connection: Connection, kind: Kind, api: str, stage: str) -> Stage:
    if kind is Kind.REST:
        return read_rest_stage(connection.client("apigateway"), api, stage)
    return read_v2_stage(connection.client("apigatewayv2"), kind, api, stage)


def _role_map(invocation: Invocation) -> dict[str, Any] | None:
    """Return the stored role map, None if there is none, empty if it is invalid."""
    try:
        found: dict[str, Any] = invocation.function.invoke("roles.get")["roleMap"]
    except RefusedByFunctionError:
        return None
    except UnreachableError as error:
        if error.code != "misconfigured":
            raise
        return {}
    return found
