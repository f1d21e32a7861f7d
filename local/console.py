"""The command line's console as a process."""

import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from local.clients import APIKEYS
from local.deployment import Stack

_SECONDS: Final = 30


@contextmanager
def running_console(stack: Stack) -> Iterator[str]:
    """Run the console of a stack, and yield the address that it printed."""
    program = [str(APIKEYS)]
    with started(program, stack.emulator.environment, "--stack", stack.name) as address:
        yield address


@contextmanager
def started(
    program: list[str], environment: Mapping[str, str], *options: str
) -> Iterator[str]:
    """Run the console of the command line, and yield the address that it printed."""
    process = subprocess.Popen(
        [*program, "console", "--no-open", *options],
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield _printed(process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=_SECONDS)


def _printed(process: subprocess.Popen[str]) -> str:
    said = []
    for line in process.stderr or ():
        said.append(line)
        if "http://" in line:
            return "http://" + line.partition("http://")[2].strip()
    raise RuntimeError(f"the console said no address: {''.join(said)}")
