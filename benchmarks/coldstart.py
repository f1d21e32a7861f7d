"""Cold starts: from the start of the process to the first decision, over TLS."""

from typing import Final

from benchmarks.answer import ALLOW, meaning
from benchmarks.contender import NOOP, Contender
from benchmarks.measurement import Results
from benchmarks.population import SLOW, key
from benchmarks.process import ColdStart, start_cold
from benchmarks.setup import Setup, valgrind_is_there

_NO_VALGRIND: Final = "not measured: valgrind is missing"
_QUICKLY: Final = "not measured: the quick mode leaves it out"
# Warm calls after the first, to measure what each adds.
_CALLS: Final = 100
_TRIES: Final = 3


def measure(setup: Setup, results: Results) -> None:
    """Measure wall time, memory and instructions of a cold start."""
    _measure_time_and_memory(setup, results)
    _measure_round_trips(setup, results)
    _measure_instructions(setup, results)


def _measure_time_and_memory(setup: Setup, results: Results) -> None:
    wall = results.begin("cold_wall", "cold start", "ms")
    peak = results.begin("cold_peak", "peak memory", "MB")
    slow_wall = results.begin("cold_slow_wall", "cold start, argon2id record", "ms")
    slow_peak = results.begin("cold_slow_peak", "peak memory, argon2id record", "MB")
    everybody = (*setup.contenders, *setup.kinds, *setup.variants)
    for contender in everybody:
        _start(setup, contender, 0)  # so that every file has been read once
    for _ in range(setup.scale.rounds):
        for contender in everybody:
            run = _start(setup, contender, 0)
            wall.add(contender.name, run.milliseconds)
            peak.add(contender.name, run.peak_megabytes)
            if contender.name == NOOP:
                slow_wall.add(contender.name, run.milliseconds)
            if contender.has_argon2:
                run = _start(setup, contender, SLOW)
                slow_wall.add(contender.name, run.milliseconds)
                slow_peak.add(contender.name, run.peak_megabytes)


def _measure_round_trips(setup: Setup, results: Results) -> None:
    """Measure the same wall time with a store that is some milliseconds away."""
    wall = results.begin("cold_far_wall", "cold start, store 8 ms away", "ms")
    for _ in range(setup.scale.rounds):
        for contender in setup.from_afar():
            wall.add(contender.name, _start(setup, contender, 0).milliseconds)


def _measure_instructions(setup: Setup, results: Results) -> None:
    cold = results.begin("cold_instructions", "cold start", "M instr.")
    slow = results.begin(
        "cold_slow_instructions", "cold start, argon2id record", "M instr."
    )
    warm = results.begin("warm_instructions", "warm hit", "k instr.")
    if not setup.scale.instruction_rounds or not valgrind_is_there():
        there = valgrind_is_there()
        for measurement in (cold, slow, warm):
            measurement.missing = _QUICKLY if there else _NO_VALGRIND
        return
    for _ in range(setup.scale.instruction_rounds):
        for contender in (*setup.contenders, *setup.kinds, *setup.variants):
            one = _start(setup, contender, 0, valgrind=True)
            cold.add(contender.name, one.instructions / 1e6)
            if contender.keeps_client or contender.name == NOOP:
                more = _start(setup, contender, 0, calls=_CALLS, valgrind=True)
                added = more.instructions - one.instructions
                warm.add(contender.name, added / _CALLS / 1e3)
            if contender.name == NOOP:
                slow.add(contender.name, one.instructions / 1e6)
            if contender.has_argon2:
                hashed = _start(setup, contender, SLOW, valgrind=True)
                slow.add(contender.name, hashed.instructions / 1e6)


def _start(
    setup: Setup,
    contender: Contender,
    number: int,
    *,
    calls: int = 0,
    valgrind: bool = False,
) -> ColdStart:
    events = [contender.event(key(number).text)] * (1 + calls)
    for _ in range(_TRIES):
        run = start_cold(contender, setup.folder, events, valgrind=valgrind)
        if meaning(run.answer) == ALLOW:
            return run
    raise RuntimeError(f"{contender.name} answered a good key with {run.answer}")
