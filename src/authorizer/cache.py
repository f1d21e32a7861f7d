"""A least-recently-used cache, bounded in entries and in the size of what it holds."""

from __future__ import annotations

from collections import OrderedDict


class Entry[T]:
    """A value; ``read_at`` and ``fresh_until`` are times of the monotonic clock."""

    __slots__ = ("fresh_until", "read_at", "size", "value")

    def __init__(
        self, value: T, *, read_at: float, fresh_until: float, size: int
    ) -> None:
        self.value = value
        self.read_at = read_at
        self.fresh_until = fresh_until
        self.size = size


class Cache[T]:
    """Keeps the entries used last; the age of an entry is its user's to judge."""

    def __init__(self, max_entries: int, max_size: int) -> None:
        self._entries: OrderedDict[str, Entry[T]] = OrderedDict()
        self._max_entries = max_entries
        self._max_size = max_size
        self._size = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, name: str) -> Entry[T] | None:
        """Return an entry, fresh or not, and count it as used."""
        entry = self._entries.get(name)
        if entry is not None:
            self._entries.move_to_end(name)
        return entry

    def put(self, name: str, entry: Entry[T]) -> None:
        """Keep an entry in place of any other of that name."""
        self.drop(name)
        self._entries[name] = entry
        self._size += entry.size
        while len(self._entries) > self._max_entries or self._size > self._max_size:
            _, evicted = self._entries.popitem(last=False)
            self._size -= evicted.size

    def drop(self, name: str) -> None:
        """Forget an entry, if it is there."""
        entry = self._entries.pop(name, None)
        if entry is not None:
            self._size -= entry.size
