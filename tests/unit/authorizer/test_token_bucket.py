"""The bucket of tokens for work that strangers can provoke."""

from __future__ import annotations

import pytest

from apikeys.errors import OverloadedError
from authorizer.request_clock import RequestClock
from authorizer.token_bucket import TokenBucket
from tests.builders import NOW, at


def _drawn(bucket: TokenBucket, seconds: float, tries: int = 50) -> int:
    """Return how many tokens can be drawn at a time."""
    return _drawn_at(bucket, at(seconds), tries)


def _drawn_at(bucket: TokenBucket, clock: RequestClock, tries: int = 50) -> int:
    for count in range(tries):
        try:
            bucket.draw(clock)
        except OverloadedError:
            return count
    return tries


def test_a_burst_of_20_then_2_a_second() -> None:
    """A burst of 20, then 2 a second, whatever the clock showed at first."""
    bucket = TokenBucket(20, 2, "tries")
    drawn = [_drawn(bucket, s) for s in (9_000, 9_000, 9_000.49, 9_000.5, 9_003.5)]
    assert drawn == [20, 0, 0, 1, 6]


def test_a_rested_bucket_is_full_and_no_fuller() -> None:
    """An hour of rest gives the burst, not 7,200 tokens."""
    bucket = TokenBucket(20, 2, "tries")
    assert (_drawn(bucket, 0), _drawn(bucket, 3_600)) == (20, 20)


def test_fractions_of_a_token_add_up() -> None:
    """Refused draws cost nothing of what is being gained."""
    bucket = TokenBucket(20, 2, "tries")
    assert _drawn(bucket, 0) == 20
    assert [_drawn(bucket, 0.1 * tick, tries=1) for tick in range(1, 11)].count(1) == 2


def test_a_token_given_back_can_be_drawn_again() -> None:
    """As often as it is given back, and never beyond the burst."""
    bucket = TokenBucket(20, 2, "tries")
    bucket.give_back()
    assert _drawn(bucket, 0) == 20
    bucket.give_back()
    assert _drawn(bucket, 0) == 1


def test_clocks_that_step_back_give_and_take_nothing() -> None:
    """What follows counts from where they are then."""
    bucket = TokenBucket(20, 2, "tries")
    assert (_drawn(bucket, 100), _drawn(bucket, 50), _drawn(bucket, 50.5)) == (20, 0, 1)


@pytest.mark.parametrize(("wall", "monotonic"), [(0, 3), (3, 0), (-60, 3), (3, 1)])
def test_the_clock_that_went_further_fills_the_bucket(
    wall: float, monotonic: float
) -> None:
    """A frozen environment gains what passed by the wall clock; none gains twice."""
    bucket = TokenBucket(20, 2, "tries")
    assert _drawn_at(bucket, RequestClock(NOW, 50)) == 20
    assert _drawn_at(bucket, RequestClock(NOW + wall, 50 + monotonic)) == 6


def test_overload_is_a_fault_with_a_reason() -> None:
    """The answer is 500, never 401."""
    bucket = TokenBucket(0, 0, "tries")
    with pytest.raises(OverloadedError) as caught:
        bucket.draw(at())
    assert caught.value.reason == "overloaded"
