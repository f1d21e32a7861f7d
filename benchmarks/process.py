"""A contender's process: started for one answer, or kept warm for batches of events."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from benchmarks.contender import Contender

PROGRAMS: Final = Path(__file__).parent / "programs"
_VALGRIND: Final = ("valgrind", "--tool=cachegrind", "--cache-sim=no")
_INSTRUCTIONS: Final = re.compile(r"I +refs: +([0-9,]+)")


class EndedError(Exception):
    """A contender's process ended before it answered; see its log."""


class ColdStart(NamedTuple):
    """One start and its answers; ``instructions`` only under valgrind, else 0."""

    milliseconds: float
    instructions: int
    peak_megabytes: float
    answer: str


class Batch(NamedTuple):
    """What a warm process did with a batch of events."""

    microseconds: list[float]
    cpu_microseconds: float
    answer: str
    hashes: int
    resident_megabytes: float


def start_cold(
    contender: Contender, folder: Path, events: list[str], *, valgrind: bool = False
) -> ColdStart:
    """Start a process, wait for its first answer, let it finish the other events."""
    file = folder / f"{contender.name}-events.txt"
    file.write_text("\n".join(events))
    command = [str(contender.python), str(PROGRAMS / "cold.py")]
    command += [contender.handler, str(file)]
    if valgrind:
        out = f"--cachegrind-out-file={folder / 'cachegrind.out'}"
        command = [*_VALGRIND, out, *command, "--slow-clock"]
    with (folder / f"{contender.name}.log").open("w+") as log:
        began = time.perf_counter()
        with subprocess.Popen(
            command,
            env=contender.environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process:
            answer = _line(process.stdout)
            seconds = time.perf_counter() - began
            peak = int(_line(process.stdout))
        log.seek(0)
        found = _INSTRUCTIONS.search(log.read())
    return ColdStart(
        seconds * 1_000,
        int(found[1].replace(",", "")) if found else 0,
        peak * 1_024 / 1_000_000,
        answer,
    )


class WarmProcess:
    """A running environment that answers one batch after another."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, events: list[str], repeat: int = 1) -> Batch:
        """Return what these events cost, repeated ``repeat`` times."""
        assert self._process.stdin is not None  # noqa: S101 - PIPE, for mypy
        request = {"events": events, "repeat": repeat}
        with suppress(BrokenPipeError):  # no answer will come then, either
            print(json.dumps(request), file=self._process.stdin, flush=True)
        report: dict[str, Any] = json.loads(_line(self._process.stdout))
        return Batch(
            [nanoseconds / 1_000 for nanoseconds in report["nanoseconds"]],
            report["cpu_nanoseconds"] / 1_000,
            report["answer"],
            report["hashes"],
            report["resident_kilobytes"] * 1_024 / 1_000_000,
        )


@contextmanager
def running_warm(
    contender: Contender, folder: Path, *, counts_hashes: bool = False
) -> Iterator[WarmProcess]:
    """Run an environment for batches and stop it at the end."""
    command = [str(contender.python), str(PROGRAMS / "probe.py"), contender.handler]
    if counts_hashes:
        command.append("--count-hashes")
    with (folder / f"{contender.name}-warm.log").open("w") as log:
        process = subprocess.Popen(
            command,
            # An hour, so that no read affects a figure that is not about reads.
            env=contender.environment(folder) | {"RECORD_TTL_SECONDS": "3600"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            yield WarmProcess(process)
        finally:
            process.terminate()
            with suppress(BrokenPipeError):
                process.communicate()


def _line(stream: IO[str] | None) -> str:
    line = "" if stream is None else stream.readline()
    if not line:
        raise EndedError("a contender's process ended; its log is in build/bench")
    return line
