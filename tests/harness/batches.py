"""Batches of the command line, in processes that are killed and begun again."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from random import Random  # noqa: TID251 - the same moments at every run
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.harness.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.harness.served import Function

KINDS = ("issue", "import")

_KILLS = 2
_MOST_DELAY_SECONDS = 0.05
_POLL_SECONDS = 0.002
# Runs the command line, and notes the most memory that it ever held, in KB.
_PROGRAM = r"""
import atexit, os, pathlib, re
from apikeys_cli.main import main

@atexit.register
def note():
    status = pathlib.Path("/proc/self/status").read_text()
    pathlib.Path(os.environ["PEAK"]).write_text(re.search(r"VmHWM:\s+(\d+)", status)[1])

main(prog_name="apikeys")
"""


class Batch:
    """A file of rows, and the command that takes it.

    Attributes:
        keys: the file of the keys that are issued.
        said: what the command said, run after run.
        peak_kilobytes: the most memory that a whole run held.
    """

    def __init__(self, kind: str, count: int, folder: Path, function: Function) -> None:
        self.keys = folder / "keys.csv"
        self.said = folder / "said"
        self._count = count
        self._function = function
        self._peak = folder / "peak"
        source = folder / "rows.csv"
        names = [f"Client {number:06}" for number in range(count)]
        if kind == "issue":
            lines = ["client,name,roles", *(f"{n},of a batch,READER" for n in names)]
            options = ["--keys-to", str(self.keys)]
        else:
            # Each is a key of its own, and of no use anywhere.
            lines = [
                "key,client,name,roles",
                *(f"Minted.elsewhere/{n[-6:]},{n},of a batch,READER" for n in names),
            ]
            options = []
        source.write_text("\n".join([*lines, ""]))
        source.chmod(0o600)
        self._arguments = [kind, "--from", str(source), *options]

    @property
    def peak_kilobytes(self) -> int:
        """The most memory that a run held which came to its end."""
        return int(self._peak.read_text())

    def finish(self) -> None:
        """Run the command to its end."""
        with self._started() as process:
            assert process.wait() == 0, self.said.read_text()[-1_000:]

    def kill(self, count: int, delay: float) -> None:
        """Run the command, and kill it a while after so many records are there."""
        with self._started() as process:
            while len(self._function.table.items) < count:
                assert process.poll() is None, self.said.read_text()[-1_000:]
                time.sleep(_POLL_SECONDS)
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL

    def check(self) -> None:
        """See that each row has one record, and each key was delivered once."""
        items = self._function.table.items.values()
        stored = [json.loads(item["record"]["S"])["client"] for item in items]
        assert Counter(stored) == {f"Client {n:06}": 1 for n in range(self._count)}
        if not self.keys.exists():
            return
        with self.keys.open(newline="") as file:
            rows = list(csv.DictReader(file))
        kept = {row["keyId"]: row["key"] for row in rows}
        assert len(kept) == len(rows) == self._count
        for key_id, key in kept.items():
            answer = self._function.admin.answer(
                {"action": "verify", "credential": key}
            )
            assert answer["record"]["keyId"] == key_id
            assert answer["decision"] == "allow"

    @contextmanager
    def _started(self) -> Iterator[subprocess.Popen[bytes]]:
        environment = self._function.environment | {"PEAK": str(self._peak)}
        command = [sys.executable, "-c", _PROGRAM, *self._arguments]
        with self.said.open("ab") as said:
            process = subprocess.Popen(
                command,
                env=environment,
                stderr=said,
                stdin=subprocess.DEVNULL,
                stdout=said,
            )
        with process:
            yield process


def killed(kind: str, count: int, seed: str) -> list[int]:
    """Kill a batch at random rows, and run it to its end.

    Returns:
        The rows.
    """
    random = Random(seed)  # noqa: S311 - no secret
    rows = sorted(random.sample(range(1, count), _KILLS))
    with TemporaryDirectory() as folder, served() as function:
        batch = Batch(kind, count, Path(folder), function)
        for row in rows:
            batch.kill(row, random.random() * _MOST_DELAY_SECONDS)
        batch.finish()
        batch.check()
    return rows
