"""A limit of a figure, and whether a run kept it."""

from collections.abc import Callable
from typing import NamedTuple

from benchmarks.measurement import Results
from benchmarks.scale import Scale

type Figure = Callable[[Results, Scale], float | None]


class Limit(NamedTuple):
    """One of our figures, with its bound and its goal."""

    title: str
    unit: str
    figure: Figure
    bound: float | None
    goal: float | None
    is_count: bool = False


class Verdict(NamedTuple):
    """A limit and the measured value, None if it was not measured."""

    limit: Limit
    value: float | None

    @property
    def is_beyond(self) -> bool:
        """Whether the bound is broken."""
        bound = self.limit.bound
        return self.value is not None and bound is not None and self.value > bound

    @property
    def distance(self) -> str:
        """The distance to the goal, for people."""
        if self.value is None:
            return "not measured"
        if self.limit.goal is None:
            return "beyond the bound" if self.is_beyond else "kept"
        rest = self.value - self.limit.goal
        return "reached" if rest <= 0 else f"{rest:.3g} to go"
