"""Cold starts with the share of a processor that a memory size gets on Lambda.

Measured only if a process may be put into a control group with a quota, as root may. A
function has one processor at 1,769 MB, and proportionally less below that.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from benchmarks.contender import Contender
from benchmarks.measurement import Measurement, Results
from benchmarks.population import SLOW, key
from benchmarks.process import start_cold
from benchmarks.setup import Setup

SIZES: Final = (128, 256, 512, 1_024, 1_769)
_WHOLE: Final = 1_769
# Microseconds; Lambda's own period is not published.
_PERIOD: Final = 20_000
_ROUNDS: Final = 5
_CPU: Final = Path("/sys/fs/cgroup/cpu")
_UNIFIED: Final = Path("/sys/fs/cgroup")


@contextmanager
def share_of_a_processor(megabytes: int) -> Iterator[Path]:
    """Make a control group with that share, and yield its file of processes.

    Raises:
        OSError: the machine does not allow it.
    """
    is_old = (_CPU / "cpu.cfs_quota_us").exists()
    group = (_CPU if is_old else _UNIFIED) / f"apikeys-bench-{os.getpid()}"
    quota = _PERIOD * megabytes // _WHOLE
    group.mkdir()
    try:
        if is_old:
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD))
            (group / "cpu.cfs_quota_us").write_text(str(quota))
        else:
            (group / "cpu.max").write_text(f"{quota} {_PERIOD}")
        yield group / "cgroup.procs"
    finally:
        with suppress(OSError):
            group.rmdir()


def held_to(contender: Contender, processes: Path, folder: Path) -> Contender:
    """Return a contender whose process joins a control group before it starts."""
    wrapper = folder / "python-in-group"
    wrapper.write_text(
        f'#!/bin/sh\necho $$ > {processes}\nexec {contender.python} "$@"\n'
    )
    wrapper.chmod(0o755)
    return contender._replace(python=wrapper)


def measure(setup: Setup, results: Results) -> None:
    """Measure starts of the no-op and of ours, with fast and with slow digests."""
    wall = {mb: results.begin(fast(mb), f"{mb:,} MB", "ms", 0) for mb in SIZES}
    slow_wall = {
        mb: results.begin(slow(mb), f"{mb:,} MB, argon2id", "ms", 0) for mb in SIZES
    }
    if not setup.scale.instruction_rounds:
        _miss((*wall.values(), *slow_wall.values()), "the quick mode leaves it out")
        return
    noop, ours = setup.contenders[:2]
    try:
        for megabytes in SIZES:
            with share_of_a_processor(megabytes) as processes:
                for _ in range(_ROUNDS):
                    for contender in (noop, ours):
                        held = held_to(contender, processes, setup.folder)
                        wall[megabytes].add(contender.name, _time(setup, held, 0))
                    slow_wall[megabytes].add(ours.name, _time(setup, held, SLOW))
    except OSError as error:
        _miss((*wall.values(), *slow_wall.values()), f"no quota here ({error})")


def fast(megabytes: int) -> str:
    """Return the name of the measurement with a minted key."""
    return f"memory_size_{megabytes}"


def slow(megabytes: int) -> str:
    """Return the name of the measurement with an argon2id record."""
    return f"memory_size_slow_{megabytes}"


def _miss(measurements: Iterable[Measurement], reason: str) -> None:
    for measurement in measurements:
        measurement.missing = f"not measured: {reason}"


def _time(setup: Setup, contender: Contender, number: int) -> float:
    event = contender.event(key(number).text)
    return start_cold(contender, setup.folder, [event]).milliseconds
