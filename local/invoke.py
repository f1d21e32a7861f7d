"""`make invoke EVENT=…`: the built authorizer under Lambda's runtime emulator."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from local import checkout, function, record
from local.deployment import Stack, running_stack
from local.errors import LocalError
from local.runtime import running_function

_FUNCTION: Final = "AuthorizerFunction"
# The examples, and the reason in the log why each is refused.
EXAMPLES: Final = MappingProxyType(
    {
        "events/rest-request.json": "malformed",
        "events/rest-request-without-key.json": "missing",
        "events/rest-request-two-keys.json": "ambiguous",
        "events/rest-request-basic.json": "missing",
        "events/rest-token.json": "malformed",
        "events/rest-token-basic.json": "malformed",
        "events/http-api-2.0.json": "malformed",
        "events/http-api-1.0.json": "malformed",
        "events/websocket-connect.json": "malformed",
    }
)
_USAGE: Final = """\
usage: make invoke EVENT=FILE
`make up && make event` writes events/local-rest-request.json, which has a live key:
the answer is a policy. The others show refusals: the answer is "Unauthorized" (a Deny
for an HTTP API), and the reason in the log, on standard error, is (where the stack
takes keys alone)
"""


def main(name: str) -> int:
    """Print what the authorizer answers to an event; its log goes to stderr.

    Args:
        name: the event's file; if empty, print how to name one.
    """
    if not name:
        print(usage(), file=sys.stderr)
        return 2
    try:
        event = json.loads(Path(name).read_text())
    except (OSError, ValueError) as error:
        print(f"{name} can't be read: {error}\n{usage()}", file=sys.stderr)
        return 2
    try:
        with (
            _stack() as stack,
            running_function(
                _FUNCTION, function.variables(stack, _FUNCTION), checkout.BUILD / "rie"
            ) as runtime,
        ):
            answer = runtime.invoke(event)
            print(runtime.log.read_text(), file=sys.stderr)
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(answer, indent=2))
    return 0


def usage() -> str:
    """Return how to name an event, and the outcome of each available one."""
    width = max(map(len, EXAMPLES))
    examples = [f"  {name:{width}}  {reason}" for name, reason in EXAMPLES.items()]
    return _USAGE + "\n".join(examples)


@contextmanager
def _stack() -> Iterator[Stack]:
    """Use the stack that `make up` left running, or start one for this call."""
    running = record.read()
    if running is not None:
        yield running
        return
    print(
        "Starting a local stack for this call (`make up` keeps one) …", file=sys.stderr
    )
    with running_stack("invoke") as stack:
        yield stack


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
