"""The same decision with few and with many keys in the store."""

from contextlib import ExitStack
from statistics import median
from typing import Final

from benchmarks.contender import Contender
from benchmarks.measurement import Results
from benchmarks.population import key
from benchmarks.process import WarmProcess, running_warm
from benchmarks.setup import Setup
from benchmarks.store import running_store

_CALLS: Final = 300
# A few at a time, so that the events don't take the memory that is measured.
_VISITS: Final = 50


def measure(setup: Setup, results: Results) -> None:
    """Measure hit, miss and memory once many different keys have been seen."""
    for population in setup.scale.populations:
        results.begin(hit(population), f"warm hit, {population:,} keys", "µs")
        results.begin(miss(population), f"miss, {population:,} keys", "µs", 0)
        results.begin(memory(population), f"memory, {population:,} keys", "MB")
    for contender in setup.contenders:
        if contender.keeps_client:
            _measure(setup, contender, results)


def hit(population: int) -> str:
    """Return the name of the measurement of hits with a store of this size."""
    return f"growth_hit_{population}"


def miss(population: int) -> str:
    """Return the name of the measurement of misses with a store of this size."""
    return f"growth_miss_{population}"


def memory(population: int) -> str:
    """Return the name of the measurement of memory with a store of this size."""
    return f"growth_memory_{population}"


def _measure(setup: Setup, contender: Contender, results: Results) -> None:
    with ExitStack() as stack:
        processes: dict[int, WarmProcess] = {}
        for population in setup.scale.populations:
            store = stack.enter_context(running_store(setup.certificate, population))
            moved = {**contender.variables, "AWS_ENDPOINT_URL": store.url}
            processes[population] = stack.enter_context(
                running_warm(contender._replace(variables=moved), setup.folder)
            )
        for population, process in processes.items():
            visited = min(population, setup.scale.visited)
            step = population // visited
            times = []
            for first in range(0, visited, _VISITS):
                batch = process.run(
                    [
                        contender.event(key(number * step).text)
                        for number in range(first, min(first + _VISITS, visited))
                    ]
                )
                times += batch.microseconds
            found = results.measurements
            found[miss(population)].add(contender.name, median(times))
            found[memory(population)].add(contender.name, batch.resident_megabytes)
        last = contender.event(key(0).text)
        for _ in range(setup.scale.rounds):
            for population, process in processes.items():
                batch = process.run([last], _CALLS)
                results.measurements[hit(population)].add(
                    contender.name, median(batch.microseconds)
                )
