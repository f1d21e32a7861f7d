"""`make event`: an event with a live credential, for `make invoke` and `sam local`."""

import json
import platform
import secrets
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import yaml

from local import checkout, function, record
from local.clients import CliError, apikeys, basic
from local.deployment import Stack
from local.emulator import ACCOUNT, REGION
from local.errors import LocalError
from local.scenarios.keys import MANAGEMENT, ROLE_MAP

_EVENTS: Final = checkout.ROOT / "events"
_EVENT: Final = _EVENTS / "local-rest-request.json"
_VARIABLES: Final = _EVENTS / "local-env-vars.json"
_TEMPLATE: Final = checkout.BUILT / "template-sam-local.yaml"
_FUNCTION: Final = "AuthorizerFunction"
_HOST: Final = "host.docker.internal"


class _Header(NamedTuple):
    """A header with a live credential, and the example event that has it."""

    name: str
    value: str
    example: str


def main() -> int:
    """Issue a key in the running stack and write the files; git ignores them."""
    stack = record.read()
    if stack is None:
        print("No local stack is running; `make up` starts one.", file=sys.stderr)
        return 1
    try:
        variables = function.variables(stack, _FUNCTION)
        header = _live_header(stack, variables["CREDENTIALS"])
    except (LocalError, CliError) as error:
        print(error, file=sys.stderr)
        return 1
    _write(_EVENT, _event(stack, header))
    in_container = container_variables(variables)
    _write(_VARIABLES, {_FUNCTION: in_container})
    _TEMPLATE.write_text(
        declaring(checkout.BUILT_TEMPLATE.read_text(), list(in_container))
    )
    print(instructions(stack.emulator.port, platform.system()))
    return 0


def role_of_the_stack(stack: Stack) -> str | None:
    """Return a role that the running stack knows, the example API's where it can.

    A stored role map stays as it is; if there is none, the example's is stored.
    """
    try:
        names = apikeys(stack, "roles", "get")["roles"]
    except CliError as error:
        if "role_map_not_found" not in str(error):
            raise
        names = apikeys(stack, "roles", "put", str(ROLE_MAP), "--yes")["roleMap"][
            "roles"
        ]
    return MANAGEMENT if MANAGEMENT in names else next(iter(names), None)


def container_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Return a function's variables as a container needs them."""
    port = urlsplit(variables["AWS_ENDPOINT_URL"]).port
    return {
        **variables,
        "AWS_ENDPOINT_URL": f"http://{_HOST}:{port}",
        # `sam local` passes on the shell's, which is for a real account.
        "AWS_SESSION_TOKEN": "",
    }


def declaring(template: str, names: list[str]) -> str:
    """Return a built template in which the authorizer declares these variables.

    `sam local` gives a container its own values for what the template does not declare,
    credentials and region among them, whatever the variables file says.
    """
    content = yaml.safe_load(template)
    properties = content["Resources"][_FUNCTION]["Properties"]
    declared = properties.setdefault("Environment", {}).setdefault("Variables", {})
    inherited = content["Globals"]["Function"]["Environment"]["Variables"]
    for name in names:
        if name not in inherited:
            declared.setdefault(name, "")
    return yaml.safe_dump(content, sort_keys=False)


def instructions(port: int, system: str) -> str:
    """Return how to run the event.

    Args:
        port: the emulator's.
        system: this machine's, as ``platform`` names it.
    """
    event, variables, template, sam = (
        str(file.relative_to(checkout.ROOT))
        for file in (_EVENT, _VARIABLES, _TEMPLATE, checkout.SAM)
    )
    command = [sam, "local", "invoke", _FUNCTION, "--event", event]
    command += ["--env-vars", variables, "--template", template, "--region", REGION]
    command += ["--parameter-overrides", f"Architecture={checkout.ARCHITECTURE}"]
    without = f"Without Docker:  make invoke EVENT={event}"
    if system != "Linux":
        return f"{without}\nWith Docker:     {shlex.join(command)}"
    # Docker Desktop resolves this name to the loopback interface; Docker Engine doesn't
    # know it, and its containers reach only the bridge.
    command += ["--add-host", f"{_HOST}:host-gateway"]
    gateway = "docker network inspect bridge -f '{{(index .IPAM.Config 0).Gateway}}'"
    relay = f'socat "TCP-LISTEN:{port},bind=$({gateway}),fork" TCP:127.0.0.1:{port}'
    return (
        f"{without}\nWith Docker:     {shlex.join(command)}\n"
        "Docker Engine hides the loopback interface from its containers. Also run:\n"
        f"                 {relay}"
    )


def _live_header(stack: Stack, accepted: str) -> _Header:
    """Issue a credential of a kind that the stack accepts."""
    role = role_of_the_stack(stack)
    options = ["--client", "make event", "--expires", "1d"]
    options += [] if role is None else ["--role", role]
    if accepted == "basic":
        login = f"event{secrets.token_hex(4)}"
        account = apikeys(stack, "issue", "--login", login, *options)
        authorization = basic(login, account["password"])
        return _Header("Authorization", authorization, "rest-request-basic.json")
    issued = apikeys(stack, "issue", *options)
    return _Header("X-API-Key", issued["key"], "rest-request.json")


def _event(stack: Stack, header: _Header) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((_EVENTS / header.example).read_text())
    api = stack.outputs["ExampleApiId"]
    event["methodArn"] = (
        f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/example/GET/management/users"
    )
    event["headers"][header.name] = header.value
    event["multiValueHeaders"][header.name] = [header.value]
    return event


def _write(file: Path, content: object) -> None:
    file.touch(mode=0o600)
    file.write_text(f"{json.dumps(content, indent=2)}\n")


if __name__ == "__main__":
    sys.exit(main())
