"""A few under way at a time, taken as there is room, and yielded in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

from apikeys_cli.batch.pipeline import PARALLEL, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


def test_things_are_yielded_in_their_order_whichever_is_done_first() -> None:
    """The first waits for the last of those that are under way with it."""
    last_is_done = Event()

    def work(number: int) -> int:
        if number == PARALLEL - 1:
            last_is_done.set()
        assert last_is_done.wait(10)
        return number * 10

    with ThreadPoolExecutor(PARALLEL) as pool:
        done = list(in_order(pool, work, range(PARALLEL + 2)))
    assert done == [(number, number * 10) for number in range(PARALLEL + 2)]


def test_no_more_are_taken_than_may_be_under_way() -> None:
    """However many there are, a few are held."""
    taken = []

    def things() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    with ThreadPoolExecutor(PARALLEL) as pool:
        for yielded, _ in enumerate(in_order(pool, str, things()), start=1):
            assert len(taken) < yielded + PARALLEL


def _until_it_fails(
    work: Callable[[int], object], things: Iterable[int]
) -> tuple[list[int], str]:
    """Return what was yielded before an error was raised, and the error."""
    yielded: list[int] = []
    with ThreadPoolExecutor(PARALLEL) as pool:
        try:
            for number, _ in in_order(pool, work, things):
                yielded.append(number)
        except OSError as error:
            return yielded, str(error)
    raise AssertionError


def test_what_is_under_way_is_yielded_before_a_failure_is_raised() -> None:
    """None of it is lost, no more is begun, and the first failure is told."""
    worked = []

    def work(number: int) -> None:
        worked.append(number)
        if number in (1, 3):
            raise OSError(f"at {number}")

    yielded, error = _until_it_fails(work, range(100))
    # The fifth is taken as the first is done.
    assert (yielded, error) == ([0, 2, 4], "at 1")
    assert sorted(worked) == [0, 1, 2, 3, 4]


def test_where_things_come_from_may_fail_as_well() -> None:
    """What had come is worked on to the end."""

    def things() -> Iterator[int]:
        yield from range(3)
        raise OSError("no more")

    assert _until_it_fails(str, things()) == ([0, 1, 2], "no more")
