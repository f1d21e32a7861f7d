"""`make invoke EVENT=…`: the built authorizer under Lambda's runtime emulator."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import checkout, function, record
from local.deployment import Stack, running_stack
from local.errors import LocalError
from local.runtime import running_function

_FUNCTION = "AuthorizerFunction"


def main(arguments: list[str]) -> int:
    """Print what the authorizer answers to an event; its log goes to stderr."""
    if len(arguments) != 1:
        print("usage: make invoke EVENT=events/rest-request.json", file=sys.stderr)
        return 2
    event = json.loads(Path(arguments[0]).read_text())
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
    sys.exit(main(sys.argv[1:]))
