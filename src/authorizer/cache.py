"""Least-recently-used caches, bounded in entries and in the size of what they hold."""

from __future__ import annotations

from collections import OrderedDict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Generic, TypeVar

    from authorizer.request_clock import RequestClock

    T = TypeVar("T")

    class Of(Generic[T]):  # noqa: UP046 - the other way imports typing
        """Makes a class generic in ``T``."""

else:
    # A generic class imports typing, which takes a tenth of an empty function's start.
    T = None

    class Of:
        """Stands in for it at run time, where nothing of it is needed."""

        def __class_getitem__(cls, _item: object) -> type:
            return cls


class Aged(Of[T]):
    """A value and the time it was read, by both clocks.

    Lambda freezes an environment between calls, and its monotonic clock may stand still
    meanwhile; the wall clock may be set. So the larger age counts, and what was read
    later than the wall clock says now has no known age.

    Attributes:
        value: what was read.
    """

    __slots__ = (
        "_read_now",
        "_read_started",
        "_since_now",
        "_until_now",
        "_until_started",
        "value",
    )

    def __init__(self, value: T, clock: RequestClock, seconds: float) -> None:
        """Keep a value as fresh for some seconds.

        Args:
            value: what was read.
            clock: of the request that read it; what was written later is newer.
            seconds: how long it may be used without being read again.
        """
        self.value = value
        self._read_now = self._since_now = clock.now
        self._read_started = clock.started
        self._until_now = clock.now + seconds
        self._until_started = clock.started + seconds

    def is_fresh(self, clock: RequestClock) -> bool:
        """Return whether the value may be used without being read again."""
        return (
            self._since_now <= clock.now < self._until_now
            and clock.started < self._until_started
        )

    def is_younger(self, clock: RequestClock, seconds: float) -> bool:
        """Return whether the value was read less than some seconds ago."""
        return (
            clock.started < self._read_started + seconds
            and self._read_now <= clock.now < self._read_now + seconds
        )

    def renew(self, clock: RequestClock, seconds: float, at_most: float) -> None:
        """Let the value be used some seconds longer, ``at_most`` after its reading."""
        self._since_now = clock.now
        self._until_now = min(clock.now + seconds, self._read_now + at_most)
        self._until_started = min(clock.started + seconds, self._read_started + at_most)


class Cache(Of[T]):
    """Keeps the values used last; the caller judges how old they may be."""

    def __init__(self, max_entries: int, max_size: int) -> None:
        self._values: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._max_entries = max_entries
        self._max_size = max_size
        self._size = 0

    def __len__(self) -> int:
        return len(self._values)

    def get(self, name: Hashable) -> T | None:
        """Return a value and count it as used."""
        kept = self._values.get(name)
        if kept is None:
            return None
        self._values.move_to_end(name)
        return kept[0]

    def put(self, name: Hashable, value: T, size: int) -> None:
        """Keep a value, replacing any other of that name."""
        self.drop(name)
        self._values[name] = (value, size)
        self._size += size
        while len(self._values) > self._max_entries or self._size > self._max_size:
            _, (_, evicted) = self._values.popitem(last=False)
            self._size -= evicted

    def drop(self, name: Hashable) -> None:
        """Forget a value if it is there."""
        kept = self._values.pop(name, None)
        if kept is not None:
            self._size -= kept[1]
