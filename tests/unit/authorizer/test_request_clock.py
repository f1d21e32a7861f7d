"""The time of one request."""

from __future__ import annotations

import time

import pytest

from authorizer.request_clock import RequestClock
from tests.fakes import FakeLambdaContext


@pytest.fixture(autouse=True)
def _clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.5)
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)


@pytest.mark.parametrize(
    ("milliseconds", "deadline"),
    [(10_000, 103.0), (3_250, 103.0), (3_249, 102.999), (1_000, 100.75), (100, 99.85)],
)
def test_reading_ends_before_the_function_does(
    milliseconds: int, deadline: float
) -> None:
    """At most 3 s for AWS, and a quarter of a second is kept to answer and log."""
    clock = RequestClock.begin(FakeLambdaContext(milliseconds))
    assert (clock.now, clock.started) == (1_800_000_000.5, 100.0)
    assert clock.deadline == pytest.approx(deadline)


def test_time_passes_by_the_monotonic_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stepping wall clock makes no duration negative."""
    clock = RequestClock.begin(FakeLambdaContext())
    monkeypatch.setattr(time, "time", lambda: 0.0)
    monkeypatch.setattr(time, "monotonic", lambda: 100.25)
    assert clock.elapsed_ms() == pytest.approx(250)
