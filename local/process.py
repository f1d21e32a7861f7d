"""Processes that run in the background until they are stopped by their id."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_GRACE_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.05


def spawn(command: list[str], environment: Mapping[str, str], log: Path) -> int:
    """Start a command in a session of its own and return its process id.

    The session makes Ctrl-C reach only the program that started it, which then stops it
    in order.
    """
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    return os.posix_spawn(
        command[0],
        command,
        environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), write, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def is_running(pid: int) -> bool:
    """Return whether any process of the session that `spawn` started is alive."""
    # A child of this process that has ended counts until it is waited for.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


def is_command(pid: int, program: Path) -> bool:
    """Return whether this process runs that program.

    A process id from a file may belong to another process by now.
    """
    answer = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)],  # noqa: S607 - wherever it is
        capture_output=True,
        check=False,
        text=True,
    )
    return str(program) in answer.stdout


def stop(pid: int, grace_seconds: float = _GRACE_SECONDS) -> None:
    """Terminate what `spawn` started, by force if necessary."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(pid, number)
        except ProcessLookupError:
            return
        if _ends_within(pid, grace_seconds):
            return


def _ends_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not is_running(pid):
            return True
        time.sleep(_POLL_SECONDS)
    return False
