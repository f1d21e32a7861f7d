"""One cold start: the runtime, the handler, and its answers to some events.

Run by a contender's own Python: `cold.py HANDLER EVENTS [--slow-clock]`, the events one
a line. Prints the answer to the first as soon as it is there, then the process's peak
memory in kB.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import time

# What the runtime loads before it looks for the handler. Nothing is imported here that
# it does not load itself: a no-op would pay for it, and ratios to it would flatter.
import awslambdaric.bootstrap  # type: ignore[import-not-found]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    type Handler = Callable[[object, object], object]

# How much slower a process is under valgrind, more or less.
_SLOWNESS = 50


class Context:
    """The part of Lambda's context object that handlers use."""

    aws_request_id = "00000000-0000-4000-8000-000000000000"
    function_name = "benchmark"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:benchmark"
    memory_limit_in_mb = 512

    def get_remaining_time_in_millis(self) -> int:
        """Return what Lambda would say at the start of a call."""
        return 10_000


def load(name: str) -> tuple[Handler, int]:
    """Import a handler as the runtime does; what it prints or logs goes nowhere.

    Returns:
        The handler, and a file descriptor for what the benchmark has to say.
    """
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.stdout = awslambdaric.bootstrap.Unbuffered(sys.stdout)
    logging.getLogger().addHandler(logging.StreamHandler(sys.stdout))
    module, _, function = name.rpartition(".")
    handler: Handler = getattr(importlib.import_module(module), function)
    return handler, out


def call(handler: Handler, text: str) -> str:
    """Return what Lambda would send back: the answer or the error, as JSON."""
    try:
        answer = handler(json.loads(text), Context())
    except Exception as error:  # noqa: BLE001 - whatever a contender raises
        answer = {"errorMessage": str(error), "errorType": type(error).__name__}
    return json.dumps(answer)


def slow_down_the_clock() -> None:
    """Keep time-outs from expiring only because valgrind is slow."""
    monotonic, began = time.monotonic, time.monotonic()
    time.monotonic = lambda: began + (monotonic() - began) / _SLOWNESS


def memory_kilobytes(field: str) -> int:
    """Return ``VmHWM``, the peak, or ``VmRSS`` of this process; 0 if unknown."""
    # Not getrusage, whose peak includes that of the process that forked this one.
    try:
        with open("/proc/self/status") as file:  # noqa: PTH123 - pathlib is not light
            found = [line.split()[1] for line in file if line.startswith(field)]
    except FileNotFoundError:
        return 0
    return int(found[0])


def main() -> None:
    """Start, answer, report."""
    name, events, *options = sys.argv[1:]
    if options:
        slow_down_the_clock()
    with open(events) as file:  # noqa: PTH123 - pathlib is not light
        texts = file.read().splitlines()
    handler, out = load(name)
    os.write(out, f"{call(handler, texts[0])}\n".encode())
    for text in texts[1:]:
        call(handler, text)
    os.write(out, f"{memory_kilobytes('VmHWM')}\n".encode())


if __name__ == "__main__":
    main()
