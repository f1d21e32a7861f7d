"""The examples of attaching the authorizer to a REST API: what docs/attach.md demands.

The other kinds are in test_attach_kinds.py. The SAM example is validated and expanded.
CDK and the AWS provider of Terraform are no dependencies of this project: their
examples are read, and Terraform's own formatter judges the syntax where it is
installed.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from functools import cache
from typing import Any

import pytest

from local.checkout import ROOT
from tests import templates
from tests.template.rendering import parameters

ATTACH = ROOT / "examples" / "attach"
SAM_TEMPLATE = ATTACH / "sam" / "rest.yaml"
CDK_APP = ATTACH / "cdk" / "rest_api.py"
TERRAFORM = ATTACH / "terraform" / "rest" / "main.tf"
LAMBDA_PATH = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31"
HEADER = "method.request.header.X-API-Key"
LONGEST_TTL = int(parameters()["AuthorizerCacheSeconds"]["Default"])


def expanded() -> dict[str, Any]:
    """Return the SAM example as CloudFormation would get it."""
    return templates.expanded(SAM_TEMPLATE)


def body() -> dict[str, Any]:
    """Return the OpenAPI document of the SAM example's API."""
    document: dict[str, Any] = expanded()["Resources"]["ReportsApi"]["Properties"][
        "Body"
    ]
    return document


def test_sam_example_is_valid() -> None:
    """The SAM CLI and its linter find nothing wrong with the SAM example."""
    assert templates.faults(SAM_TEMPLATE) == ""


def test_sam_authorizer() -> None:
    """REQUEST, the one header, the role, a TTL within AuthorizerCacheSeconds."""
    [scheme] = body()["components"]["securitySchemes"].values()
    assert scheme["x-amazon-apigateway-authorizer"] == {
        "type": "request",
        "identitySource": HEADER,
        "authorizerResultTtlInSeconds": {"Ref": "AuthorizerTtlSeconds"},
        "authorizerCredentials": {"Ref": "AuthorizerInvokeRoleArn"},
        "authorizerUri": {
            "Fn::Sub": [
                f"{LAMBDA_PATH}/functions/${{__FunctionArn__}}/invocations",
                {"__FunctionArn__": {"Ref": "AuthorizerFunctionArn"}},
            ]
        },
    }
    ttl = expanded()["Parameters"]["AuthorizerTtlSeconds"]
    assert ttl["Default"] <= LONGEST_TTL


def test_sam_authorizer_is_on_every_route() -> None:
    """Every method but OPTIONS has the authorizer; OPTIONS is a mock without it."""
    for methods in body()["paths"].values():
        assert "options" in methods
        for method, operation in methods.items():
            if method == "options":
                assert "security" not in operation
                assert operation["x-amazon-apigateway-integration"]["type"] == "mock"
            else:
                assert operation["security"] == [{"ApiKeyAuthorizer": []}]


def test_sam_does_not_touch_the_policy_of_the_authorizer() -> None:
    """The role invokes the authorizer: the example adds no permission to it."""
    for resource in expanded()["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Permission":
            assert resource["Properties"]["FunctionName"] == {"Ref": "ReportsFunction"}


def test_sam_gateway_responses() -> None:
    """A browser can read 401, 403 and 5xx, and 401 carries a challenge."""
    responses = body()["x-amazon-apigateway-gateway-responses"]
    assert responses.keys() == {"UNAUTHORIZED", "ACCESS_DENIED", "DEFAULT_5XX"}
    for response in responses.values():
        headers = response["responseParameters"]
        assert "gatewayresponse.header.Access-Control-Allow-Origin" in headers
    challenge = "gatewayresponse.header.WWW-Authenticate"
    assert responses["UNAUTHORIZED"]["responseParameters"][challenge]


def test_sam_api_is_regional() -> None:
    """The default, EDGE, is refused in China and in GovCloud."""
    api = expanded()["Resources"]["ReportsApi"]["Properties"]
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


def test_sam_traces_no_data() -> None:
    """Data tracing, which would log the key, is off."""
    stages = [
        resource["Properties"]
        for resource in expanded()["Resources"].values()
        if resource["Type"] == "AWS::ApiGateway::Stage"
    ]
    assert [s["MethodSettings"][0]["DataTraceEnabled"] for s in stages] == [False]


@pytest.mark.parametrize("authorizer", [None, {}])
def test_back_ends_refuse_without_the_context(
    authorizer: dict[str, str] | None,
) -> None:
    """The back end of either example serves no request that passed no authorizer."""
    function = expanded()["Resources"]["ReportsFunction"]["Properties"]
    context = {} if authorizer is None else {"authorizer": authorizer}
    for source in (function["Code"]["ZipFile"], cdk_constant("BACK_END")):
        namespace: dict[str, Any] = {}
        exec(source, namespace)  # noqa: S102 - as Lambda does
        handler = namespace["handler"]
        assert handler({"requestContext": context}, None)["statusCode"] == 403
        context_of_key = {"authorizer": {"keyId": "0123456789ABCDEF"}}
        assert handler({"requestContext": context_of_key}, None)["statusCode"] == 200


@cache
def cdk_tree() -> ast.Module:
    """Return the CDK example as Python reads it."""
    return ast.parse(CDK_APP.read_text())


def cdk_constant(name: str) -> str:
    """Return a text constant of the CDK example."""
    for node in cdk_tree().body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            value: str = ast.literal_eval(node.value)
            return value
    raise LookupError(name)


def cdk_call(name: str) -> dict[str, str]:
    """Return the keyword arguments of the one call of that name, as written."""
    [call] = [
        node
        for node in ast.walk(cdk_tree())
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name
    ]
    return {str(k.arg): ast.unparse(k.value) for k in call.keywords}


def test_cdk_example_compiles() -> None:
    """The CDK example is Python."""
    compile(CDK_APP.read_text(), str(CDK_APP), "exec")


def test_cdk_authorizer() -> None:
    """REQUEST, the one header, the role as it is, a TTL within the stack's bound."""
    arguments = cdk_call("apigateway.RequestAuthorizer")
    assert arguments["identity_sources"] == (
        "[apigateway.IdentitySource.header('X-API-Key')]"
    )
    assert arguments["assume_role"].startswith("iam.Role.from_role_arn(")
    assert arguments["assume_role"].endswith("mutable=False)")
    assert arguments["results_cache_ttl"] == "AUTHORIZER_TTL"
    seconds = re.search(
        r"^AUTHORIZER_TTL = cdk\.Duration\.seconds\((\d+)\)$",
        CDK_APP.read_text(),
        re.MULTILINE,
    )
    assert seconds
    assert int(seconds[1]) <= LONGEST_TTL


def test_cdk_authorizer_is_on_every_route() -> None:
    """The API's default has the authorizer, and no method says otherwise."""
    arguments = cdk_call("apigateway.RestApi")
    assert arguments["default_method_options"] == (
        "apigateway.MethodOptions(authorization_type="
        "apigateway.AuthorizationType.CUSTOM, authorizer=authorizer)"
    )
    assert arguments["endpoint_types"] == "[apigateway.EndpointType.REGIONAL]"
    assert "data_trace_enabled=False" in arguments["deploy_options"]
    assert "'X-API-Key'" in arguments["default_cors_preflight_options"]
    for node in ast.walk(cdk_tree()):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            ".add_method"
        ):
            assert not node.keywords


def test_cdk_gateway_responses() -> None:
    """A browser can read 401, 403 and 5xx, and 401 carries a challenge."""
    written = [
        {str(k.arg): ast.unparse(k.value) for k in node.keywords}
        for node in ast.walk(cdk_tree())
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "api.add_gateway_response"
    ]
    headers = {r["type"].rpartition(".")[2]: r["response_headers"] for r in written}
    assert headers == {
        "UNAUTHORIZED": "challenge | cors",
        "ACCESS_DENIED": "cors",
        "DEFAULT_5_XX": "cors",
    }


@cache
def terraform_blocks() -> dict[tuple[str, str], str]:
    """Return the bodies of Terraform's resources, by type and name."""
    found = re.findall(
        r'^resource "(\w+)" "(\w+)" \{\n(.*?)^\}',
        TERRAFORM.read_text(),
        re.MULTILINE | re.DOTALL,
    )
    return {(kind, name): block for kind, name, block in found}


def argument(block: str, name: str) -> str:
    """Return a block's argument of one line, as it is written."""
    [value] = re.findall(rf"^  {name} += (.+)$", block, re.MULTILINE)
    return str(value)


@pytest.mark.skipif(not shutil.which("terraform"), reason="Terraform is not installed")
def test_terraform_reads_its_example() -> None:
    """Terraform's formatter reads the example and would not change it."""
    folder = str(TERRAFORM.parents[1])
    answer = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", "-recursive", folder],  # noqa: S607
        check=False,
        env=os.environ | {"CHECKPOINT_DISABLE": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout


def test_terraform_braces_close() -> None:
    """Every brace and bracket of the example closes."""
    text = re.sub(r'"(?:\\.|[^"\\])*"|#.*', "", TERRAFORM.read_text())
    for opening, closing in ("{}", "[]", "()"):
        assert text.count(opening) == text.count(closing)


def test_terraform_references_lead_somewhere() -> None:
    """Each resource, data source, variable and local that is named is there."""
    text = TERRAFORM.read_text()
    defined = {f"{kind}.{name}" for kind, name in terraform_blocks()}
    for kind, name in re.findall(r"\b(aws_\w+)\.(\w+)", text):
        is_data = f"data.{kind}.{name}" in text
        header = f'data "{kind}" "{name}" {{'
        assert header in text if is_data else f"{kind}.{name}" in defined
    variables = set(re.findall(r'^variable "(\w+)"', text, re.MULTILINE))
    assert set(re.findall(r"\bvar\.(\w+)", text)) == variables
    [block] = re.findall(r"^locals \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    locals_ = set(re.findall(r"^  (\w+) +=", block, re.MULTILINE))
    assert set(re.findall(r"\blocal\.(\w+)", text)) == locals_


def test_terraform_api_is_regional() -> None:
    """The default, EDGE, is refused in China and in GovCloud."""
    block = terraform_blocks()["aws_api_gateway_rest_api", "reports"]
    assert 'endpoint_configuration {\n    types = ["REGIONAL"]\n  }' in block


def test_terraform_authorizer() -> None:
    """REQUEST, the one header, the role, a TTL within AuthorizerCacheSeconds."""
    block = terraform_blocks()["aws_api_gateway_authorizer", "api_key"]
    assert argument(block, "type") == '"REQUEST"'
    assert argument(block, "identity_source") == f'"{HEADER}"'
    assert argument(block, "authorizer_credentials").endswith(
        '.outputs["AuthorizerInvokeRoleArn"]'
    )
    assert argument(block, "authorizer_uri") == (
        '"arn:${local.partition}:apigateway:${local.region}:lambda:path/2015-03-31'
        '/functions/${local.authorizer_arn}/invocations"'
    )
    ttl = argument(block, "authorizer_result_ttl_in_seconds")
    assert ttl == "var.authorizer_ttl_seconds"
    [default] = re.findall(
        r'^variable "authorizer_ttl_seconds" \{.*?default += (\d+)$',
        TERRAFORM.read_text(),
        re.MULTILINE | re.DOTALL,
    )
    assert int(default) <= LONGEST_TTL


def test_terraform_authorizer_is_on_every_method() -> None:
    """Every method but OPTIONS has the authorizer."""
    methods = {
        argument(block, "http_method"): block
        for (kind, _), block in terraform_blocks().items()
        if kind == "aws_api_gateway_method"
    }
    assert methods.keys() == {'"GET"', '"OPTIONS"'}
    assert argument(methods['"OPTIONS"'], "authorization") == '"NONE"'
    assert argument(methods['"GET"'], "authorization") == '"CUSTOM"'
    assert argument(methods['"GET"'], "authorizer_id") == (
        "aws_api_gateway_authorizer.api_key.id"
    )


def test_terraform_deploys_what_it_changes() -> None:
    """The deployment waits for every route and answer, and is renewed with them."""
    block = terraform_blocks()["aws_api_gateway_deployment", "reports"]
    for kind, name in terraform_blocks():
        if kind == "aws_api_gateway_gateway_response":
            assert f"{kind}.{name}" in block
    [triggers] = re.findall(r"jsonencode\(\[\n(.*?)\]\)", block, re.DOTALL)
    named = set(re.findall(r"\b(aws_\w+\.\w+),", triggers))
    assert named == {
        f"{kind}.{name}"
        for kind, name in terraform_blocks()
        if re.search(r"authorizer|response|integration|method$|resource$", kind)
    }
    # A file's name or hash would change nothing once the resources moved to another.
    assert "filesha1" not in TERRAFORM.read_text()


def test_terraform_gateway_responses() -> None:
    """A browser can read 401, 403 and 5xx, and 401 carries a challenge."""
    blocks = {
        argument(block, "response_type").strip('"'): block
        for (kind, _), block in terraform_blocks().items()
        if kind == "aws_api_gateway_gateway_response"
    }
    assert blocks.keys() == {"UNAUTHORIZED", "ACCESS_DENIED", "DEFAULT_5XX"}
    for block in blocks.values():
        assert "gatewayresponse.header.Access-Control-Allow-Origin" in block
    assert "gatewayresponse.header.WWW-Authenticate" in blocks["UNAUTHORIZED"]
