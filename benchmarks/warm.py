"""Warm calls in process: JSON in and out, log line and metric into the void."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.contender import NOOP, Contender
from benchmarks.measurement import Results
from benchmarks.peers import BOTO3
from benchmarks.population import SLOW, forged, key, wrong
from benchmarks.process import WarmProcess, running_warm, start_cold
from benchmarks.setup import Setup

_MOST_CALLS = 1_000


def measure(setup: Setup, results: Results) -> None:
    """Measure a hit, refused keys, and the look-up of a record never asked for."""
    hit = results.begin("warm_hit", "warm hit", "µs")
    slow = results.begin("warm_slow", "warm hit, argon2id record", "µs")
    mistyped = results.begin("wrong", "wrong key", "µs")
    invented = results.begin("forged", "forged key", "µs")
    garbled = results.begin("malformed", "malformed key", "µs")
    miss = results.begin(
        "miss", "CPU of a look-up (× textbook on boto3)", "µs", 0, BOTO3
    )
    with (
        setup.warm() as processes,
        setup.warm_in_table() as in_table,
        setup.warm_kinds() as kinds,
        _floor(setup) as floor,
    ):
        for round_ in range(setup.scale.rounds):
            for contender, process in kinds:
                present = _Turn(setup, contender, process)
                hit.add(contender.name, present.time(key(0).text))
            for contender, process in (*processes, *in_table, floor):
                present = _Turn(setup, contender, process)
                hit.add(contender.name, present.time(key(0).text))
                mistyped.add(contender.name, present.time(wrong(0)))
                garbled.add(contender.name, present.time("ABCDEFGHIJ"))
                invented.add(contender.name, present.time_forged(round_))
                if contender.has_argon2:
                    slow.add(contender.name, present.time(key(SLOW).text))
                if contender.name == NOOP:
                    slow.add(contender.name, hit.rounds[NOOP][-1])
                if contender.keeps_client:
                    miss.add(contender.name, present.look_up(round_))


class _Turn:
    """One contender's turn in a round; a slow one does less in the same time."""

    def __init__(
        self, setup: Setup, contender: Contender, process: WarmProcess
    ) -> None:
        self._scale = setup.scale
        self._contender = contender
        self._process = process

    def time(self, key_text: str) -> float:
        """Return the median of calls with one key."""
        event = self._contender.event(key_text)
        calls = self._calls(event)
        return median(self._process.run([event], calls).microseconds)

    def time_forged(self, round_: int) -> float:
        """Return the median of calls with keys that differ every time."""
        first = 1 + round_ * _MOST_CALLS
        calls = self._calls(self._contender.event(forged(first)))
        events = [
            self._contender.event(forged(first + number)) for number in range(1, calls)
        ]
        return median(self._process.run(events).microseconds)

    def look_up(self, round_: int) -> float:
        """Return the processor time that a look-up adds to a call."""
        misses = self._scale.misses
        first = self._scale.keys + round_ * misses
        events = [
            self._contender.event(key(first + number).text) for number in range(misses)
        ]
        missed = self._process.run(events).cpu_microseconds
        hits = self._process.run(events).cpu_microseconds
        return (missed - hits) / misses

    def _calls(self, event: str) -> int:
        once = min(self._process.run([event], 3).microseconds)
        fitting = int(self._scale.batch_seconds * 1_000_000 / once)
        return max(3, min(_MOST_CALLS, fitting))


@contextmanager
def _floor(setup: Setup) -> Iterator[tuple[Contender, WarmProcess]]:
    """Run the bare steps, which answer what ours answers."""
    ours = setup.contenders[1]
    answer = start_cold(ours, setup.folder, [ours.event(key(0).text)]).answer
    Path(setup.floor.variables["ANSWER"]).write_text(answer)
    with running_warm(setup.floor, setup.folder) as process:
        yield setup.floor, process
