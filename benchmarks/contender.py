"""One function that is measured, and how a request presents a key to it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from local import checkout

NOOP: Final = "no-op"

_EVENT: Final = json.loads((checkout.ROOT / "events" / "rest-request.json").read_text())
_STAGE: Final = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/example"

type Headers = Callable[[str], dict[str, str]]


class Contender(NamedTuple):
    """A handler in an environment of its own.

    Attributes:
        name: in results and file names.
        title: for people.
        store: what it reads from.
        lacks: what the others do and it does not; printed beside its times.
        python: of its environment, with awslambdaric.
        paths: the folders that its handler is imported from.
        ships: what its package would hold; boto3 comes with the runtime.
        handler: as Lambda's setting has it.
        variables: its environment variables.
        headers: how a request presents a key's text.
        is_shared: whether it knows one key for everybody.
        keeps_client: for the environment's life, so that a warm look-up can be timed.
        has_argon2: whether it can check an argon2id digest.
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

    def event(self, key: str) -> str:
        """Return a REST API's REQUEST event that presents a key, as JSON."""
        return event(self.headers(key))

    def environment(self, folder: Path) -> dict[str, str]:
        """Return the whole environment of a process that is started by itself."""
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


def event(headers: dict[str, str]) -> str:
    """Return an event for ``GET /reports`` with these headers besides curl's."""
    found: dict[str, Any] = json.loads(json.dumps(_EVENT))
    del found["headers"]["X-API-Key"], found["multiValueHeaders"]["X-API-Key"]
    found["headers"] |= headers
    found["multiValueHeaders"] |= {name: [value] for name, value in headers.items()}
    found["methodArn"] = f"{_STAGE}/GET/reports"
    return json.dumps(found)
