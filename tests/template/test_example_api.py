"""The example REST API: the authorizer on every route, and nothing logged."""

import json
from types import ModuleType
from typing import Any

import pytest

from tests.template.rendering import ACCOUNT, REGION, render
from tests.templates import written

WITH_API = {"ExampleApi": "true"}
METHODS = {"get", "post", "put", "delete"}


def body() -> dict[str, Any]:
    """Return the API's OpenAPI document."""
    document: dict[str, Any] = render(**WITH_API).properties("ExampleRestApi")["Body"]
    return document


def authorizer(**chosen: str) -> dict[str, Any]:
    """Return what the API's document says of the authorizer."""
    template = render(**WITH_API, **chosen)
    components = template.properties("ExampleRestApi")["Body"]["components"]
    scheme = components["securitySchemes"]["ApiKeyAuthorizer"]
    assert scheme["x-amazon-apigateway-authtype"] == "custom"
    found: dict[str, Any] = scheme["x-amazon-apigateway-authorizer"]
    return found


def test_example_api_is_made_on_request() -> None:
    """Without ExampleApi there is no API of any kind, no back end and no output."""
    template = render()
    assert not [
        name
        for name, resource in template.resources.items()
        if resource["Type"].startswith(("AWS::ApiGateway", "AWS::Lambda::Permission"))
    ]
    assert template.of_type("AWS::Lambda::Function").keys() == {
        "AuthorizerFunction",
        "AdminFunction",
        "NoticesFunction",
    }
    assert template.outputs.keys() == {
        "AuthorizerFunctionArn",
        "AdminFunctionName",
        "NoticesFunctionName",
        "SigningSecretName",
    }


def test_outputs() -> None:
    """The outputs that scripts rely on are there, with the API's address."""
    outputs = render(**WITH_API, AuthorizerInvokeRole="true").outputs
    assert outputs.keys() == {
        "AuthorizerFunctionArn",
        "AuthorizerInvokeRoleArn",
        "AdminFunctionName",
        "NoticesFunctionName",
        "SigningSecretName",
        "ExampleApiId",
        "ExampleApiUrl",
        "ExampleTokenApiUrl",
        "ExampleHttpApiUrl",
        "ExampleHttpFormat1ApiUrl",
        "ExampleWebSocketUrl",
    }
    assert outputs["ExampleApiUrl"]["Value"] == (
        f"https://ExampleRestApi.execute-api.{REGION}.amazonaws.com/example"
    )


def test_routes() -> None:
    """The API has whoami and two trees of routes, with four methods each."""
    routes = {path: set(methods) for path, methods in body()["paths"].items()}
    assert routes == {
        "/whoami": {"get"},
        "/management": METHODS,
        "/management/{proxy+}": METHODS,
        "/triplestore": METHODS,
        "/triplestore/{proxy+}": METHODS,
    }


def test_every_method_but_options_has_the_authorizer() -> None:
    """No method but a preflight's OPTIONS is served without the authorizer."""
    for methods in body()["paths"].values():
        for method, operation in methods.items():
            if method != "options":
                assert operation["security"] == [{"ApiKeyAuthorizer": []}]
    assert body()["components"]["securitySchemes"].keys() == {"ApiKeyAuthorizer"}


def test_every_route_leads_to_the_back_end() -> None:
    """Each method is handed to the back end as it came."""
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:ExampleFunction"
    for methods in body()["paths"].values():
        for operation in methods.values():
            assert operation["x-amazon-apigateway-integration"] == {
                "type": "aws_proxy",
                "httpMethod": "POST",
                "uri": (
                    f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
                    f"{function}/invocations"
                ),
            }


@pytest.mark.parametrize("seconds", ["0", "30", "3600"])
def test_gateway_ttl_is_the_parameter(seconds: str) -> None:
    """The gateway caches answers for AuthorizerCacheSeconds, only by the key."""
    found = authorizer(AuthorizerCacheSeconds=seconds)
    assert found == {
        "type": "request",
        "identitySource": "method.request.header.X-API-Key",
        "authorizerResultTtlInSeconds": seconds,
        "authorizerUri": (
            f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:AuthorizerFunction/invocations"
        ),
    }


@pytest.mark.parametrize("kinds", ["basic", "api-key,basic"])
def test_with_basic_nothing_is_cached(kinds: str) -> None:
    """A login's answer is not kept, whatever AuthorizerCacheSeconds says."""
    found = authorizer(Credentials=kinds, AuthorizerCacheSeconds="30")
    assert found["authorizerResultTtlInSeconds"] == 0


@pytest.mark.parametrize(
    ("kinds", "source"),
    [
        ("api-key", "method.request.header.X-API-Key"),
        ("basic", "method.request.header.Authorization"),
        ("api-key,basic", None),
    ],
)
def test_the_identity_source_is_the_header_that_is_read(
    kinds: str, source: str | None
) -> None:
    """API Gateway may refuse whoever lacks a source: for two kinds there is none."""
    assert authorizer(Credentials=kinds).get("identitySource") == source


def test_a_changed_parameter_reaches_the_stage() -> None:
    """The stage is redeployed each time, so that it serves what was chosen last.

    SAM names the deployment after the document's text, which holds parameters by name:
    another TTL or identity source alone would leave the stage as it was.
    """
    api = written()["Resources"]["ExampleRestApi"]
    assert api["Properties"]["AlwaysDeploy"] is True


@pytest.mark.parametrize(
    ("kinds", "challenge"),
    [
        ("api-key", 'ApiKey realm="apikeys"'),
        ("basic", 'Basic realm="apikeys", charset="UTF-8"'),
        (
            "api-key,basic",
            'ApiKey realm="apikeys", Basic realm="apikeys", charset="UTF-8"',
        ),
    ],
)
def test_the_challenge_names_what_is_read(kinds: str, challenge: str) -> None:
    """RFC 7235 and RFC 7617: the schemes that a client may answer with."""
    template = render(**WITH_API, Credentials=kinds)
    responses = template.properties("ExampleRestApi")["Body"][
        "x-amazon-apigateway-gateway-responses"
    ]
    header = "gatewayresponse.header.WWW-Authenticate"
    found = responses["UNAUTHORIZED"]["responseParameters"][header]
    assert found == f"'{challenge}'"


def test_stage_traces_no_data() -> None:
    """Data tracing, which would log keys, is off, and every method is throttled."""
    stage = render(**WITH_API).properties("ExampleRestApiexampleStage")
    assert stage["StageName"] == "example"
    assert stage["MethodSettings"] == [
        {
            "HttpMethod": "*",
            "ResourcePath": "/*",
            "DataTraceEnabled": False,
            "ThrottlingRateLimit": 100,
            "ThrottlingBurstLimit": 200,
        }
    ]
    assert "AccessLogSetting" not in stage


@pytest.mark.parametrize(
    ("kind", "status", "headers"),
    [
        ("UNAUTHORIZED", "401", {"WWW-Authenticate": "'ApiKey realm=\"apikeys\"'"}),
        ("ACCESS_DENIED", "403", {}),
        ("DEFAULT_5XX", None, {}),
    ],
)
def test_errors_are_problem_documents(
    kind: str, status: str | None, headers: dict[str, str]
) -> None:
    """401, with a challenge, 403 and 500 are problem documents that tell no reason."""
    answer = body()["x-amazon-apigateway-gateway-responses"][kind]
    wanted = {"Content-Type": "'application/problem+json'"} | headers
    assert answer.get("statusCode") == status
    assert answer["responseParameters"] == {
        f"gatewayresponse.header.{name}": value for name, value in wanted.items()
    }
    problem = json.loads(answer["responseTemplates"]["application/json"])
    assert problem["type"] == "about:blank"
    assert str(problem.get("status")) == str(status)
    assert "$" not in str(problem)


@pytest.fixture
def back_end() -> ModuleType:
    """Return the example back end as a module."""
    code = render(**WITH_API).properties("ExampleFunction")["Code"]["ZipFile"]
    module = ModuleType("index")
    exec(compile(code, "index.py", "exec"), module.__dict__)  # noqa: S102 - as Lambda does
    return module


def event(resource: str, authorizer: dict[str, str] | None) -> dict[str, Any]:
    """Return what API Gateway sends to a back end, as far as it is looked at."""
    context = {} if authorizer is None else {"authorizer": authorizer}
    return {
        "resource": resource,
        "path": "/management/users",
        "httpMethod": "PUT",
        "requestContext": context,
    }


def test_back_end_tells_the_caller_who_it_is(back_end: ModuleType) -> None:
    """The route whoami answers with the authorizer's context."""
    caller = {"principalId": "k1", "client": "c1", "roles": "A B"}
    answer = back_end.handler(event("/whoami", caller), None)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == caller


def test_back_end_tells_what_was_called(back_end: ModuleType) -> None:
    """Every other route answers with method, path and client."""
    caller = {"principalId": "k1", "client": "c1"}
    answer = back_end.handler(event("/management/{proxy+}", caller), None)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {
        "method": "PUT",
        "path": "/management/users",
        "client": "c1",
    }


@pytest.mark.parametrize("authorizer", [None, {}])
@pytest.mark.parametrize("resource", ["/whoami", "/management"])
def test_back_end_refuses_without_the_authorizers_context(
    back_end: ModuleType, resource: str, authorizer: dict[str, str] | None
) -> None:
    """A request that passed no authorizer is refused, however it got there."""
    assert back_end.handler(event(resource, authorizer), None)["statusCode"] == 403


def test_back_end_gets_no_settings() -> None:
    """The back end knows nothing of the stored secrets."""
    assert "Environment" not in render(**WITH_API).properties("ExampleFunction")
