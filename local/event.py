"""`make event`: an event with a live credential, for `make invoke` and `sam local`."""

import json
import platform
import secrets
import shlex
import sys
from typing import Any, Final, NamedTuple

from local import checkout, container_engine, containers, function, record
from local.clients import CliError, apikeys, basic
from local.deployment import Stack
from local.emulator import ACCOUNT, REGION
from local.errors import LocalError
from local.scenarios.keys import MANAGEMENT, ROLE_MAP

_EVENTS: Final = checkout.ROOT / "events"
EVENT: Final = _EVENTS / "local-rest-request.json"
# Of Docker Engine, where none runs that could be asked.
_USUAL_BRIDGE: Final = "172.17.0.1"


class Header(NamedTuple):
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
        write(stack)
    except (LocalError, CliError) as error:
        print(error, file=sys.stderr)
        return 1
    print(instructions(stack.emulator.port, platform.system()))
    return 0


def write(stack: Stack) -> Header:
    """Issue a credential, and write the event and what a container needs for it.

    Raises:
        CliError: none could be issued.
    """
    variables = function.variables(stack, containers.AUTHORIZER)
    header = _live_header(stack, variables["CREDENTIALS"])
    containers.write_privately(EVENT, _event(stack, header))
    containers.write(variables, header.name)
    return header


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


def instructions(port: int, system: str) -> str:
    """Return how to run the event.

    Args:
        port: the emulator's.
        system: this machine's, as ``platform`` names it.
    """
    event = str(EVENT.relative_to(checkout.ROOT))
    verb = ("invoke", containers.AUTHORIZER, "--event", event)
    command = containers.command(*verb, system=system)
    said = f"Without Docker:  make invoke EVENT={event}\n"
    said += f"With Docker:     {shlex.join(command)}"
    if system != "Linux":
        return said
    try:
        address = container_engine.bridge_address()
    except LocalError:
        address = _USUAL_BRIDGE
    if address is None:
        return said
    return (
        f"{said}\n"
        "Docker Engine hides the loopback interface from its containers. Also run:\n"
        f"                 {shlex.join(container_engine.relay(port, address))}"
    )


def _live_header(stack: Stack, accepted: str) -> Header:
    """Issue a credential of a kind that the stack accepts."""
    role = role_of_the_stack(stack)
    options = ["--client", "make event", "--expires", "1d"]
    options += [] if role is None else ["--role", role]
    if accepted == "basic":
        login = f"event{secrets.token_hex(4)}"
        account = apikeys(stack, "issue", "--login", login, *options)
        authorization = basic(login, account["password"])
        return Header("Authorization", authorization, "rest-request-basic.json")
    issued = apikeys(stack, "issue", *options)
    return Header("X-API-Key", issued["key"], "rest-request.json")


def _event(stack: Stack, header: Header) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((_EVENTS / header.example).read_text())
    api = stack.outputs["ExampleApiId"]
    event["methodArn"] = (
        f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/example/GET/management/users"
    )
    event["headers"][header.name] = header.value
    event["multiValueHeaders"][header.name] = [header.value]
    return event


if __name__ == "__main__":
    sys.exit(main())
