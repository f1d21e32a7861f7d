"""A limit of a figure, and whether a run kept it."""

from collections.abc import Callable
from typing import NamedTuple

from benchmarks.measurement import Results
from benchmarks.scale import Scale

type Figure = Callable[[Results, Scale], float | None]


class Limit(NamedTuple):
    """A figure of ours, the bound that it must keep and the goal that it has."""

    title: str
    unit: str
    figure: Figure
    bound: float | None
    goal: float | None
    is_count: bool = False


class Verdict(NamedTuple):
    """A limit and what was measured; None where it was not."""

    limit: Limit
    value: float | None

    @property
    def is_beyond(self) -> bool:
        """Whether the bound is broken."""
        bound = self.limit.bound
        return self.value is not None and bound is not None and self.value > bound

    @property
    def distance(self) -> str:
        """How far it is to the goal, for people."""
        if self.value is None:
            return "not measured"
        if self.limit.goal is None:
            return "beyond the bound" if self.is_beyond else "kept"
        rest = self.value - self.limit.goal
        return "reached" if rest <= 0 else f"{rest:.3g} to go"
