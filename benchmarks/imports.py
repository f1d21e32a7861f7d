"""What each module loaded for a first decision costs.

One cold start under valgrind's callgrind, which writes its counts whenever an import
begins or ends; what is in between belongs to the module whose code was running.
"""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.contender import Contender
from benchmarks.measurement import Results
from benchmarks.population import key
from benchmarks.process import PROGRAMS
from benchmarks.setup import Setup, valgrind_is_there

_TOTALS: Final = re.compile(r"^totals: ([0-9]+)$", re.MULTILINE)
_AFTER: Final = "after the imports: the record's read and the decision"
_SMALL: Final = 0.5


class Cost(NamedTuple):
    """A module, and the millions of instructions to find it and to run its own code."""

    module: str
    millions: float


def measure(setup: Setup, results: Results) -> None:
    """Write our modules into the results."""
    if setup.scale.instruction_rounds and valgrind_is_there():
        results.modules = table(_costs(setup.contenders[1], setup.folder))


def own_costs(moments: Iterable[str], counts: Iterable[int]) -> list[Cost]:
    """Return what each module took, without those that it imports, in order.

    Args:
        moments: ``+ module`` where its import begins, ``- module`` where it ends.
        counts: of instructions between each moment and the one before.
    """
    costs: dict[str, int] = {}
    running: list[str] = []
    for number, (moment, count) in enumerate(zip(moments, counts, strict=True)):
        if number:  # before the first one there is only the runtime
            of = running[-1] if running else _AFTER
            costs[of] = costs.get(of, 0) + count
        if moment.startswith("+ "):
            running.append(moment[2:])
        elif moment.startswith("- "):
            running.pop()
    return [Cost(module, count / 1e6) for module, count in costs.items()]


def table(costs: Iterable[Cost]) -> str:
    """Return the modules as a Markdown table, with the small ones in one row."""
    found = sorted(costs, key=lambda cost: -cost.millions)
    small = [cost.millions for cost in found if cost.millions < _SMALL]
    rows = [cost for cost in found if cost.millions >= _SMALL]
    rows.append(Cost(f"{len(small)} more, less than {_SMALL} each", sum(small)))
    rows.append(Cost("together", sum(cost.millions for cost in found)))
    lines = [f"| {module} | {millions:.1f} |" for module, millions in rows]
    return "\n".join(["| module | M instr. |", "| --- | --- |", *lines])


def _costs(contender: Contender, folder: Path) -> list[Cost]:
    """Return the costs of a contender's modules."""
    events, out = folder / "events.txt", folder / "callgrind.out"
    events.write_text(contender.event(key(0).text))
    for old in folder.glob(f"{out.name}.*"):
        old.unlink()
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
    command += ["--dump-before=getsid", str(contender.python)]
    command += [str(PROGRAMS / "imports.py"), contender.handler, str(events)]
    done = subprocess.run(
        command,
        env=contender.environment(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    moments = done.stdout.split("\n")
    counts = []
    for number in range(1, len(moments) + 1):
        found = _TOTALS.search(Path(f"{out}.{number}").read_text())
        assert found is not None  # noqa: S101 - callgrind writes it always
        counts.append(int(found[1]))
    return own_costs(moments, counts)
