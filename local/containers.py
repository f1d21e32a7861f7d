"""The built package in containers of `sam local`: its template, variables, commands.

`sam local` does not evaluate a template's conditions, and gives a container its own
values for each variable that the template does not declare, credentials and region
among them. So it gets a template of its own, without conditions.
"""

import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from local import checkout
from local.deployment import built_template
from local.emulator import REGION

TEMPLATE: Final = checkout.BUILT / "template-sam-local.yaml"
AUTHORIZER: Final = "AuthorizerFunction"

_VARIABLES: Final = checkout.ROOT / "events" / "local-env-vars.json"
_BACK_END: Final = "ExampleFunction"
_BACK_END_CODE: Final = checkout.BUILT / "ExampleFunctionCode"
_PATHS: Final = ("/whoami", "/management/{proxy+}", "/triplestore/{proxy+}")
_HOST: Final = "host.docker.internal"


def write(variables: Mapping[str, str], header: str) -> None:
    """Write the template, and the file with the authorizer's variables.

    Args:
        variables: the deployed authorizer's, as this machine's processes need them.
        header: which one the example API's authorizer is asked about.
    """
    inside = container_variables(variables)
    write_privately(_VARIABLES, {AUTHORIZER: inside})
    built = built_template()
    back_end = built["Resources"][_BACK_END]["Properties"]
    _BACK_END_CODE.mkdir(exist_ok=True)
    (_BACK_END_CODE / "index.py").write_text(back_end["InlineCode"])
    runtime = built["Globals"]["Function"]["Runtime"]
    TEMPLATE.write_text(yaml.safe_dump(template(runtime, list(inside), header)))


def template(runtime: str, names: list[str], header: str) -> dict[str, Any]:
    """Return the authorizer, the example's back end and an API, without conditions.

    Args:
        runtime: of both functions.
        names: of the authorizer's variables.
        header: the identity source.
    """
    source = {"FunctionPayloadType": "REQUEST", "Identity": {"Headers": [header]}}
    authorizer = {**source, "FunctionArn": {"Fn::GetAtt": [AUTHORIZER, "Arn"]}}
    auth = {"DefaultAuthorizer": "ApiKeys", "Authorizers": {"ApiKeys": authorizer}}
    api = {"StageName": "example", "Auth": auth}
    events = {
        f"Route{number}": {
            "Type": "Api",
            "Properties": {
                "Path": path,
                "Method": "get",
                "RestApiId": {"Ref": "ExampleRestApi"},
            },
        }
        for number, path in enumerate(_PATHS)
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Globals": {
            "Function": {
                "Runtime": runtime,
                "Architectures": [checkout.ARCHITECTURE],
                "Timeout": 10,
            }
        },
        "Resources": {
            AUTHORIZER: _function(
                AUTHORIZER,
                "authorizer.handler.lambda_handler",
                Environment={"Variables": dict.fromkeys(names, "")},
            ),
            _BACK_END: _function(_BACK_END_CODE.name, "index.handler", Events=events),
            "ExampleRestApi": {"Type": "AWS::Serverless::Api", "Properties": api},
        },
    }


def container_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Return a function's variables as a container needs them."""
    port = urlsplit(variables["AWS_ENDPOINT_URL"]).port
    return {
        **variables,
        "AWS_ENDPOINT_URL": f"http://{_HOST}:{port}",
        # `sam local` passes on the shell's, which is for a real account.
        "AWS_SESSION_TOKEN": "",
    }


def command(*verb: str, system: str = platform.system()) -> list[str]:
    """Return a command of `sam local`, relative to the checkout.

    Args:
        verb: ``invoke`` or ``start-api``, with its own options.
        system: this machine's, as ``platform`` names it.
    """
    sam, variables, written = (
        str(file.relative_to(checkout.ROOT))
        for file in (checkout.SAM, _VARIABLES, TEMPLATE)
    )
    line = [sam, "local", *verb, "--env-vars", variables, "--template", written]
    line += ["--region", REGION]
    if system == "Linux":
        # Docker Desktop resolves this name to the loopback interface; Docker Engine
        # doesn't know it, and its containers reach only the bridge.
        line += ["--add-host", f"{_HOST}:host-gateway"]
    return line


def write_privately(file: Path, content: object) -> None:
    """Write a document that only its owner may read."""
    file.touch(mode=0o600)
    file.write_text(f"{json.dumps(content, indent=2)}\n")


def _function(code: str, handler: str, **others: object) -> dict[str, Any]:
    properties = {"CodeUri": code, "Handler": handler, **others}
    return {"Type": "AWS::Serverless::Function", "Properties": properties}
