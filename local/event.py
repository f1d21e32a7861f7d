"""`make event`: an event with a live key, for `make invoke` and `sam local invoke`."""

import json
import sys
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from local import checkout, function, record
from local.clients import apikeys
from local.deployment import Stack
from local.emulator import ACCOUNT, REGION
from local.scenarios.keys import MANAGEMENT, ROLE_MAP

_EVENTS: Final = checkout.ROOT / "events"
_EVENT: Final = _EVENTS / "local-rest-request.json"
_VARIABLES: Final = _EVENTS / "local-env-vars.json"
# `sam local` passes only variables that the template declares.
_TEMPLATE: Final = checkout.BUILT / "template-sam-local.yaml"
_DECLARED: Final = "      Variables:\n"
_FUNCTION: Final = "AuthorizerFunction"


def main() -> int:
    """Issue a key in the running stack and write the files; git ignores them."""
    stack = record.read()
    if stack is None:
        print("No local stack is running; `make up` starts one.", file=sys.stderr)
        return 1
    apikeys(stack, "roles", "put", str(ROLE_MAP), "--yes")
    issued = apikeys(
        stack,
        "issue",
        "--client",
        "make event",
        "--role",
        MANAGEMENT,
        "--expires",
        "1d",
    )
    _write(_EVENT, _event(stack, issued["key"]))
    _write(_VARIABLES, {_FUNCTION: _container_variables(stack)})
    _write_template()
    print(_instructions())
    return 0


def _event(stack: Stack, key: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((_EVENTS / "rest-request.json").read_text())
    api = stack.outputs["ExampleApiId"]
    event["methodArn"] = (
        f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/example/GET/management/users"
    )
    event["headers"]["X-API-Key"] = key
    event["multiValueHeaders"]["X-API-Key"] = [key]
    return event


def _container_variables(stack: Stack) -> dict[str, str]:
    """Return the function's variables as a container needs them."""
    variables = function.variables(stack, _FUNCTION)
    port = urlsplit(variables["AWS_ENDPOINT_URL"]).port
    return variables | {"AWS_ENDPOINT_URL": f"http://host.docker.internal:{port}"}


def _write_template() -> None:
    """Write the built template once more, with the endpoint's variable declared."""
    text = checkout.BUILT_TEMPLATE.read_text()
    with_endpoint = f"{_DECLARED}        AWS_ENDPOINT_URL: ''\n"
    _TEMPLATE.write_text(text.replace(_DECLARED, with_endpoint, 1))


def _instructions() -> str:
    event, variables, template = (
        file.relative_to(checkout.ROOT) for file in (_EVENT, _VARIABLES, _TEMPLATE)
    )
    return (
        f"Without Docker:  make invoke EVENT={event}\n"
        f"With Docker:     sam local invoke {_FUNCTION} --event {event} "
        f"--env-vars {variables} --template {template}"
    )


def _write(file: Path, content: object) -> None:
    file.touch(mode=0o600)
    file.write_text(f"{json.dumps(content, indent=2)}\n")


if __name__ == "__main__":
    sys.exit(main())
