"""`make bench`: measure, show, compare with the bounds.

Exits with 1 if a bound is broken. `--quick`: few rounds, only ours and the no-op.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks import (
    bounds,
    coldstart,
    eligibility,
    emulator,
    growth,
    imports,
    load,
    memory_size,
    package,
    report,
    role_maps,
    setup,
    warm,
)
from benchmarks.measurement import Results
from benchmarks.scale import FULL, QUICK
from local import checkout

_STEPS: Final[tuple[Callable[[setup.Setup, Results], None], ...]] = (
    package.measure,
    load.measure,
    warm.measure,
    growth.measure,
    role_maps.measure,
    emulator.measure,
    coldstart.measure,
    memory_size.measure,
    imports.measure,
)


def main(arguments: list[str]) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "--quick", action="store_true", help="few rounds, only ours and the no-op"
    )
    parser.add_argument(
        "--folder", type=Path, default=checkout.BUILD / "bench", help="for the results"
    )
    options = parser.parse_args(arguments)
    began = time.monotonic()
    results = Results()
    scale = QUICK if options.quick else FULL
    with setup.opened(options.folder, scale, with_peers=not options.quick) as found:
        able = eligibility.judge(found, results)
        for step in _STEPS:
            _say(began, step.__module__.removeprefix("benchmarks."))
            step(able, results)
    verdicts = bounds.judge(results, scale, counts_only=options.quick)
    shown = report.show(able, results, verdicts)
    report.write_json(able, results, verdicts, options.folder / "results.json")
    if not options.quick:
        report.publish(able, results, shown)
    print(shown)
    beyond = [verdict.limit.title for verdict in verdicts if verdict.is_beyond]
    if beyond:
        print(f"Beyond the bound: {'; '.join(beyond)}.", file=sys.stderr)
    return 1 if beyond else 0


def _say(began: float, what: str) -> None:
    print(f"{time.monotonic() - began:4.0f} s  {what} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
