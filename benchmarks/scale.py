"""How much is measured: everything, or just enough to see that it works."""

from typing import Final, NamedTuple


class Scale(NamedTuple):
    """Numbers of rounds and requests.

    Attributes:
        rounds: of every wall time, in each of which the contenders take turns.
        starts: rounds under the runtime emulator, each with a fresh process.
        instruction_rounds: runs under valgrind; 0 for none.
        batch_seconds: about how long a contender's turn lasts at most.
        misses: look-ups of records never asked for before, per round.
        keys: that the Zipf-distributed load is spread over.
        requests: of that load, and as many forged keys.
        populations: sizes of the store in which the decision is timed again.
        visited: records read there at most before the clock starts.
    """

    rounds: int
    starts: int
    instruction_rounds: int
    batch_seconds: float
    misses: int
    keys: int
    requests: int
    populations: tuple[int, ...]
    visited: int


FULL: Final = Scale(
    rounds=15,
    starts=5,
    instruction_rounds=2,
    batch_seconds=0.1,
    misses=100,
    keys=1_000,
    requests=1_000,
    populations=(10, 1_000, 100_000),
    visited=5_000,
)
QUICK: Final = Scale(
    rounds=2,
    starts=1,
    instruction_rounds=0,
    batch_seconds=0.02,
    misses=20,
    keys=50,
    requests=100,
    populations=(10, 100),
    visited=100,
)
