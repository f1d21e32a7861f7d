"""`make sam-local`: the built package in Lambda's container image, by `sam local`."""

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console

from local import checkout, container_engine, containers, event, ports, process
from local.clients import CliError, request
from local.demo import table
from local.deployment import Stack, running_stack
from local.errors import ContainerError, LocalError
from local.scenarios.keys import Row, answered, forged

_OUT: Final = Console(highlight=False)
# The first call may fetch an image.
_SECONDS: Final = 600.0
_POLL_SECONDS: Final = 0.2
# It removes its containers when it is terminated.
_CLEANING_SECONDS: Final = 60.0


def main() -> int:
    """Answer one event, and requests to an API; 0 if each answer is as expected."""
    try:
        container_engine.require()
        _say("Deploying to an AWS emulator …")
        with running_stack("sam-local") as stack:
            key = event.write(stack).value
            with container_engine.reaching(stack.emulator.port):
                print(json.dumps(invoke(stack), indent=2))
                rows = list(requests(stack, key))
    except (LocalError, CliError) as error:
        print(error, file=sys.stderr)
        return 1
    _OUT.print(table(rows))
    return 0 if all(row.is_as_expected for row in rows) else 1


def invoke(stack: Stack) -> dict[str, object]:
    """Return the policy that `sam local invoke` answers to the event with a live key.

    Raises:
        ContainerError: there is none.
    """
    file = str(event.EVENT.relative_to(checkout.ROOT))
    command = containers.command("invoke", containers.AUTHORIZER, "--event", file)
    _say(shlex.join(command))
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        cwd=checkout.ROOT,
        env=container_engine.environment(stack.emulator.environment),
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=_SECONDS,
    )
    answer = done.stdout.strip().rpartition("\n")[2]
    if done.returncode or "policyDocument" not in answer:
        raise ContainerError("invoke", done.stderr)
    found: dict[str, object] = json.loads(answer)
    return found


def requests(stack: Stack, key: str) -> Iterator[Row]:
    """Yield what an API of `sam local start-api` answers.

    Raises:
        ContainerError: it does not start.
    """
    with _running_api(stack) as address:
        for what, expected, path, presented in (
            ("no key", 401, "/whoami", None),
            # On AWS: 401. `sam local` takes the refusal for a failure.
            ("a forged tag (401 on AWS)", 502, "/whoami", forged(key)),
            ("a key with the role", 200, "/management/users", key),
            ("the same key, no role for it", 403, "/triplestore/q", key),
        ):
            headers = {} if presented is None else {"X-API-Key": presented}
            yield answered(what, expected, request(f"{address}{path}", headers))


@contextmanager
def _running_api(stack: Stack) -> Iterator[str]:
    port = ports.free_port()
    # As on Lambda, a container answers one request after another.
    verb = ("start-api", "--port", str(port), "--warm-containers", "EAGER")
    command = containers.command(*verb)
    _say(shlex.join(command))
    log = checkout.BUILD / "sam-local.log"
    variables = container_engine.environment(stack.emulator.environment)
    program, *arguments = command
    pid = process.spawn([str(checkout.ROOT / program), *arguments], variables, log)
    try:
        deadline = time.monotonic() + _SECONDS
        while not ports.is_listening(port):
            if not process.is_running(pid) or time.monotonic() > deadline:
                raise ContainerError("start-api", log.read_text(errors="replace"))
            time.sleep(_POLL_SECONDS)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stop(pid, _CLEANING_SECONDS)


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
