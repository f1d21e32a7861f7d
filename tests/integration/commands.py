"""The CLI as a process that is killed while it works."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

_SECONDS = 60


def kill_once(
    command: list[str],
    environment: dict[str, str],
    watched: Path,
    lines: int,
    output: Path | None = None,
) -> None:
    """Start a command and kill it once a file has so many lines.

    Args:
        command: what to run.
        environment: its environment.
        watched: the file.
        lines: how many of them it must have.
        output: where stdout and stderr are added to; None forgets them.
    """
    with (output or Path("/dev/null")).open("ab") as out:
        process = subprocess.Popen(command, env=environment, stderr=out, stdout=out)
        deadline = time.monotonic() + _SECONDS
        while not watched.exists() or watched.read_bytes().count(b"\n") < lines:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
