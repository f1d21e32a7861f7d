"""The AWS CLI examples of attaching the authorizer, run against the local stack."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from local import checkout
from local.clients import request
from local.websocket import OPENED, ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.clients import Answer
    from local.deployment import Stack
    from tests.integration.deployed import Issued

pytestmark = [
    pytest.mark.deployed,
    pytest.mark.skipif(shutil.which("jq") is None, reason="the examples need jq"),
]

_ATTACH = checkout.ROOT / "examples" / "attach"
_ROLE = "arn:aws:iam::123456789012:role/apikeys-invoke"


@pytest.fixture(scope="module")
def attached(stack: Stack) -> str:
    """Return a stack's name whose outputs are those of an API keys stack.

    The shared stack makes no invoke role: these outputs are its own and a role's name.
    """
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {
            "AuthorizerFunctionArn": {"Value": stack.outputs["AuthorizerFunctionArn"]},
            "AuthorizerInvokeRoleArn": {"Value": _ROLE},
        },
    }
    _created(stack, "attach", template)
    return "attach"


def _created(stack: Stack, name: str, template: dict[str, Any]) -> dict[str, str]:
    """Return the outputs of a stack that is made for a test."""
    client = stack.emulator.client("cloudformation")
    client.create_stack(StackName=name, TemplateBody=json.dumps(template))
    while True:
        [found] = client.describe_stacks(StackName=name)["Stacks"]
        if found["StackStatus"] != "CREATE_IN_PROGRESS":
            break
        time.sleep(0.1)
    assert found["StackStatus"] == "CREATE_COMPLETE"
    return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}


def _run(stack: Stack, script: str, *arguments: str) -> list[str]:
    """Return what an example prints."""
    environment = stack.emulator.environment
    folders = (str(checkout.AWS_CLI.parent), environment["PATH"])
    done = subprocess.run(
        [str(_ATTACH / "cli" / script), *arguments],
        capture_output=True,
        check=False,
        env=environment | {"PATH": os.pathsep.join(folders)},
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def _back_end(stack: Stack) -> str:
    """Return the address by which API Gateway invokes the example back end."""
    functions = stack.emulator.client("lambda").list_functions()["Functions"]
    [arn] = [f["FunctionArn"] for f in functions if "Example" in f["FunctionName"]]
    path = "apigateway:eu-west-1:lambda:path/2015-03-31/functions"
    return f"arn:aws:{path}/{arn}/invocations"


def _is_locked(called: Callable[[dict[str, str]], Answer], key: str, good: int) -> None:
    """Check that without the key nothing passes, and that it passes with it."""
    assert called({}).status == 401
    assert called({"X-API-Key": key}).status == good


def test_a_rest_api_gets_the_authorizer_on_every_method(
    stack: Stack, attached: str, issued: Issued
) -> None:
    """One stage is deployed; the other serves what it served before."""
    gateway = stack.emulator.client("apigateway")
    api = gateway.create_rest_api(name="existing")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    resource = gateway.create_resource(restApiId=api, parentId=root, pathPart="whoami")[
        "id"
    ]
    for method in ("GET", "POST", "OPTIONS"):
        where = {"restApiId": api, "resourceId": resource, "httpMethod": method}
        gateway.put_method(**where, authorizationType="NONE")
        gateway.put_integration(
            **where,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=_back_end(stack),
        )
    for stage in ("prod", "next"):
        gateway.create_deployment(restApiId=api, stageName=stage)
    printed = _run(stack, "rest.sh", api, "next", attached)
    assert sorted(printed[:2]) == ["GET", "POST"]
    [authorizer] = gateway.get_authorizers(restApiId=api)["items"]
    assert authorizer["type"] == "REQUEST"
    assert authorizer["identitySource"] == "method.request.header.X-API-Key"
    assert authorizer["authorizerResultTtlInSeconds"] == 30
    assert authorizer["authorizerCredentials"] == _ROLE
    methods = {
        method: gateway.get_method(
            restApiId=api, resourceId=resource, httpMethod=method
        )
        for method in ("GET", "POST", "OPTIONS")
    }
    kinds = {name: found["authorizationType"] for name, found in methods.items()}
    assert kinds == {"GET": "CUSTOM", "POST": "CUSTOM", "OPTIONS": "NONE"}
    assert methods["GET"]["authorizerId"] == authorizer["id"]
    url = f"{stack.emulator.endpoint}/restapis/{api}/next/_user_request_/whoami"
    _is_locked(lambda headers: request(url, headers), issued.key, 200)


def test_an_http_api_gets_the_authorizer_on_every_route(
    stack: Stack, attached: str, issued: Issued
) -> None:
    """``$default`` too; OPTIONS stays open."""
    gateway = stack.emulator.client("apigatewayv2")
    api = gateway.create_api(Name="existing", ProtocolType="HTTP")["ApiId"]
    target = gateway.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationUri=_back_end(stack),
        PayloadFormatVersion="2.0",
    )["IntegrationId"]
    for key in ("GET /whoami", "$default", "OPTIONS /{proxy+}"):
        gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{target}")
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    assert sorted(_run(stack, "http.sh", api, attached)) == ["$default", "GET /whoami"]
    [authorizer] = gateway.get_authorizers(ApiId=api)["Items"]
    assert authorizer["IdentitySource"] == ["$request.header.X-API-Key"]
    assert authorizer["AuthorizerPayloadFormatVersion"] == "2.0"
    assert authorizer["AuthorizerResultTtlInSeconds"] == 30
    assert authorizer["EnableSimpleResponses"] is False
    assert authorizer["AuthorizerCredentialsArn"] == _ROLE
    routes = {r["RouteKey"]: r for r in gateway.get_routes(ApiId=api)["Items"]}
    kinds = {key: route["AuthorizationType"] for key, route in routes.items()}
    assert kinds == {
        "GET /whoami": "CUSTOM",
        "$default": "CUSTOM",
        "OPTIONS /{proxy+}": "NONE",
    }
    url = f"{stack.emulator.endpoint}/_aws/execute-api/{api}/whoami"
    _is_locked(lambda headers: request(url, headers), issued.key, 200)


def test_a_websocket_api_gets_the_authorizer_at_connect(
    stack: Stack, attached: str, issued: Issued
) -> None:
    """``$connect`` is the one route that can have it."""
    gateway = stack.emulator.client("apigatewayv2")
    api = gateway.create_api(
        Name="existing",
        ProtocolType="WEBSOCKET",
        RouteSelectionExpression="$request.body.action",
    )["ApiId"]
    target = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=_back_end(stack)
    )["IntegrationId"]
    for key in ("$connect", "$default"):
        gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{target}")
    gateway.create_stage(ApiId=api, StageName="next")
    assert _run(stack, "websocket.sh", api, "next", attached)[0] == "$connect"
    [authorizer] = gateway.get_authorizers(ApiId=api)["Items"]
    assert authorizer["IdentitySource"] == ["route.request.header.X-API-Key"]
    url = f"ws://127.0.0.1:{stack.emulator.port}/_aws/execute-api/{api}/next"
    _is_locked(lambda headers: ask(url, headers), issued.key, OPENED)


@pytest.mark.parametrize(
    ("name", "kind"), [("rest.yaml", "REQUEST"), ("rest-token.yaml", "TOKEN")]
)
def test_an_openapi_document_of_a_rest_api_is_imported(
    stack: Stack, issued: Issued, name: str, kind: str
) -> None:
    """The emulator reads it as AWS does, and its one route is behind the authorizer."""
    text = (_ATTACH / "openapi" / name).read_text()
    function = stack.outputs["AuthorizerFunctionArn"]
    path = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions"
    for placeholder, value in (
        ("AuthorizerUri", f"{path}/{function}/invocations"),
        ("InvokeRoleArn", _ROLE),
        ("BackEndUri", _back_end(stack)),
    ):
        text = text.replace(f"${{{placeholder}}}", value)
    # The role map of the example has no /reports. The emulator reads a document in a
    # template alone; ImportRestApi keeps nothing of it there.
    body = json.dumps(yaml.safe_load(text)).replace("/reports", "/management")
    api_id = {"Ref": "Api"}
    template = {
        "Resources": {
            "Api": {
                "Type": "AWS::ApiGateway::RestApi",
                "Properties": {"Body": json.loads(body)},
            },
            "Deployment": {
                "Type": "AWS::ApiGateway::Deployment",
                "Properties": {"RestApiId": api_id, "StageName": "prod"},
            },
        },
        "Outputs": {"Api": {"Value": api_id}},
    }
    api = _created(stack, f"openapi-{kind}", template)["Api"]
    gateway = stack.emulator.client("apigateway")
    [authorizer] = gateway.get_authorizers(restApiId=api)["items"]
    assert authorizer["type"] == kind
    assert authorizer["identitySource"] == "method.request.header.X-API-Key"
    assert authorizer["authorizerResultTtlInSeconds"] == 30
    url = f"{stack.emulator.endpoint}/restapis/{api}/prod/_user_request_/management"
    _is_locked(lambda headers: request(url, headers), issued.key, 200)
    # What does not match the expression never reaches the authorizer.
    assert request(url, {"X-API-Key": "no key at all"}).status == 401
