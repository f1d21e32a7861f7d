"""``apikeys doctor``: what is wrong is found, and each finding says what to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from apikeys_cli.health.findings import fail, findings_table, ok, some, warn
from apikeys_cli.terminal.console import print_data
from tests.builders import signing_secret
from tests.in_process import InProcess
from tests.unit.apikeys_cli.aws_double import (
    METHOD,
    PERMISSION,
    SERVICES,
    SOURCE,
    Aws,
    alarm,
    good_answers,
)
from tests.unit.apikeys_cli.doubles import Cli, LostError

if TYPE_CHECKING:
    from collections.abc import Callable


def _error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Look")


def _examined(
    cli: Cli, change: Callable[[dict[str, Any]], object] | None = None
) -> dict[str, list[tuple[str, str]]]:
    """Return level and text of each finding by its subject, after a change."""
    answers = good_answers()
    if change is not None:
        change(answers)
    cli.function.clients |= dict.fromkeys(SERVICES, Aws(answers))
    arguments = ["doctor", "--api", "a1", "--stage", "prod", "--output", "json"]
    done = cli(*arguments)
    findings = json.loads(done.stdout)["findings"]
    assert done.exit_code == any(f["level"] == "fail" for f in findings)
    assert all(f["advice"] for f in findings if f["level"] != "ok")
    found: dict[str, list[tuple[str, str]]] = {}
    for finding in findings:
        pair = (finding["level"], finding["what"])
        found.setdefault(finding["subject"], []).append(pair)
    return found


def _worst(found: dict[str, list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Return what is not ok."""
    return [pair for pairs in found.values() for pair in pairs if pair[0] != "ok"]


def test_a_healthy_deployment_is_ok_throughout(cli: Cli) -> None:
    """Nothing to do, exit code 0, and every subject was looked at."""
    cli.issue("--expires", "90d")
    cli.issue("--expires", "never")
    cli.issue("--expires", "3d", "--disabled")
    cli("rotate", cli.issue("--expires", "90d")["record"]["keyId"])
    found = _examined(cli)
    assert _worst(found) == []
    assert list(found) == [
        "admin function",
        "role map",
        "policies",
        "signing secret",
        "its backup",
        "its age",
        "records",
        "expiry",
        "alarms",
        "a1/prod",
        "a1/prod web ACL",
    ]
    assert len(found["a1/prod"]) == 7


def _method(answers: dict[str, Any], **changes: str) -> None:
    resource = answers["get_resources"]["items"][1]
    resource["resourceMethods"]["GET"] = METHOD | changes


def _authorizer(answers: dict[str, Any], **changes: object) -> None:
    answers["get_authorizers"]["items"][0].update(changes)


def _denied(operation: str) -> Callable[[dict[str, Any]], None]:
    return lambda answers: answers.update({operation: _error("AccessDeniedException")})


def _variables(answers: Any) -> Any:
    return answers["get_function_configuration"]["Environment"]["Variables"]


def _alarms(answers: dict[str, Any]) -> Any:
    return answers["describe_alarms"]["MetricAlarms"]


def _takes(kinds: str, **authorizer: object) -> Any:
    def change(answers: Any) -> None:
        variables = answers["get_function_configuration"]["Environment"]["Variables"]
        variables["CREDENTIALS"] = kinds
        answers["get_authorizers"]["items"][0].update(authorizer)

    return change


_NOTHING_CACHED = {"identitySource": None, "authorizerResultTtlInSeconds": 0}


_NO_SUCH_ITEM = "WAFNonexistentItemException"


def _another_function(answers: dict[str, Any]) -> None:
    """Let a second authorizer of the API guard a route, as good as ours but for that.

    An alias of ours is still ours.
    """
    found = answers["get_authorizers"]["items"]
    ours, uri = found[0], found[0]["authorizerUri"]
    others = uri.replace(":authorizer/", ":open/")
    found.append(ours | {"id": "auth2", "authorizerUri": others})
    live = uri.replace(":authorizer/", ":authorizer:live/")
    found.append(ours | {"id": "auth3", "authorizerUri": live})
    for path, authorizer in (("/new", "auth2"), ("/old", "auth3")):
        methods = {"GET": METHOD | {"authorizerId": authorizer}}
        resource = {"path": path, "resourceMethods": methods}
        answers["get_resources"]["items"].append(resource)


def _canary(answers: dict[str, Any]) -> None:
    """Let the stage have a canary that serves a route without an authorizer."""
    served = {
        "d1": answers["get_deployment"],
        "d2": {"apiSummary": {"/new": {"GET": {"authorizationType": "NONE"}}}},
    }
    answers["get_stage"]["canarySettings"] = {"deploymentId": "d2", "percentTraffic": 5}
    answers["get_deployment"] = lambda **asked: served[asked["deploymentId"]]


def _web_acl(**config: object) -> Callable[[dict[str, Any]], None]:
    """Put a web ACL in front of the stage, which samples unless told otherwise."""
    visibility = {"SampledRequestsEnabled": True}
    acl = {"ARN": "arn:acl", "VisibilityConfig": visibility} | config

    def change(answers: dict[str, Any]) -> None:
        answers["get_web_acl_for_resource"] = {"WebACL": acl}
        answers["get_logging_configuration"] = _error(_NO_SUCH_ITEM)

    return change


def _protecting(*headers: str, **exceptions: bool) -> dict[str, Any]:
    field = {"FieldType": "SINGLE_HEADER", "FieldKeys": list(headers)}
    protection = {"Field": field, "Action": "HASH"} | exceptions
    other = {"Field": {"FieldType": "QUERY_STRING"}, "Action": "HASH"}
    return {"DataProtections": [other, protection]}


_UNSAMPLED = {"SampledRequestsEnabled": False}


def _logging(*redacted: str) -> Callable[[dict[str, Any]], None]:
    """Put a web ACL in front that samples nothing and writes a log."""
    fields = [{"Method": {}}, *({"SingleHeader": {"Name": name}} for name in redacted)]

    def change(answers: dict[str, Any]) -> None:
        _web_acl(VisibilityConfig=_UNSAMPLED)(answers)
        answers["get_logging_configuration"] = {
            "LoggingConfiguration": {"RedactedFields": fields}
        }

    return change


def _both(*changes: Callable[[dict[str, Any]], object]) -> Callable[[Any], None]:
    def change(answers: dict[str, Any]) -> None:
        for one in changes:
            one(answers)

    return change


BROKEN: dict[str, tuple[Callable[[dict[str, Any]], object], str, str]] = {
    "an open route": (
        lambda a: _method(a, authorizationType="NONE"),
        "fail",
        "open to everybody: GET /reports",
    ),
    "a route of another authorizer": (
        lambda a: _method(a, authorizationType="AWS_IAM", authorizerId=""),
        "warn",
        "guarded by something other than an authorizer: GET /reports",
    ),
    "a route of a user pool": (
        _both(
            _takes("basic", identitySource="method.request.header.Authorization"),
            lambda a: _authorizer(a, type="COGNITO_USER_POOLS", authorizerUri=""),
        ),
        "warn",
        "guarded by something other than an authorizer: GET /reports",
    ),
    "a route of another function": (
        _another_function,
        "warn",
        "guarded by 2 functions: authorizer: GET /old, GET /reports; open: GET /new",
    ),
    "a route that is open in the stage": (
        lambda a: a["get_deployment"]["apiSummary"]["/reports"].update(
            {"DELETE": {"authorizationType": "NONE"}}
        ),
        "fail",
        "open to everybody in what the stage serves: DELETE /reports",
    ),
    "a route that is open in the canary": (
        _canary,
        "fail",
        "open to everybody in what its canary serves: GET /new",
    ),
    "an API without authorizers": (
        _both(
            lambda a: a.update(get_authorizers={"ResponseMetadata": {}}),
            lambda a: _method(a, authorizationType="NONE"),
        ),
        "fail",
        "open to everybody: GET /reports",
    ),
    "a web ACL that samples": (
        _web_acl(),
        "warn",
        "its sampled requests show X-API-Key",
    ),
    "a rule that samples": (
        _web_acl(
            VisibilityConfig=_UNSAMPLED,
            Rules=[{"VisibilityConfig": {"SampledRequestsEnabled": True}}],
        ),
        "warn",
        "its sampled requests show X-API-Key",
    ),
    "a firewall manager's rule that samples": (
        _web_acl(
            VisibilityConfig=_UNSAMPLED,
            PostProcessFirewallManagerRuleGroups=[
                {"VisibilityConfig": {"SampledRequestsEnabled": True}}
            ],
        ),
        "warn",
        "its sampled requests show X-API-Key",
    ),
    "a web ACL that protects another header": (
        _web_acl(DataProtectionConfig=_protecting("authorization")),
        "warn",
        "its sampled requests show X-API-Key",
    ),
    "a web ACL that shows a protected header in the details of rules": (
        _web_acl(
            DataProtectionConfig=_protecting("x-api-key", ExcludeRuleMatchDetails=True)
        ),
        "warn",
        "its sampled requests show X-API-Key",
    ),
    "a web ACL that shows a protected header in the details of rates": (
        _web_acl(
            DataProtectionConfig=_protecting("x-api-key", ExcludeRateBasedDetails=True)
        ),
        "warn",
        "its sampled requests show X-API-Key",
    ),
    "a web ACL that logs": (
        _logging("cookie"),
        "warn",
        "its log shows X-API-Key",
    ),
    "a web ACL of a stage that takes both kinds": (
        _both(_web_acl(), _takes("api-key,basic", **_NOTHING_CACHED)),
        "warn",
        "its sampled requests show X-API-Key and Authorization",
    ),
    "a web ACL out of reach": (
        _denied("get_web_acl_for_resource"),
        "not checked",
        "no permission",
    ),
    "a web ACL's log out of reach": (
        _both(
            _web_acl(VisibilityConfig=_UNSAMPLED), _denied("get_logging_configuration")
        ),
        "not checked",
        "no permission",
    ),
    "no WAF at the endpoint": (
        lambda a: a.update(
            get_web_acl_for_resource=EndpointConnectionError(
                endpoint_url="https://wafv2"
            )
        ),
        "not checked",
        'Could not connect to the endpoint URL: "https://wafv2"; check the network, '
        "--region and --endpoint-url",
    ),
    "another identity source": (
        lambda a: _authorizer(a, identitySource=f"{SOURCE},context.identity.sourceIp"),
        "fail",
        f"ApiKey: its identity source is {SOURCE},context.identity.sourceIp, "
        f"not {SOURCE}",
    ),
    "no identity source": (
        lambda a: _authorizer(a, identitySource=None),
        "fail",
        f"ApiKey: its identity source is none, not {SOURCE}",
    ),
    "a longer TTL": (
        lambda a: _authorizer(a, authorizerResultTtlInSeconds=300),
        "fail",
        "ApiKey: it caches for 300 s, AuthorizerCacheSeconds is 3",
    ),
    "the default TTL": (
        lambda a: a["get_authorizers"]["items"][0].pop("authorizerResultTtlInSeconds"),
        "fail",
        "ApiKey: it caches for 300 s, AuthorizerCacheSeconds is 3",
    ),
    "data trace": (
        lambda a: a["get_stage"]["methodSettings"].update(
            {"reports/GET": {"dataTraceEnabled": True}}
        ),
        "fail",
        "execution log: data trace is on and logs the keys: reports/GET",
    ),
    "the key in the access log": (
        lambda a: a["get_stage"]["accessLogSettings"].update(
            format="$context.identity.apiKey "
            "$context.requestOverride.header.X-API-Key $context.identity.apiKeyId"
        ),
        "fail",
        "access log: it has $context.identity.apiKey, "
        "$context.requestOverride.header.X-API-Key",
    ),
    "no permission to invoke": (
        lambda a: a.update(get_policy=_error("ResourceNotFoundException")),
        "fail",
        "ApiKey: API Gateway may not invoke it; every call is 500",
    ),
    "a permission of another API": (
        lambda a: a.update(
            get_policy={
                "Policy": json.dumps({"Statement": [PERMISSION]}).replace("a1", "b2")
            }
        ),
        "fail",
        "ApiKey: API Gateway may not invoke it; every call is 500",
    ),
    "permissions out of reach": (_denied("get_policy"), "not checked", "no permission"),
    "a function that is named by a variable": (
        lambda a: _authorizer(a, authorizerUri="…/functions/${stageVariables.f}/…"),
        "not checked",
        "ApiKey: its URI names no function that can be looked at",
    ),
    "no such API": (
        lambda a: a.update(
            get_rest_api=_error("NotFoundException"),
            get_api=_error("NotFoundException"),
        ),
        "fail",
        "there is no such API",
    ),
    "no such stage": (
        lambda a: a.update(get_stage=_error("NotFoundException")),
        "fail",
        "there is no such stage",
    ),
    "API Gateway in trouble": (
        lambda a: a.update(get_stage=_error("TooManyRequestsException")),
        "not checked",
        "no (TooManyRequestsException); try again",
    ),
    "API Gateway out of reach": (_denied("get_stage"), "not checked", "no permission"),
    "APIs out of reach": (_denied("get_rest_api"), "not checked", "no permission"),
    "no backup": (
        lambda a: a["describe_secret"].pop("ReplicationStatus"),
        "warn",
        "not replicated; losing it refuses every key",
    ),
    "a replica that fell behind": (
        lambda a: a["describe_secret"]["ReplicationStatus"][0].update(Status="Failed"),
        "warn",
        "the replica is not in sync: eu-central-1",
    ),
    "a signing secret about to go": (
        lambda a: a["describe_secret"].update(DeletedDate=datetime.now(UTC)),
        "fail",
        "the signing secret is to be deleted",
    ),
    "an old signing key": (
        lambda a: a["describe_secret"].update(
            LastChangedDate=datetime.now(UTC) - timedelta(days=400)
        ),
        "warn",
        "last changed 400 days ago",
    ),
    "a signing secret out of reach": (
        _denied("describe_secret"),
        "not checked",
        "no permission",
    ),
    "alarms that nobody gets": (
        lambda a: [one.update(AlarmActions=[]) for one in _alarms(a)],
        "warn",
        "sent to nobody: 1 page, 1 ticket; a page is an outage",
    ),
    "an alarm that is silenced": (
        lambda a: _alarms(a)[1].update(ActionsEnabled=False),
        "warn",
        "sent to nobody: 0 pages, 1 ticket; a page is an outage",
    ),
    "no alarms but of other stacks": (
        lambda a: a["describe_alarms"].update(
            MetricAlarms=[alarm("keys-two-page-throttled"), alarm("keys-page")]
        ),
        "warn",
        "there are none: nobody is paged in an outage",
    ),
    "alarms out of reach": (_denied("describe_alarms"), "not checked", "no permission"),
    "a release that does not know its stack": (
        lambda a: _variables(a).pop("STACK_NAME"),
        "not checked",
        "the stack's name is not known",
    ),
    "an API without an alarm": (
        lambda a: a["describe_alarms_for_metric"].update(MetricAlarms=[]),
        "warn",
        "alarm: none on its 5XXError; nobody is paged if API Gateway may not invoke "
        "the authorizer",
    ),
    "an API whose alarm nobody gets": (
        lambda a: a["describe_alarms_for_metric"]["MetricAlarms"][0].pop(
            "AlarmActions"
        ),
        "warn",
        "alarm: the one on its 5XXError is sent to nobody",
    ),
    "an API's alarms out of reach": (
        _denied("describe_alarms_for_metric"),
        "not checked",
        "no permission",
    ),
    "TagCheck off": (
        lambda a: a["get_function_configuration"]["Environment"]["Variables"].update(
            TAG_CHECK="off"
        ),
        "warn",
        "TagCheck is off: strangers can cause reads of records",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_found(cli: Cli, name: str) -> None:
    """One thing is broken, and that one thing is found."""
    change, level, what = BROKEN[name]
    assert _worst(_examined(cli, change)) == [(level, what)]


_BASIC_SOURCE = "method.request.header.Authorization"
_ASKS_FOR_NONE = ("ok", "ApiKey: it asks for no header and caches nothing")


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (
            _takes("basic", identitySource=_BASIC_SOURCE),
            ("ok", f"ApiKey: its identity source is {_BASIC_SOURCE}"),
        ),
        (_takes("api-key", **_NOTHING_CACHED), _ASKS_FOR_NONE),
        (_takes("basic", **_NOTHING_CACHED), _ASKS_FOR_NONE),
        (_takes("api-key,basic", **_NOTHING_CACHED), _ASKS_FOR_NONE),
        (
            _takes("basic", authorizerResultTtlInSeconds=0),
            ("fail", f"ApiKey: its identity source is {SOURCE}, not {_BASIC_SOURCE}"),
        ),
        (
            _takes("basic"),
            ("fail", f"ApiKey: its identity source is {SOURCE}, not {_BASIC_SOURCE}"),
        ),
        (
            _takes("api-key,basic", authorizerResultTtlInSeconds=0),
            ("fail", f"ApiKey: its identity source is {SOURCE}, its TTL 0 s"),
        ),
        (
            _takes("api-key,basic"),
            ("fail", f"ApiKey: its identity source is {SOURCE}, its TTL 3 s"),
        ),
        (
            _takes("api-key,basic", identitySource=None),
            ("fail", "ApiKey: its identity source is none, its TTL 3 s"),
        ),
    ],
)
def test_the_identity_source_is_the_header_of_the_kind(
    cli: Cli, change: Any, finding: tuple[str, str]
) -> None:
    """Of two kinds there can be none, and so nothing may be cached.

    API Gateway may refuse whoever lacks a source that is given, whatever the TTL.
    """
    assert finding in _examined(cli, change)["a1/prod"]


@pytest.mark.parametrize(
    "change",
    [
        _web_acl(VisibilityConfig=_UNSAMPLED),
        _web_acl(DataProtectionConfig=_protecting("X-Api-Key")),
        _logging("x-api-key"),
        _both(_logging(), _web_acl(DataProtectionConfig=_protecting("x-api-key"))),
    ],
)
def test_a_web_acl_that_shows_no_credential_is_fine(cli: Cli, change: Any) -> None:
    """Nothing sampled, protected wherever it is shown, or redacted in the log."""
    found = _examined(cli, change)["a1/prod web ACL"]
    assert [level for level, _ in found] == ["ok", "ok"]


@pytest.mark.parametrize("answer", [{}, {"WebACL": None}, _error(_NO_SUCH_ITEM)])
def test_a_stage_without_a_web_acl_is_fine(cli: Cli, answer: Any) -> None:
    """AWS WAF says so with an empty answer, some endpoints with an error."""
    found = _examined(cli, lambda a: a.update(get_web_acl_for_resource=answer))
    assert found["a1/prod web ACL"] == [("ok", "there is none")]


def test_the_web_acl_is_that_of_the_stage(cli: Cli) -> None:
    """AWS WAF knows a stage by an ARN without an account."""
    asked: list[str] = []

    def answer(**request: str) -> dict[str, Any]:
        asked.append(request["ResourceArn"])
        return {}

    _examined(cli, lambda a: a.update(get_web_acl_for_resource=answer))
    assert asked == ["arn:aws:apigateway:eu-west-1::/restapis/a1/stages/prod"]


def test_an_api_without_authorizers_lists_none(cli: Cli) -> None:
    """API Gateway sends no list at all where there is nothing to list."""
    for empty in ("get_authorizers", "get_resources"):
        found = _examined(cli, lambda a, empty=empty: a.update({empty: {}}))  # type: ignore[misc]
        assert "a1/prod" in found


def test_the_age_of_the_secret_may_be_unknown(cli: Cli) -> None:
    """Then nothing is said of it."""
    found = _examined(cli, lambda a: a["describe_secret"].pop("LastChangedDate"))
    assert "its age" not in found


def test_a_stage_without_an_access_log_logs_no_key(cli: Cli) -> None:
    """That is fine, and said."""
    found = _examined(cli, lambda a: a["get_stage"].pop("accessLogSettings"))
    assert ("ok", "access log: none is written") in found["a1/prod"]


def test_a_role_by_which_the_authorizer_is_invoked_is_permission_enough(
    cli: Cli,
) -> None:
    """The function's own policy says nothing then."""
    role = "arn:aws:iam::123456789012:role/gateway"
    found = _examined(
        cli,
        _both(
            _denied("get_policy"), lambda a: _authorizer(a, authorizerCredentials=role)
        ),
    )
    assert _worst(found) == []


def test_a_token_authorizer_reads_the_header_that_it_is_given(cli: Cli) -> None:
    """Whichever that is, it is the one under which an answer is cached."""
    source = "method.request.header.Authorization"
    change = _takes("api-key,basic", type="TOKEN", identitySource=source)
    found = _examined(cli, change)
    assert ("ok", f"ApiKey: it is handed {source}") in found["a1/prod"]
    assert _worst(found) == []


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        ({}, True),
        ({"Principal": "*", "Action": "lambda:*", "Condition": {}}, True),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}, True),
        ({"Effect": "Deny"}, False),
        ({"Principal": {"Service": "events.amazonaws.com"}}, False),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}, False),
        ({"Action": "lambda:GetFunction"}, False),
        ({"Condition": {"ArnLike": {"aws:SourceArn": ["arn:x", "arn:*:a1/*"]}}}, True),
        ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:*:a1/prod/*"}}}, False),
    ],
)
def test_only_a_statement_for_this_authorizer_permits_it(
    cli: Cli, changes: dict[str, Any], *, may: bool
) -> None:
    """That of a method or of another API is none, nor that of another service."""
    policy = {"Policy": json.dumps({"Statement": [PERMISSION | changes]})}
    found = _examined(cli, lambda a: a.update(get_policy=policy))
    assert (_worst(found) == []) is may


def test_an_unknown_configuration_leaves_things_unchecked(cli: Cli) -> None:
    """Whoever may only invoke still gets the rest."""
    found = _examined(cli, _denied("get_function_configuration"))
    assert _worst(found) == [
        ("not checked", "no permission"),
        ("not checked", "its name is not known"),
        ("not checked", "the stack's name is not known"),
        (
            "not checked",
            "ApiKey: it caches for 3 s; AuthorizerCacheSeconds is not known",
        ),
    ]


@pytest.mark.parametrize("starts", [True, False])
def test_names_with_which_no_function_starts_are_named(
    cli: Cli, *, starts: bool
) -> None:
    """Also where the function, which does not start, says nothing of it."""
    if not starts:
        cli.function.answer = lambda _: None  # type: ignore[method-assign]

    def change(answers: dict[str, Any]) -> None:
        variables = answers["get_function_configuration"]["Environment"]["Variables"]
        variables["ROLES_SECRET"] = "APIKEY_ROLES"

    found = _examined(cli, change)
    what = "ROLES_SECRET begins with SECRET_NAME_PREFIX, as records do"
    assert found["names"] == [("fail", what)]
    assert ("role map" in found) is starts


def test_a_function_out_of_reach_is_the_only_finding(cli: Cli) -> None:
    """Nothing else could be said."""
    cli.function.answer = lambda _: None  # type: ignore[method-assign]
    found = _examined(cli)
    assert list(found) == ["admin function"]
    assert found["admin function"][0][0] == "fail"


def test_a_missing_role_map_fails(account: Any) -> None:
    """Every call of every API is 500 until there is one."""
    found = _examined(Cli(InProcess()))
    assert found["role map"] == [("fail", "there is none: every call is answered 500")]
    account.create_secret(Name="APIROLES", SecretString="rubbish")
    found = _examined(Cli(InProcess()))
    assert [level for level, _ in found["role map"]] == ["fail"]


def test_large_policies_are_reported(
    cli: Cli,
    account: Any,
) -> None:
    """Before a policy is too large for API Gateway."""
    routes = [f"GET /a-rather-long-path-of-a-report-{i:03}" for i in range(55)]
    role_map = {"roles": {"LARGE": {"allow": routes, "deny": ["GET /b"]}}}
    account.put_secret_value(SecretId="APIROLES", SecretString=json.dumps(role_map))
    found = _examined(cli)
    # What a map is warned of was said when it was stored.
    assert found["role map"] == [("ok", "1 role, no conflict")]
    ((level, what),) = found["policies"]
    assert level == "warn"
    assert what.startswith("the largest is LARGE's, ")
    role_map = {"unmapped": "any-key", "roles": {"A": {"allow": ["GET /a"]}}}
    account.put_secret_value(SecretId="APIROLES", SecretString=json.dumps(role_map))
    ((level, what),) = _examined(cli)["policies"]
    assert what.startswith("the largest is that of a key without roles, ")
    account.put_secret_value(SecretId="APIROLES", SecretString='{"roles": {}}')
    assert "none's, 0 of 8,192 bytes" in _examined(cli)["policies"][0][1]


def test_roles_that_the_map_lacks_are_named(cli: Cli, account: Any) -> None:
    """Whoever holds one thinks that it opens something."""
    ids = [cli.issue("--role", "READER")["record"]["keyId"] for _ in range(2)]
    cli.issue("--role", "WRITER")
    assert "roles" not in _examined(cli)
    role_map = json.dumps({"roles": {"WRITER": {"allow": ["GET /a"]}}})
    account.put_secret_value(SecretId="APIROLES", SecretString=role_map)
    ((level, what),) = _examined(cli)["roles"]
    assert level == "warn"
    assert what.startswith("the role map lacks READER, held by 2, so ")
    assert all(key_id in what for key_id in ids)
    # Without a map there is a graver finding.
    account.put_secret_value(SecretId="APIROLES", SecretString="rubbish")
    assert "roles" not in _examined(cli)


def test_routes_that_held_roles_lose_are_named(cli: Cli, account: Any) -> None:
    """By the keys that hold them; an older release gave such roles."""
    ids = [
        cli.issue("--role", "READER", "--role", "WRITER")["record"]["keyId"]
        for _ in range(2)
    ]
    other = cli.issue("--role", "READER")["record"]["keyId"]
    assert "lost routes" not in _examined(cli)
    roles = {
        "READER": {"allow": ["GET /{x}/{y}"]},
        "WRITER": {"allow": ["GET /a/{x}/b"]},
        "OTHER": {"allow": ["GET /a/{x}"]},
    }
    text = json.dumps({"roles": roles})
    account.put_secret_value(SecretId="APIROLES", SecretString=text)
    found = _examined(cli)
    ((level, what),) = found["lost routes"]
    assert level == "warn"
    assert what.startswith("'GET /a/{x}/b' is shut: ")
    assert all(key_id in what for key_id in ids)
    assert other not in what
    ((level, what),) = found["role map"]
    assert level == "warn"
    assert what.startswith("READER and WRITER do not go together: 'GET /a/{x}/b' is ")
    # What a role loses by itself is the map's fault.
    roles["READER"]["allow"].append("GET /a/{x}/b")
    text = json.dumps({"roles": roles})
    account.put_secret_value(SecretId="APIROLES", SecretString=text)
    found = _examined(cli)
    assert [level for level, _ in found["role map"]] == ["fail"]
    assert other in found["lost routes"][0][1]
    account.put_secret_value(SecretId="APIROLES", SecretString="rubbish")
    assert "lost routes" not in _examined(cli)


@pytest.mark.parametrize("text", ["rubbish", None])
def test_a_broken_signing_secret_fails(
    cli: Cli,
    account: Any,
    text: str | None,
) -> None:
    """Every key would be refused."""
    if text is None:
        account.delete_secret(SecretId="signing", ForceDeleteWithoutRecovery=True)
    else:
        account.put_secret_value(SecretId="signing", SecretString=text)
    found = _examined(cli)
    assert [level for level, _ in found["signing secret"]] == ["fail"]
    account.delete_secret(SecretId="signing", ForceDeleteWithoutRecovery=True)
    account.create_secret(Name="signing", SecretString=signing_secret())


def test_corrupt_and_soon_expired_records_are_named(
    cli: Cli,
    account: Any,
) -> None:
    """The first few by id; the rest are counted."""
    account.create_secret(
        Name="APIKEY_" + "C" * 16, SecretString='{"schemaVersion": 1}'
    )
    for _ in range(6):
        cli.issue("--expires", "3d")
    found = _examined(cli)
    ((level, what),) = found["records"]
    assert level == "fail"
    assert "C" * 16 in what
    ((level, what),) = found["expiry"]
    assert level == "warn"
    assert what.startswith("6 ending within 14 days: ")
    assert what.endswith(" and 1 more")


def test_an_interrupted_rotation_is_named(cli: Cli, account: Any) -> None:
    """A sister key whose old key does not name it was perhaps never handed over."""
    old = cli.issue("--expires", "90d")["record"]["keyId"]
    before = account.get_secret_value(SecretId=f"APIKEY_{old}")["SecretString"]
    sister = cli.json("rotate", old)["record"]["keyId"]
    assert "rotations" not in _examined(cli)
    account.delete_secret(SecretId=f"APIKEY_{old}", ForceDeleteWithoutRecovery=True)
    account.create_secret(Name=f"APIKEY_{old}", SecretString=before)
    ((level, what),) = _examined(cli)["rotations"]
    assert (level, sister in what, old in what) == ("warn", True, False)


def test_a_key_that_nobody_may_have_is_named_with_what_to_do(cli: Cli) -> None:
    """Once it is too late for a repeat; not while it may be at work, nor once ended."""

    def lose(request: dict[str, Any], _answer: dict[str, Any]) -> None:
        if request["action"] == "issue":
            raise LostError("cut off")

    cli.issue()
    cli.function.fault = lose
    cli("issue", "--client", "Young")
    cli.function.later = -901
    cli("issue", "--client", "Old")
    cli("issue", "--client", "Old", "--login", "olga")
    cli.function.fault, cli.function.later = None, 0
    ((level, what),) = _examined(cli)["hand-overs"]
    named = what.removeprefix("never confirmed, so perhaps nobody has them: ")
    listed = cli.json("list", "--client", "Old")["records"]
    (old,) = [record["keyId"] for record in listed if "keyId" in record]
    assert (level, sorted(named.split(", "))) == ("warn", sorted([old, "olga"]))
    cli("confirm", "--login", "olga")
    cli("rotate", old, "--overlap", "0", "--yes")
    assert "hand-overs" not in _examined(cli)


def test_records_that_cannot_be_listed_fail(cli: Cli) -> None:
    """The store's trouble is a finding, and the rest is looked at."""
    answered = cli.function.answer

    def answer(request: dict[str, Any]) -> Any:
        if request["action"] == "list":
            error = {"code": "store_unavailable", "message": "no ListSecrets"}
            return {"status": 503, "error": error}
        return answered(request)

    cli.function.answer = answer  # type: ignore[method-assign]
    found = _examined(cli)
    assert found["records"] == [("fail", "no ListSecrets (store_unavailable)")]
    assert "a1/prod" in found


def test_a_person_reads_findings_with_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Level, subject, and under what was found an arrow to what to do."""
    findings = [
        ok("role map", "3 roles"),
        warn("expiry", "1 ends", "rotate it"),
        fail("a1/prod", "open: GET /x", "set the authorizer"),
    ]
    print_data(findings_table(findings))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "ok    role map  3 roles",
        "warn  expiry    1 ends",
        "                → rotate it",
        "fail  a1/prod   open: GET /x",
        "                → set the authorizer",
    ]
    assert some(["a"]) == "a"


def test_the_table_is_the_default(cli: Cli) -> None:
    """And exit code 0 where nothing fails."""
    cli.function.clients |= dict.fromkeys(SERVICES, Aws(good_answers()))
    done = cli("doctor")
    assert done.exit_code == 0
    assert done.stdout.startswith("ok  admin function  apikeys-admin answers")
