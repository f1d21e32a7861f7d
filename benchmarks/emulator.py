"""Under Lambda's runtime emulator, as a client of the runtime sees it.

The emulator starts a function at its first call, so that the first call's time includes
the start. It costs more than the handler: compare ratios.
"""

import time
from contextlib import AbstractContextManager, ExitStack
from statistics import median, quantiles
from typing import Final

from benchmarks.answer import ALLOW, meaning
from benchmarks.contender import Contender
from benchmarks.measurement import Results
from benchmarks.population import forged, key
from benchmarks.setup import Setup
from local.runtime import Function, Runtime, running

_BATCHES: Final = 12
_CALLS: Final = 10
_FEW_CALLS: Final = 3
_SLOW_MILLISECONDS: Final = 20.0
_PERCENT: Final = 100


def measure(setup: Setup, results: Results) -> None:
    """Measure first call, warm calls and refused calls."""
    first = results.begin("first_call", "first call", "ms")
    p50 = results.begin("emulator_p50", "warm hit, p50", "ms", 2)
    p99 = results.begin("emulator_p99", "warm hit, p99", "ms", 2)
    refused = results.begin("emulator_forged", "forged key, p50", "ms", 2)
    noop = setup.contenders[0]
    with _running(setup, noop) as runtime:
        _call(runtime, noop, key(0).text)  # so that the emulator has been read once
    far = results.begin("first_call_far", "first call, store 8 ms away", "ms")
    for round_ in range(setup.scale.starts):
        for contender in setup.from_afar():
            with _running(setup, contender) as runtime:
                far.add(contender.name, _call(runtime, contender, key(0).text))
        with ExitStack() as stack:
            runtimes: list[tuple[Contender, Runtime]] = []
            for contender in setup.contenders:
                runtime = stack.enter_context(_running(setup, contender))
                runtimes.append((contender, runtime))
                first.add(contender.name, _call(runtime, contender, key(0).text))
            for name, times in _batches(runtimes).items():
                p50.add(name, median(times))
                p99.add(name, quantiles(times, n=_PERCENT)[-1])
            for contender, runtime in runtimes:
                times = [
                    _call(runtime, contender, forged(round_ * _CALLS + number))
                    for number in range(_CALLS)
                ]
                refused.add(contender.name, median(times))


def _running(setup: Setup, contender: Contender) -> AbstractContextManager[Runtime]:
    function = Function(
        contender.name, contender.handler, contender.paths, contender.python
    )
    return running(function, contender.environment(setup.folder), setup.folder)


def _batches(runtimes: list[tuple[Contender, Runtime]]) -> dict[str, list[float]]:
    """Let the contenders take turns with a few warm calls each."""
    times: dict[str, list[float]] = {contender.name: [] for contender, _ in runtimes}
    for _ in range(_BATCHES):
        for contender, runtime in runtimes:
            found = times[contender.name]
            slow = bool(found) and median(found) > _SLOW_MILLISECONDS
            for _ in range(_FEW_CALLS if slow else _CALLS):
                found.append(_call(runtime, contender, key(0).text))
    return times


def _call(runtime: Runtime, contender: Contender, text: str) -> float:
    event = contender.event(text).encode()
    began = time.perf_counter()
    answer = runtime.post(event)
    milliseconds = (time.perf_counter() - began) * 1_000
    if text == key(0).text and meaning(answer.decode()) != ALLOW:
        raise RuntimeError(f"{contender.name} answered a good key with {answer!r}")
    return milliseconds
