"""``doctor`` on HTTP and WebSocket APIs, as API Gateway's own client reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.in_process import REGION, client_of
from tests.unit.apikeys_cli.aws_double import Aws, good_answers

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.apikeys_cli.doubles import Cli

_FUNCTION = f"arn:aws:lambda:{REGION}:123456789012:function:authorizer"
_PATH = f"path/2015-03-31/functions/{_FUNCTION}/invocations"
_URI = f"arn:aws:apigateway:{REGION}:lambda:{_PATH}"
_HTTP = {
    "AuthorizerPayloadFormatVersion": "2.0",
    "IdentitySource": ["$request.header.X-API-Key"],
    "AuthorizerResultTtlInSeconds": 3,
    "EnableSimpleResponses": False,
}
_WEBSOCKET = {"IdentitySource": ["route.request.header.X-API-Key"]}


class _Api:
    """One API in API Gateway, with an authorizer on each route."""

    def __init__(self, protocol: str, *routes: str, **authorizer: Any) -> None:
        self.client = client_of("apigatewayv2")
        made = self.client.create_api(
            Name="reports", ProtocolType=protocol, RouteSelectionExpression="$request"
        )
        self.api: str = made["ApiId"]
        self.authorizers: list[str] = []
        self.authorizer = self.guard(
            Name="ApiKey", AuthorizerType="REQUEST", AuthorizerUri=_URI, **authorizer
        )
        for route in routes:
            self.route(route, AuthorizationType="CUSTOM", AuthorizerId=self.authorizer)

    def guard(self, **authorizer: Any) -> str:
        """Make an authorizer, and return its id."""
        made = self.client.create_authorizer(ApiId=self.api, **authorizer)
        self.authorizers.append(made["AuthorizerId"])
        return self.authorizers[-1]

    def route(self, key: str, **guard: str) -> None:
        """Make a route."""
        self.client.create_route(ApiId=self.api, RouteKey=key, **guard)

    def stage(self, name: str, **settings: Any) -> None:
        """Make a stage that is deployed automatically."""
        settings = {"AutoDeploy": True} | settings
        self.client.create_stage(ApiId=self.api, StageName=name, **settings)


class _Gateway:
    """API Gateway's client; moto lists no authorizers, but knows each."""

    def __init__(self, api: _Api) -> None:
        self._api = api

    def __getattr__(self, operation: str) -> Any:
        """Return what the client has."""
        return getattr(self._api.client, operation)

    def get_paginator(self, operation: str) -> Any:
        """Return the client's paginator, or one over the authorizers that were made."""
        if operation != "get_authorizers":
            return self._api.client.get_paginator(operation)
        items = [
            self._api.client.get_authorizer(ApiId=self._api.api, AuthorizerId=one)
            for one in self._api.authorizers
        ]
        return Aws({"paginate": [{"Items": items}]})


def _examined(cli: Cli, api: _Api, stage: str) -> list[tuple[str, str]]:
    """Return level and text of each finding about a stage."""
    answers = good_answers()
    permission = json.dumps({"Statement": [_permission(api.api)]})
    answers["get_policy"] = {"Policy": permission}
    for service in ("lambda", "secretsmanager", "dynamodb", "cloudwatch"):
        cli.function.clients[service] = Aws(answers)
    cli.function.clients["apigateway"] = client_of("apigateway")
    cli.function.clients["apigatewayv2"] = _Gateway(api)
    arguments = ["doctor", "--api", api.api, "--stage", stage, "--output", "json"]
    findings = json.loads(cli(*arguments).stdout)["findings"]
    assert all(f["advice"] for f in findings if f["level"] != "ok")
    own = [f for f in findings if f["subject"] == f"{api.api}/{stage}"]
    return [(f["level"], f["what"]) for f in own]


def _permission(api: str) -> dict[str, Any]:
    source = f"arn:aws:execute-api:{REGION}:123456789012:{api}/authorizers/*"
    return {
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Condition": {"ArnLike": {"AWS:SourceArn": source}},
    }


def test_a_good_http_api_is_ok_throughout(cli: Cli) -> None:
    """Of its default stage, with a route for everything else."""
    api = _Api("HTTP", "GET /reports", "$default", **_HTTP)
    api.route("OPTIONS /reports", AuthorizationType="NONE")
    log = "$context.requestId $context.authorizer.principalId"
    api.stage("$default", AccessLogSettings={"Format": log, "DestinationArn": "arn:x"})
    assert _examined(cli, api, "$default") == [
        ("ok", "HTTP API: an authorizer on each of 2 routes"),
        ("ok", "ApiKey: its identity source is $request.header.X-API-Key"),
        ("ok", "ApiKey: it caches for 3 s, of 3 s at most"),
        ("ok", "ApiKey: its payload format version is 2.0, with a policy for answer"),
        ("ok", "access log: no credential in its format"),
        ("ok", "ApiKey: API Gateway may invoke it"),
        ("ok", "alarm: on its 5xx"),
    ]


def test_a_good_websocket_api_is_ok_throughout(cli: Cli) -> None:
    """It is asked once, at $connect; no other route can have an authorizer."""
    api = _Api("WEBSOCKET", "$connect", **_WEBSOCKET)
    api.route("$default")
    api.stage("prod")
    assert _examined(cli, api, "prod") == [
        ("ok", "WebSocket API: an authorizer on $connect"),
        ("ok", "ApiKey: its identity source is route.request.header.X-API-Key"),
        ("ok", "execution log: data trace is off"),
        ("ok", "access log: none is written"),
        ("ok", "ApiKey: API Gateway may invoke it"),
    ]


def _open_default(api: _Api) -> None:
    api.route("$default")


def _guarded_otherwise(api: _Api) -> None:
    other = api.guard(
        Name="Tokens",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Audience": ["me"], "Issuer": "https://issuer"},
    )
    api.route("GET /other", AuthorizationType="JWT", AuthorizerId=other)


def _changed(**fields: Any) -> Callable[[_Api], object]:
    return lambda api: api.client.update_authorizer(
        ApiId=api.api, AuthorizerId=api.authorizer, **fields
    )


@pytest.mark.parametrize(
    ("change", "level", "what"),
    [
        (_open_default, "fail", "open to everybody: $default"),
        (
            _guarded_otherwise,
            "warn",
            "guarded by something other than an authorizer: GET /other",
        ),
        (
            _changed(AuthorizerResultTtlInSeconds=300),
            "fail",
            "ApiKey: it caches for 300 s, AuthorizerCacheSeconds is 3",
        ),
        (
            _changed(IdentitySource=["$request.querystring.key"]),
            "fail",
            "ApiKey: its identity source is $request.querystring.key, not "
            "$request.header.X-API-Key",
        ),
        (
            _changed(EnableSimpleResponses=True),
            "fail",
            "ApiKey: EnableSimpleResponses is on, and the answer is a policy",
        ),
        (
            _changed(AuthorizerPayloadFormatVersion="3.0"),
            "fail",
            "ApiKey: its payload format version is 3.0",
        ),
    ],
)
def test_what_is_wrong_with_an_http_api_is_found(
    cli: Cli, change: Callable[[_Api], object], level: str, what: str
) -> None:
    """One thing is broken, and that one thing is found."""
    api = _Api("HTTP", "GET /reports", **_HTTP)
    api.stage("prod")
    change(api)
    found = _examined(cli, api, "prod")
    assert [pair for pair in found if pair[0] != "ok"] == [(level, what)]


def test_a_stage_that_is_deployed_by_hand_may_serve_older_routes(cli: Cli) -> None:
    """What it serves can't be looked into, so that is said."""
    api = _Api("HTTP", "GET /reports", **_HTTP)
    log = "$context.requestOverride.header.X-API-Key"
    settings = {"Format": log, "DestinationArn": "arn:x"}
    api.stage("prod", AutoDeploy=False, AccessLogSettings=settings)
    found = _examined(cli, api, "prod")
    assert [pair for pair in found if pair[0] != "ok"] == [
        (
            "not checked",
            "it is not deployed automatically: it may serve older routes than these",
        ),
        ("fail", f"access log: it has {log}"),
    ]


@pytest.mark.parametrize(
    ("routes", "guard"), [(["$default"], {}), ([], {"AuthorizationType": "NONE"})]
)
def test_whoever_may_connect_to_a_websocket_is_found(
    cli: Cli, routes: list[str], guard: dict[str, str]
) -> None:
    """Without the route $connect, or with an open one, anybody does."""
    api = _Api("WEBSOCKET", *routes, **_WEBSOCKET)
    if guard:
        api.route("$connect", **guard)
    traced = {"DataTraceEnabled": True}
    api.stage("prod", DefaultRouteSettings=traced, RouteSettings={"$connect": traced})
    found = _examined(cli, api, "prod")
    assert [pair for pair in found if pair[0] != "ok"] == [
        ("fail", "open to everybody: $connect"),
        (
            "fail",
            "execution log: data trace is on and logs the keys: $connect, every route",
        ),
    ]


def test_a_stage_that_an_http_api_lacks_is_said(cli: Cli) -> None:
    """As it is of a REST API."""
    api = _Api("HTTP", "GET /reports", **_HTTP)
    assert _examined(cli, api, "prod") == [("fail", "there is no such stage")]
