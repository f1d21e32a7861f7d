"""A built function under Lambda's runtime emulator, without a container."""

import http.client
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from local import checkout, ports, process
from local.errors import StartError

_PATH: Final = "/2015-03-31/functions/function/invocations"
_START_SECONDS: Final = 20.0
_TIMEOUT_SECONDS: Final = 60
_HANDLERS: Final = {
    "AuthorizerFunction": "authorizer.handler.lambda_handler",
    "AdminFunction": "admin.handler.lambda_handler",
    "LastUseFunction": "last_use.handler.lambda_handler",
}


class Runtime(NamedTuple):
    """A function ready to be called, one request at a time."""

    port: int
    log: Path

    def invoke(self, event: object) -> Any:  # noqa: ANN401 - the function's answer
        """Return what the function answers; a raised error is ``errorMessage``."""
        return json.loads(self.post(json.dumps(event).encode()))

    def post(self, event: bytes) -> bytes:
        """Return the answer to an event, both as JSON."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=_TIMEOUT_SECONDS
        )
        try:
            connection.request("POST", _PATH, event)
            return connection.getresponse().read()
        finally:
            connection.close()


class Function(NamedTuple):
    """A handler, the folders it is imported from, and a Python with awslambdaric."""

    name: str
    handler: str
    paths: tuple[Path, ...]
    python: Path = checkout.RUNTIME_PYTHON

    @classmethod
    def built(cls, name: str) -> Self:
        """Return a built package by its logical id in the template."""
        return cls(name, _HANDLERS[name], (checkout.BUILT / name,))


@contextmanager
def running_function(
    function: str, variables: Mapping[str, str], folder: Path
) -> Iterator[Runtime]:
    """Run a built package, named by its logical id, as :func:`running` does."""
    with running(Function.built(function), variables, folder) as runtime:
        yield runtime


@contextmanager
def running(
    function: Function, variables: Mapping[str, str], folder: Path
) -> Iterator[Runtime]:
    """Run a function in a clean environment and stop it at the end.

    Args:
        function: what to run.
        variables: its environment variables, AWS credentials among them.
        folder: where its log goes.
    """
    port, runtime_port = ports.free_port(), ports.free_port()
    log = folder / f"{function.name}-{port}.log"
    task = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "LAMBDA_TASK_ROOT": str(function.paths[0]),
        # As in Lambda: the package, without writing bytecode next to it.
        "PYTHONPATH": os.pathsep.join(map(str, function.paths)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "10",
    }
    command = [
        str(checkout.RUNTIME_EMULATOR),
        "--log-level=warning",
        f"--runtime-interface-emulator-address=127.0.0.1:{port}",
        f"--runtime-api-address=127.0.0.1:{runtime_port}",
        str(function.python),
        "-m",
        "awslambdaric",
        function.handler,
    ]
    folder.mkdir(parents=True, exist_ok=True)
    pid = process.spawn(command, {**variables, **task}, log)
    try:
        _wait_until_it_listens(pid, port, log)
        yield Runtime(port, log)
    finally:
        process.stop(pid)


def _wait_until_it_listens(pid: int, port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not ports.is_listening(port):
        if not process.is_running(pid) or time.monotonic() > deadline:
            raise StartError(log)
        time.sleep(0.05)
