"""Measured values, round by round, so that ratios pair what ran side by side."""

from collections.abc import Iterable
from statistics import median, quantiles
from typing import Final, NamedTuple, Self

from benchmarks.contender import NOOP

_QUARTERS: Final = 4


class Spread(NamedTuple):
    """A median and its quartiles."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Return the spread of at least one value."""
        found = sorted(values)
        if len(found) == 1:
            return cls(found[0], found[0], found[0])
        low, _, high = quantiles(found, n=_QUARTERS, method="inclusive")
        return cls(median(found), low, high)


class Measurement:
    """One figure of several contenders, with a value per round."""

    def __init__(self, title: str, unit: str, digits: int, base: str | None) -> None:
        self.title = title
        self.unit = unit
        self.digits = digits
        self.base = base
        self.rounds: dict[str, list[float]] = {}
        self.missing = ""

    def add(self, contender: str, value: float) -> None:
        """Note a contender's value in the current round."""
        self.rounds.setdefault(contender, []).append(value)

    def spread(self, contender: str) -> Spread | None:
        """Return a contender's spread, None if it was not measured."""
        values = self.rounds.get(contender)
        return Spread.of(values) if values else None

    def ratio(self, contender: str, base: str) -> Spread | None:
        """Return the spread of the ratios to another, each within a round."""
        mine, theirs = self.rounds.get(contender), self.rounds.get(base)
        if not mine or not theirs or not all(theirs):
            return None
        return Spread.of(a / b for a, b in zip(mine, theirs, strict=False))


class Results:
    """All measurements of a run, by name."""

    def __init__(self) -> None:
        self.measurements: dict[str, Measurement] = {}
        self.answers: dict[str, dict[str, str]] = {}
        self.modules = "not measured: valgrind is missing, or the mode is quick"

    def begin(
        self,
        name: str,
        title: str,
        unit: str,
        digits: int = 1,
        base: str | None = NOOP,
    ) -> Measurement:
        """Return a new, empty measurement; ratios to ``base`` are shown with it."""
        measurement = Measurement(title, unit, digits, base)
        self.measurements[name] = measurement
        return measurement
