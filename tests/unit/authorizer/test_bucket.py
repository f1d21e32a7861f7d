"""The bucket of tokens for work that strangers can provoke."""

from __future__ import annotations

import pytest

from apikeys.errors import OverloadedError
from authorizer.bucket import Bucket


def _drawn(bucket: Bucket, at: float, tries: int = 50) -> int:
    """Return how many tokens can be drawn at a time."""
    for count in range(tries):
        try:
            bucket.draw(at)
        except OverloadedError:
            return count
    return tries


def test_a_burst_of_20_then_2_a_second() -> None:
    """A burst of 20, then 2 a second, whatever the clock showed at first."""
    bucket = Bucket()
    drawn = [_drawn(bucket, at) for at in (9_000, 9_000, 9_000.49, 9_000.5, 9_003.5)]
    assert drawn == [20, 0, 0, 1, 6]


def test_a_rested_bucket_is_full_and_no_fuller() -> None:
    """An hour of rest gives the burst, not 7,200 tokens."""
    bucket = Bucket()
    assert (_drawn(bucket, 0), _drawn(bucket, 3_600)) == (20, 20)


def test_fractions_of_a_token_add_up() -> None:
    """Refused draws cost nothing of what is being gained."""
    bucket = Bucket()
    assert _drawn(bucket, 0) == 20
    assert [_drawn(bucket, 0.1 * tick, tries=1) for tick in range(1, 11)].count(1) == 2


def test_a_token_given_back_can_be_drawn_again() -> None:
    """As often as it is given back, and never beyond the burst."""
    bucket = Bucket()
    bucket.give_back()
    assert _drawn(bucket, 0) == 20
    bucket.give_back()
    assert _drawn(bucket, 0) == 1


def test_a_clock_that_steps_back_gives_and_takes_nothing() -> None:
    """Not that the monotonic clock would."""
    bucket = Bucket()
    assert (_drawn(bucket, 100), _drawn(bucket, 50), _drawn(bucket, 50.5)) == (20, 0, 1)


def test_overload_is_a_fault_with_a_reason() -> None:
    """The answer is 500, never 401."""
    bucket = Bucket(burst=0, per_second=0)
    with pytest.raises(OverloadedError) as caught:
        bucket.draw(0)
    assert caught.value.reason == "overloaded"
