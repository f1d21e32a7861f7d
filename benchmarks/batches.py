"""What batches of the command line take, in rows a second and memory.

Each kind of batch is also killed twice and run again: no row is lost, none doubled.
Run as a script: ``python -m benchmarks.batches 10000``.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.harness.batches import KINDS, Batch, killed
from tests.harness.served import served

_FEW = 1_000


class Figures(NamedTuple):
    """What a batch took."""

    rows_a_second: float
    peak_megabytes: float


def measured(kind: str, count: int) -> Figures:
    """Run a batch to its end."""
    with TemporaryDirectory() as folder, served() as function:
        batch = Batch(kind, count, Path(folder), function)
        began = time.monotonic()
        batch.finish()
        seconds = time.monotonic() - began
        batch.check()
        return Figures(count / seconds, batch.peak_kilobytes / 1_024)


def main(count: int) -> None:
    """Tell what a thousand rows take, and what so many; kill each kind of batch."""
    for kind in KINDS:
        for rows in sorted({min(_FEW, count), count}):
            rate, peak = measured(kind, rows)
            print(
                f"{kind}: {rows:,} rows, {rate:.0f} a second, {peak:.1f} MB at most",
                flush=True,
            )
        at = killed(kind, count, f"{kind} {count}")
        print(f"{kind}: killed at rows {at}; run again, {count:,} rows once each")


if __name__ == "__main__":
    main(int(sys.argv[1]))
