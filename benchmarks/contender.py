"""A function that is measured, and how a request presents a key to it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from local import checkout

NOOP: Final = "no-op"

_EVENTS: Final = checkout.ROOT / "events"
_REST: Final = json.loads((_EVENTS / "rest-request.json").read_text())
_TOKEN: Final = json.loads((_EVENTS / "rest-token.json").read_text())
_HTTP: Final = json.loads((_EVENTS / "http-api-2.0.json").read_text())
_METHOD: Final = (
    "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/example/GET/reports"
)

type Headers = Callable[[str], dict[str, str]]
type Shape = Callable[[dict[str, str]], dict[str, Any]]


def rest_request(headers: dict[str, str]) -> dict[str, Any]:
    """Return a REST API's REQUEST event with these headers besides curl's."""
    found: dict[str, Any] = json.loads(json.dumps(_REST))
    del found["headers"]["X-API-Key"], found["multiValueHeaders"]["X-API-Key"]
    found["headers"] |= headers
    found["multiValueHeaders"] |= {name: [value] for name, value in headers.items()}
    return found | {"methodArn": _METHOD}


def rest_token(headers: dict[str, str]) -> dict[str, Any]:
    """Return a REST API's TOKEN event that hands over the one header."""
    [token] = headers.values()
    return {**_TOKEN, "authorizationToken": token, "methodArn": _METHOD}


def http_api(headers: dict[str, str]) -> dict[str, Any]:
    """Return an HTTP API's event, payload format 2.0, with these headers too."""
    lowered = {name.lower(): value for name, value in headers.items()}
    return {
        **_HTTP,
        "headers": _HTTP["headers"] | lowered,
        "identitySource": list(headers.values()),
        "routeArn": _METHOD,
    }


class Contender(NamedTuple):
    """A handler in an environment of its own.

    Attributes:
        name: in results and file names.
        title: for people.
        store: what it reads from.
        lacks: what the others do and it does not; printed with its times.
        python: of its environment, with awslambdaric.
        paths: the folders that its handler is imported from.
        ships: what its package would hold; boto3 comes with the runtime.
        handler: as Lambda's setting has it.
        variables: its environment variables.
        headers: how a request presents a key's text.
        is_shared: whether it has one key for everybody.
        keeps_client: whether it keeps its client, so that a warm look-up can be timed.
        has_argon2: whether it can check an argon2id digest.
        shape: the kind of event it gets for ``GET /reports``.
    """

    name: str
    title: str
    store: str
    lacks: str
    python: Path
    paths: tuple[Path, ...]
    ships: tuple[Path, ...]
    handler: str
    variables: Mapping[str, str]
    headers: Headers
    is_shared: bool = False
    keeps_client: bool = False
    has_argon2: bool = False
    shape: Shape = rest_request

    def event(self, key: str) -> str:
        """Return an event that presents a key, as JSON."""
        return json.dumps(self.shape(self.headers(key)))

    def environment(self, folder: Path) -> dict[str, str]:
        """Return the complete environment of a separately started process."""
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "PYTHONPATH": ":".join(map(str, self.paths)),
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            **self.variables,
        }
