"""The examples of attaching the authorizer to APIs of the other kinds.

What each tool's example must say of the authorizer stands in one table a kind. The SAM
examples are expanded; CDK, Terraform and OpenAPI documents are read.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from apikeys.key import mint, random_key_id
from apikeys.signing import SigningKeys
from local.checkout import ROOT
from tests import templates
from tests.template.rendering import parameters

if TYPE_CHECKING:
    from pathlib import Path

ATTACH = ROOT / "examples" / "attach"
PAGE = ROOT / "docs" / "attach.md"
LONGEST_TTL = int(parameters()["AuthorizerCacheSeconds"]["Default"])
KINDS = ("rest-token", "http", "websocket")
URI = {
    "Fn::Sub": [
        "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "${__FunctionArn__}/invocations",
        {"__FunctionArn__": {"Ref": "AuthorizerFunctionArn"}},
    ]
}
EXPRESSION = "^ak_[0-9A-Za-z]{16}_[0-9A-Za-z]{65}$"


def resources(kind: str, type_: str) -> list[dict[str, Any]]:
    """Return the properties of the resources of a type in an expanded SAM example."""
    template = templates.expanded(ATTACH / "sam" / f"{kind}.yaml")
    return [
        each["Properties"]
        for each in template["Resources"].values()
        if each["Type"] == type_
    ]


def sam_scheme(kind: str, type_: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a SAM example's document says of the authorizer, and its paths."""
    [api] = resources(kind, type_)
    body = api["Body"]
    [scheme] = body["components"]["securitySchemes"].values()
    return scheme, body["paths"]


@pytest.mark.parametrize("kind", KINDS)
def test_sam_example_is_valid(kind: str) -> None:
    """The SAM CLI and its linter find nothing wrong with it."""
    assert templates.faults(ATTACH / "sam" / f"{kind}.yaml") == ""


def test_sam_token() -> None:
    """TOKEN, the one header, what a key looks like, the role, a TTL in bounds."""
    scheme, paths = sam_scheme("rest-token", "AWS::ApiGateway::RestApi")
    assert (scheme["name"], scheme["in"]) == ("X-API-Key", "header")
    assert scheme["x-amazon-apigateway-authorizer"] == {
        "type": "token",
        "identityValidationExpression": EXPRESSION,
        "authorizerResultTtlInSeconds": {"Ref": "AuthorizerTtlSeconds"},
        "authorizerCredentials": {"Ref": "AuthorizerInvokeRoleArn"},
        "authorizerUri": URI,
    }
    for methods in paths.values():
        for operation in methods.values():
            assert operation["security"] == [{"ApiKeyAuthorizer": []}]
    [api] = resources("rest-token", "AWS::ApiGateway::RestApi")
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


def test_sam_http() -> None:
    """Format 2.0 with policies, the one header, the role, a TTL, on each route."""
    scheme, paths = sam_scheme("http", "AWS::ApiGatewayV2::Api")
    assert scheme["x-amazon-apigateway-authorizer"] == {
        "type": "request",
        "authorizerPayloadFormatVersion": "2.0",
        # SAM leaves "enableSimpleResponses" out where it is false.
        "identitySource": ["$request.header.X-API-Key"],
        "authorizerResultTtlInSeconds": {"Ref": "AuthorizerTtlSeconds"},
        "authorizerCredentials": {"Ref": "AuthorizerInvokeRoleArn"},
        "authorizerUri": URI,
    }
    assert paths.keys() == {"/reports", "$default"}
    for methods in paths.values():
        for operation in methods.values():
            assert operation["security"] == [{"ApiKeyAuthorizer": []}]


@pytest.mark.parametrize("kind", ["rest-token", "http"])
def test_sam_ttl_is_in_bounds(kind: str) -> None:
    """It is at most the default of AuthorizerCacheSeconds."""
    template = templates.expanded(ATTACH / "sam" / f"{kind}.yaml")
    assert template["Parameters"]["AuthorizerTtlSeconds"]["Default"] <= LONGEST_TTL


def test_sam_websocket() -> None:
    """REQUEST at ``$connect``, the one header, the role; answers reach the client."""
    [authorizer] = resources("websocket", "AWS::ApiGatewayV2::Authorizer")
    assert authorizer["AuthorizerType"] == "REQUEST"
    assert authorizer["IdentitySource"] == ["route.request.header.X-API-Key"]
    assert authorizer["AuthorizerCredentialsArn"] == {"Ref": "AuthorizerInvokeRoleArn"}
    routes = {
        route["RouteKey"]: route
        for route in resources("websocket", "AWS::ApiGatewayV2::Route")
    }
    assert routes.keys() == {"$connect", "$default"}
    assert routes["$connect"]["AuthorizationType"] == "CUSTOM"
    assert len(resources("websocket", "AWS::ApiGatewayV2::RouteResponse")) == 1
    [stage] = resources("websocket", "AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"] == {"DataTraceEnabled": False}


@pytest.mark.parametrize("kind", KINDS)
def test_sam_does_not_touch_the_policy_of_the_authorizer(kind: str) -> None:
    """The role invokes the authorizer: the example adds no permission to it."""
    for permission in resources(kind, "AWS::Lambda::Permission"):
        assert permission["FunctionName"] != {"Ref": "AuthorizerFunctionArn"}


@cache
def cdk_tree(name: str) -> ast.Module:
    """Return a CDK example as Python reads it."""
    return ast.parse((ATTACH / "cdk" / f"{name}.py").read_text())


def cdk_call(name: str, function: str) -> dict[str, str]:
    """Return the keyword arguments of the one call of that function, as written."""
    [call] = [
        node
        for node in ast.walk(cdk_tree(name))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == function
    ]
    return {str(k.arg): ast.unparse(k.value) for k in call.keywords}


@pytest.mark.parametrize("name", ["rest_token", "http_api"])
def test_cdk_ttl_is_in_bounds(name: str) -> None:
    """It is at most the default of AuthorizerCacheSeconds."""
    text = (ATTACH / "cdk" / f"{name}.py").read_text()
    [seconds] = re.findall(
        r"^AUTHORIZER_TTL = cdk\.Duration\.seconds\((\d+)\)$", text, re.MULTILINE
    )
    assert int(seconds) <= LONGEST_TTL


def test_cdk_token() -> None:
    """TOKEN, the one header, what a key looks like, the role, on every method."""
    said = cdk_call("rest_token", "apigateway.TokenAuthorizer")
    assert said["identity_source"] == ("apigateway.IdentitySource.header('X-API-Key')")
    assert ast.literal_eval(said["validation_regex"]) == EXPRESSION
    assert said["results_cache_ttl"] == "AUTHORIZER_TTL"
    assert said["assume_role"].endswith("mutable=False)")
    api = cdk_call("rest_token", "apigateway.RestApi")
    assert api["default_method_options"].endswith("authorizer=authorizer)")
    assert api["endpoint_types"] == "[apigateway.EndpointType.REGIONAL]"
    assert "data_trace_enabled=False" in api["deploy_options"]


def test_cdk_http() -> None:
    """Policies, the one header, the role, on every route."""
    said = cdk_call("http_api", "authorizers.HttpLambdaAuthorizer")
    assert said["identity_source"] == "['$request.header.X-API-Key']"
    assert said["response_types"] == "[authorizers.HttpLambdaResponseType.IAM]"
    assert said["results_cache_ttl"] == "AUTHORIZER_TTL"
    assert said["role"] == "role"
    role = cdk_call("http_api", "iam.Role.from_role_arn")
    assert role["mutable"] == "False"
    api = cdk_call("http_api", "apigatewayv2.HttpApi")
    assert api["default_authorizer"] == "authorizer"
    assert (
        "authorizer="
        not in (ATTACH / "cdk" / "http_api.py").read_text().split("add_routes", 1)[1]
    )


def test_cdk_websocket() -> None:
    """The one header, a permission of this API's own, at ``$connect``."""
    said = cdk_call("websocket_api", "authorizers.WebSocketLambdaAuthorizer")
    assert said["identity_source"] == "['route.request.header.X-API-Key']"
    function = cdk_call("websocket_api", "lambda_.Function.from_function_attributes")
    assert function["same_environment"] == "True"
    api = cdk_call("websocket_api", "apigatewayv2.WebSocketApi")
    assert api["connect_route_options"].endswith("authorizer=authorizer)")
    assert api["default_route_options"].endswith("return_response=True)")


def terraform(kind: str) -> str:
    """Return a Terraform example."""
    return (ATTACH / "terraform" / kind / "main.tf").read_text()


def blocks(kind: str) -> dict[tuple[str, str], str]:
    """Return the bodies of a Terraform example's resources, by type and name."""
    found = re.findall(
        r'^resource "(\w+)" "(\w+)" \{\n(.*?)^\}',
        terraform(kind),
        re.MULTILINE | re.DOTALL,
    )
    return {(type_, name): block for type_, name, block in found}


def argument(block: str, name: str) -> str:
    """Return a block's argument of one line, as it is written."""
    [value] = re.findall(rf"^  {name} += (.+)$", block, re.MULTILINE)
    return str(value)


@pytest.mark.parametrize("kind", KINDS)
def test_terraform_references_lead_somewhere(kind: str) -> None:
    """Each resource, data source, variable and local that is named is there."""
    text = terraform(kind)
    defined = {f"{type_}.{name}" for type_, name in blocks(kind)}
    for type_, name in re.findall(r"\b(aws_\w+)\.(\w+)", text):
        is_data = f"data.{type_}.{name}" in text
        header = f'data "{type_}" "{name}" {{'
        assert header in text if is_data else f"{type_}.{name}" in defined
    variables = set(re.findall(r'^variable "(\w+)"', text, re.MULTILINE))
    assert set(re.findall(r"\bvar\.(\w+)", text)) == variables
    bare = re.sub(r'"(?:\\.|[^"\\])*"|#.*', "", text)
    for opening, closing in ("{}", "[]", "()"):
        assert bare.count(opening) == bare.count(closing)


@pytest.mark.parametrize("kind", ["rest", *KINDS])
def test_terraform_may_be_split_into_files(kind: str) -> None:
    """No resource names a file of the example, so that moving one changes nothing."""
    assert not re.search(r"path\.module|file\w*\(|main\.tf", terraform(kind))


def test_terraform_token() -> None:
    """TOKEN, the one header, what a key looks like, the role, a TTL, every method."""
    found = blocks("rest-token")
    block = found["aws_api_gateway_authorizer", "api_key"]
    assert argument(block, "type") == '"TOKEN"'
    assert argument(block, "identity_source") == '"method.request.header.X-API-Key"'
    assert argument(block, "identity_validation_expression") == f'"{EXPRESSION}"'
    assert argument(block, "authorizer_result_ttl_in_seconds") == (
        "var.authorizer_ttl_seconds"
    )
    assert "AuthorizerInvokeRoleArn" in argument(block, "authorizer_credentials")
    method = found["aws_api_gateway_method", "get"]
    assert argument(method, "authorization") == '"CUSTOM"'
    api = found["aws_api_gateway_rest_api", "reports"]
    assert 'types = ["REGIONAL"]' in api


def test_terraform_http() -> None:
    """Format 2.0 with policies, the one header, the role, a TTL, on every route."""
    found = blocks("http")
    block = found["aws_apigatewayv2_authorizer", "api_key"]
    assert argument(block, "identity_sources") == '["$request.header.X-API-Key"]'
    assert argument(block, "authorizer_payload_format_version") == '"2.0"'
    assert argument(block, "enable_simple_responses") == "false"
    assert argument(block, "authorizer_result_ttl_in_seconds") == (
        "var.authorizer_ttl_seconds"
    )
    assert "AuthorizerInvokeRoleArn" in argument(block, "authorizer_credentials_arn")
    [route] = [
        block for (type_, _), block in found.items() if type_.endswith("v2_route")
    ]
    assert argument(route, "authorization_type") == '"CUSTOM"'
    assert argument(route, "for_each") == 'toset(["GET /reports", "$default"])'


@pytest.mark.parametrize("kind", ["rest-token", "http"])
def test_terraform_ttl_is_in_bounds(kind: str) -> None:
    """It is at most the default of AuthorizerCacheSeconds."""
    [default] = re.findall(
        r'^variable "authorizer_ttl_seconds" \{.*?default += (\d+)$',
        terraform(kind),
        re.MULTILINE | re.DOTALL,
    )
    assert int(default) <= LONGEST_TTL


def test_terraform_websocket() -> None:
    """The one header and the role, at ``$connect``; answers reach the client."""
    found = blocks("websocket")
    block = found["aws_apigatewayv2_authorizer", "api_key"]
    assert argument(block, "identity_sources") == '["route.request.header.X-API-Key"]'
    assert "AuthorizerInvokeRoleArn" in argument(block, "authorizer_credentials_arn")
    connect = found["aws_apigatewayv2_route", "connect"]
    assert argument(connect, "route_key") == '"$connect"'
    assert argument(connect, "authorization_type") == '"CUSTOM"'
    assert ("aws_apigatewayv2_route_response", "default") in found


def document(name: str) -> dict[str, Any]:
    """Return an OpenAPI document."""
    found: dict[str, Any] = yaml.safe_load((ATTACH / "openapi" / name).read_text())
    return found


AUTHORIZERS = {
    "rest.yaml": {
        "type": "request",
        "identitySource": "method.request.header.X-API-Key",
    },
    "rest-token.yaml": {"type": "token", "identityValidationExpression": EXPRESSION},
    "http.yaml": {
        "type": "request",
        "identitySource": "$request.header.X-API-Key",
        "authorizerPayloadFormatVersion": "2.0",
        "enableSimpleResponses": False,
    },
}


@pytest.mark.parametrize("name", AUTHORIZERS)
def test_openapi_document(name: str) -> None:
    """The one header, the role, a TTL in bounds, and the authorizer on every route."""
    [scheme] = document(name)["components"]["securitySchemes"].values()
    said = scheme["x-amazon-apigateway-authorizer"]
    ttl = said.pop("authorizerResultTtlInSeconds")
    assert ttl <= LONGEST_TTL
    assert said == AUTHORIZERS[name] | {
        "authorizerUri": "${AuthorizerUri}",
        "authorizerCredentials": "${InvokeRoleArn}",
    }
    if name == "rest-token.yaml":
        assert scheme["name"] == "X-API-Key"
    for methods in document(name)["paths"].values():
        for operation in methods.values():
            assert operation["security"] == [{"ApiKeyAuthorizer": []}]


def test_the_validation_expression_takes_every_key() -> None:
    """It matches what is minted, and nothing with a character more or less."""
    signing_keys = SigningKeys.parse('{"current": "0123456789abcdef0123456789abcdef"}')

    def entropy(size: int) -> bytes:
        return bytes(range(size))

    text = mint("ak", random_key_id(entropy), signing_keys, entropy).text
    assert re.fullmatch(EXPRESSION, text)
    for other in (text[:-1], f"{text}0", text.replace("ak_", "xk_"), ""):
        assert not re.fullmatch(EXPRESSION, other)


LANGUAGES = {"python": "cdk/*.py", "hcl": "terraform/*/main.tf", "yaml": "*/*.yaml"}


@pytest.mark.parametrize(("language", "pattern"), LANGUAGES.items())
def test_the_page_quotes_the_examples(language: str, pattern: str) -> None:
    """What the page shows of an example is in one, line by line."""
    quoted = re.findall(
        rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL
    )
    assert quoted
    written = [path.read_text() for path in sorted(ATTACH.glob(pattern))]
    for each in quoted:
        assert any(each in text for text in written), each


def examples() -> list[Path]:
    """Return every file of the examples."""
    kinds = {".yaml", ".py", ".tf", ".sh"}
    return [path for path in sorted(ATTACH.rglob("*.*")) if path.suffix in kinds]


@pytest.mark.parametrize(
    "path", examples(), ids=lambda path: str(path.relative_to(ATTACH))
)
def test_the_page_names_every_example(path: Path) -> None:
    """Each file is linked from the page."""
    assert f"]: ../{path.relative_to(ROOT)}\n" in PAGE.read_text()
