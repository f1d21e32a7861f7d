"""Counts, which noise doesn't affect: reads of records and slow hashes under a load."""

from bisect import bisect
from hashlib import sha256
from itertools import accumulate
from typing import Final

from benchmarks.contender import NOOP, Contender
from benchmarks.measurement import Measurement, Results
from benchmarks.population import SLOW, forged, key
from benchmarks.process import running_warm
from benchmarks.setup import Setup

# A contender that makes a client for every call gets a tenth of the load, and its
# counts are multiplied by ten: it remembers nothing.
_TENTH: Final = 10


def measure(setup: Setup, results: Results) -> None:
    """Count for minted keys, for argon2id records and for forged keys."""
    scale = setup.scale
    numbers = zipf(scale.keys, scale.requests)
    per = f"per {scale.requests:,}"
    counts = {
        name: (
            results.begin(f"{name}_reads", f"reads, {title}", per, 0, None),
            results.begin(f"{name}_hashes", f"slow hashes, {title}", per, 0, None),
        )
        for name, title in {
            "zipf": f"Zipf over {scale.keys:,} keys",
            "slow_zipf": f"Zipf over {scale.keys:,} argon2id records",
            "forged": "forged keys",
        }.items()
    }
    distinct = results.begin("distinct", "distinct keys of the load", per, 0, None)
    for contender in setup.contenders:
        distinct.add(contender.name, 1 if contender.is_shared else len(set(numbers)))
        if contender.name == NOOP:
            continue
        shared = [0] * len(numbers)
        texts = [key(n).text for n in (shared if contender.is_shared else numbers)]
        _count(setup, contender, texts, counts["zipf"])
        if contender.has_argon2:
            hashed = [key(SLOW + number).text for number in numbers]
            _count(setup, contender, hashed, counts["slow_zipf"])
        invented = [forged(number) for number in range(scale.requests)]
        _count(setup, contender, invented, counts["forged"])


def zipf(keys: int, requests: int) -> list[int]:
    """Return key numbers, the n-th most frequent one in proportion to 1/n.

    Drawn from a fixed seed: the same load for everybody and in every run.
    """
    weights = list(accumulate(1 / rank for rank in range(1, keys + 1)))
    return [
        bisect(weights, _uniform(number) * weights[-1]) for number in range(requests)
    ]


def _uniform(number: int) -> float:
    drawn = sha256(f"request {number}".encode()).digest()[:6]
    return int.from_bytes(drawn) / 2**48


def _count(
    setup: Setup,
    contender: Contender,
    texts: list[str],
    counts: tuple[Measurement, Measurement],
) -> None:
    """Send a load to a fresh environment and note its reads and slow hashes."""
    store = setup.stores[contender.name]
    with running_warm(
        contender, setup.folder, counts_hashes=contender.has_argon2
    ) as process:
        store.reset()
        events = [contender.event(text) for text in texts]
        times = 1 if contender.keeps_client else _TENTH
        batch = process.run(events[: len(events) // times])
        reads, hashes = counts
        reads.add(contender.name, store.reads() * times)
        hashes.add(contender.name, batch.hashes * times)
