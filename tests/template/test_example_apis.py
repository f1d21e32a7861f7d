"""The example APIs of the other kinds: what the REST API has, each in its own way."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from tests.template.rendering import ACCOUNT, REGION, Rendered, render

WITH_API = {"ExampleApi": "true"}
URI = (
    f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{}}/invocations"
)
HTTP = ("ExampleHttp", "ExampleHttpFormat1")
APIS = {
    "ExampleRestApi": ["/example/*/*"],
    "ExampleTokenApi": ["/example/*/*"],
    "ExampleHttpApi": ["/*"],
    "ExampleHttpFormat1Api": ["/*"],
    "ExampleWebSocketApi": ["/example/*"],
}


def v2(kind: str, api: str, template: Rendered | None = None) -> list[dict[str, Any]]:
    """Return the properties of the resources of a type that belong to an API."""
    found = (template or render(**WITH_API)).of_type(f"AWS::ApiGatewayV2::{kind}")
    return [each for each in found.values() if each["ApiId"] == api]


def token_scheme(**chosen: str) -> dict[str, Any]:
    """Return what the document of the API with a TOKEN authorizer says of it."""
    body = render(**WITH_API, **chosen).properties("ExampleTokenApi")["Body"]
    scheme: dict[str, Any] = body["components"]["securitySchemes"]["ApiKeyAuthorizer"]
    return scheme


@pytest.mark.parametrize("seconds", ["0", "30"])
def test_token_authorizer(seconds: str) -> None:
    """TOKEN, handed the header X-API-Key, cached for AuthorizerCacheSeconds."""
    assert token_scheme(AuthorizerCacheSeconds=seconds) == {
        "type": "apiKey",
        "name": "X-API-Key",
        "in": "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
            "type": "token",
            "authorizerUri": URI.format("AuthorizerFunction"),
            "authorizerResultTtlInSeconds": seconds,
        },
    }


@pytest.mark.parametrize(
    ("kinds", "header"),
    [("basic", "Authorization"), ("api-key,basic", "Authorization")],
)
def test_a_token_is_handed_over_in_the_header_of_a_login(
    kinds: str, header: str
) -> None:
    """With logins the header is Authorization, and nothing is cached."""
    scheme = token_scheme(Credentials=kinds, AuthorizerCacheSeconds="0")
    assert scheme["name"] == header
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    assert authorizer["authorizerResultTtlInSeconds"] == 0


def test_the_token_api_has_all_that_the_rest_api_has() -> None:
    """The same routes, each with the authorizer, the same answers and stage."""
    template = render(**WITH_API)
    rest, token = (
        template.properties(name)["Body"]
        for name in ("ExampleRestApi", "ExampleTokenApi")
    )
    for part in ("paths", "x-amazon-apigateway-gateway-responses"):
        assert token[part] == rest[part]
    stages = [
        template.properties(f"{name}exampleStage")
        for name in ("ExampleRestApi", "ExampleTokenApi")
    ]
    assert stages[0]["MethodSettings"] == stages[1]["MethodSettings"]
    assert "AccessLogSetting" not in stages[1]
    assert template.properties("ExampleTokenApi")["EndpointConfiguration"] == {
        "Types": ["REGIONAL"]
    }


@pytest.mark.parametrize("seconds", ["0", "30"])
@pytest.mark.parametrize(
    ("name", "version"), [("ExampleHttp", "2.0"), ("ExampleHttpFormat1", "1.0")]
)
def test_http_authorizer(name: str, version: str, seconds: str) -> None:
    """REQUEST with IAM answers, cached only by the key for AuthorizerCacheSeconds."""
    template = render(**WITH_API, AuthorizerCacheSeconds=seconds)
    [authorizer] = v2("Authorizer", f"{name}Api", template)
    assert authorizer.pop("EnableSimpleResponses", False) is False
    assert authorizer == {
        "ApiId": f"{name}Api",
        "Name": "api-key",
        "AuthorizerType": "REQUEST",
        "AuthorizerUri": URI.format("AuthorizerFunction"),
        "AuthorizerPayloadFormatVersion": version,
        "IdentitySource": ["$request.header.X-API-Key"],
        "AuthorizerResultTtlInSeconds": seconds,
    }


@pytest.mark.parametrize(
    ("kinds", "header"), [("basic", ["Authorization"]), ("api-key,basic", [])]
)
def test_the_identity_source_is_the_header_that_is_read(
    kinds: str, header: list[str]
) -> None:
    """Authorization for logins, none for two kinds; then nothing is cached."""
    template = render(**WITH_API, Credentials=kinds, AuthorizerCacheSeconds="0")
    for name in HTTP:
        [authorizer] = v2("Authorizer", f"{name}Api", template)
        assert authorizer["IdentitySource"] == [f"$request.header.{h}" for h in header]
        assert authorizer["AuthorizerResultTtlInSeconds"] == 0
    [authorizer] = v2("Authorizer", "ExampleWebSocketApi", template)
    assert authorizer["IdentitySource"] == [f"route.request.header.{h}" for h in header]


@pytest.mark.parametrize(
    ("name", "routes"),
    [
        ("ExampleHttp", {"GET /whoami", "ANY /management/{proxy+}", "$default"}),
        ("ExampleHttpFormat1", {"$default"}),
    ],
)
def test_every_route_of_an_http_api_has_the_authorizer(
    name: str, routes: set[str]
) -> None:
    """``$default`` too, which takes whatever no other route does."""
    found = v2("Route", f"{name}Api")
    assert {route["RouteKey"] for route in found} == routes
    for route in found:
        assert route["AuthorizationType"] == "CUSTOM"
        assert route["AuthorizerId"] == f"{name}Authorizer"
        assert route["Target"] == f"integrations/{name}BackEnd"
    [integration] = v2("Integration", f"{name}Api")
    assert integration["IntegrationUri"] == URI.format("ExampleFunction")
    assert integration["PayloadFormatVersion"] == "2.0"


def test_stages_of_the_http_apis() -> None:
    """A default stage and a named one, throttled as the REST API is, without a log."""
    throttled = {"ThrottlingRateLimit": 100, "ThrottlingBurstLimit": 200}
    stages = v2("Stage", "ExampleHttpApi") + v2("Stage", "ExampleHttpFormat1Api")
    assert [s["StageName"] for s in stages] == ["$default", "example", "$default"]
    for stage in stages:
        assert stage["DefaultRouteSettings"] == throttled
        assert stage["AutoDeploy"] is True
        assert "AccessLogSettings" not in stage


def test_websocket_api_asks_at_connect() -> None:
    """``$connect`` has the authorizer; a message's answer reaches the client."""
    assert v2("Authorizer", "ExampleWebSocketApi") == [
        {
            "ApiId": "ExampleWebSocketApi",
            "Name": "api-key",
            "AuthorizerType": "REQUEST",
            "AuthorizerUri": URI.format("AuthorizerFunction"),
            "IdentitySource": ["route.request.header.X-API-Key"],
        }
    ]
    routes = {route["RouteKey"]: route for route in v2("Route", "ExampleWebSocketApi")}
    assert routes.keys() == {"$connect", "$default"}
    assert routes["$connect"]["AuthorizationType"] == "CUSTOM"
    assert routes["$connect"]["AuthorizerId"] == "ExampleWebSocketAuthorizer"
    assert routes["$default"]["RouteResponseSelectionExpression"] == "$default"
    assert v2("RouteResponse", "ExampleWebSocketApi") == [
        {
            "ApiId": "ExampleWebSocketApi",
            "RouteId": "ExampleWebSocketDefault",
            "RouteResponseKey": "$default",
        }
    ]


def test_websocket_stage_traces_no_data() -> None:
    """Data tracing, which would log keys, is off, and every route is throttled."""
    [stage] = v2("Stage", "ExampleWebSocketApi")
    assert stage["StageName"] == "example"
    assert stage["DefaultRouteSettings"] == {
        "DataTraceEnabled": False,
        "ThrottlingRateLimit": 100,
        "ThrottlingBurstLimit": 200,
    }
    assert "AccessLogSettings" not in stage


def permissions(function: str) -> dict[str, list[str]]:
    """Return the sources that may invoke a function through API Gateway, by API."""
    found: dict[str, list[str]] = {}
    template = render(**WITH_API)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"
    for permission in template.of_type("AWS::Lambda::Permission").values():
        if permission["FunctionName"] == arn:
            assert permission["Action"] == "lambda:InvokeFunction"
            assert permission["Principal"] == "apigateway.amazonaws.com"
            prefix = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:"
            assert permission["SourceArn"].startswith(prefix)
            source = permission["SourceArn"].removeprefix(prefix)
            api, _, rest = source.partition("/")
            found.setdefault(api, []).append(f"/{rest}")
    return found


def test_only_these_apis_may_invoke_the_authorizer() -> None:
    """The permissions name each API's authorizers; other APIs bring their own."""
    assert permissions("AuthorizerFunction") == {
        api: ["/authorizers/*"] for api in APIS
    }


def test_back_end_is_invoked_only_by_these_apis() -> None:
    """The permissions on the back end name each API, and its stage where it has one."""
    assert permissions("ExampleFunction") == APIS


def test_outputs_say_where_each_api_answers() -> None:
    """An HTTP API's default stage has no name in its address."""
    outputs = render(**WITH_API).outputs
    host = f"execute-api.{REGION}.amazonaws.com"
    assert {
        name: outputs[name]["Value"]
        for name in (
            "ExampleTokenApiUrl",
            "ExampleHttpApiUrl",
            "ExampleHttpFormat1ApiUrl",
            "ExampleWebSocketUrl",
        )
    } == {
        "ExampleTokenApiUrl": f"https://ExampleTokenApi.{host}/example",
        "ExampleHttpApiUrl": f"https://ExampleHttpApi.{host}",
        "ExampleHttpFormat1ApiUrl": f"https://ExampleHttpFormat1Api.{host}",
        "ExampleWebSocketUrl": f"wss://ExampleWebSocketApi.{host}/example",
    }


@pytest.fixture
def back_end() -> ModuleType:
    """Return the example back end as a module."""
    code = render(**WITH_API).properties("ExampleFunction")["Code"]["ZipFile"]
    module = ModuleType("index")
    exec(compile(code, "index.py", "exec"), module.__dict__)  # noqa: S102 - as Lambda does
    return module


def http_event(route: str, context: object) -> dict[str, Any]:
    """Return what an HTTP API's named stage sends to a back end, payload 2.0."""
    request = {"http": {"method": "PUT", "path": "/example/management/users"}}
    if context is not None:
        request["authorizer"] = context  # type: ignore[assignment]
    return {"version": "2.0", "routeKey": route, "requestContext": request}


CALLER = {"keyId": "k1", "client": "c1", "roles": "A B"}


def test_back_end_of_an_http_api(back_end: ModuleType) -> None:
    """It finds the context one level deeper, and tells what was called."""
    told = back_end.handler(http_event("GET /whoami", {"lambda": CALLER}), None)
    assert (told["statusCode"], told["body"]) == (
        200,
        '{"keyId": "k1", "client": "c1", "roles": "A B"}',
    )
    called = back_end.handler(http_event("$default", {"lambda": CALLER}), None)
    assert called["body"] == (
        '{"method": "PUT", "path": "/example/management/users", "client": "c1"}'
    )


@pytest.mark.parametrize(
    "context", [None, {}, {"lambda": {}}, {"lambda": None}, CALLER]
)
def test_back_end_of_an_http_api_refuses_without_the_context(
    back_end: ModuleType, context: object
) -> None:
    """A request that passed no authorizer, or another kind of one, is refused."""
    answer = back_end.handler(http_event("GET /whoami", context), None)
    assert answer["statusCode"] == 403


@pytest.mark.parametrize("route", ["$connect", "$default"])
def test_back_end_of_a_websocket_api(back_end: ModuleType, route: str) -> None:
    """It lets a client in and tells it who it is, but nobody without the context."""
    request = {"connectionId": "c", "routeKey": route, "authorizer": CALLER}
    told = back_end.handler({"requestContext": request}, None)
    assert (told["statusCode"], told["body"]) == (
        200,
        '{"keyId": "k1", "client": "c1", "roles": "A B"}',
    )
    del request["authorizer"]
    assert back_end.handler({"requestContext": request}, None)["statusCode"] == 403
