"""The command line's console, run against a deployed stack."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from local.clients import APIKEYS
from local.deployment import Stack

_SECONDS: Final = 30


@contextmanager
def running_console(stack: Stack) -> Iterator[str]:
    """Run the console of a stack, and yield the address that it printed."""
    command = [str(APIKEYS), "console", "--no-open", "--stack", stack.name]
    process = subprocess.Popen(
        command,
        env=stack.emulator.environment,
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
