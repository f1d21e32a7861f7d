"""Clients of a deployed stack: the CLI, the AWS CLI and plain HTTP."""

import http.client
import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from local import checkout
from local.deployment import Stack

APIKEYS: Final = Path(sys.executable).with_name("apikeys")
_SECONDS: Final = 60


class Answer(NamedTuple):
    """What the API answered."""

    status: int
    body: str


class CliError(Exception):
    """A command line tool ended with an exit code other than 0."""

    def __init__(self, command: str, output: str) -> None:
        super().__init__(f"{command} failed: {output.strip()}")


def apikeys(stack: Stack, *arguments: str) -> dict[str, Any]:
    """Run the project's CLI as a person does, and return its JSON output."""
    command = [str(APIKEYS), *arguments, "--stack", stack.name, "--output", "json"]
    found: dict[str, Any] = json.loads(_run(stack, command))
    return found


def aws_lambda_invoke(stack: Stack, request: dict[str, object]) -> dict[str, Any]:
    """Call the admin function with the plain AWS CLI, and return its answer."""
    folder = stack.emulator.folder
    payload, answer = folder / "request.json", folder / "answer.json"
    payload.write_text(json.dumps(request))
    command = [str(checkout.AWS_CLI), "lambda", "invoke"]
    command += ["--function-name", stack.admin_function]
    command += ["--payload", f"file://{payload}", str(answer)]
    _run(stack, command)
    found: dict[str, Any] = json.loads(answer.read_text())
    return found


def call(stack: Stack, path: str, key: str | None, method: str = "GET") -> Answer:
    """Send one request to the example API, with a key or without."""
    return send(stack, path, {} if key is None else {"X-API-Key": key}, method)


def call_as(
    stack: Stack, path: str, login: str, password: str, method: str = "GET"
) -> Answer:
    """Send one request to the example API with a login and its password."""
    return send(stack, path, {"Authorization": basic(login, password)}, method)


def basic(login: str, password: str) -> str:
    """Return the header ``Authorization`` of a login and its password."""
    token = b64encode(f"{login}:{password}".encode()).decode()
    return f"Basic {token}"


def send(
    stack: Stack, path: str, headers: Mapping[str, str], method: str = "GET"
) -> Answer:
    """Send one request to the example API, with these headers."""
    return request(f"{stack.example_url}{path}", headers, method)


def request(address: str, headers: Mapping[str, str], method: str = "GET") -> Answer:
    """Send one request to an address on this machine, with these headers."""
    url = urlsplit(address)
    connection = http.client.HTTPConnection(
        str(url.hostname), url.port, timeout=_SECONDS
    )
    try:
        target = f"{url.path}?{url.query}" if url.query else url.path
        connection.request(method, target, headers=dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.read().decode())
    finally:
        connection.close()


def _run(stack: Stack, command: list[str]) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        env=stack.emulator.environment,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=_SECONDS,
    )
    if done.returncode:
        raise CliError(" ".join(command[:3]), done.stderr)
    return done.stdout
