"""An engine in memory, stricter than any: names, sizes, versions, recovery, listing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from admin.errors import conflict
from admin.stores.engine import (
    EVERYTHING,
    MAX_NAMES,
    NO_NOTES,
    Absence,
    Creation,
    NameTakenError,
    Page,
    Stored,
)
from admin.stores.item import copies
from apikeys.defaults import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from admin.stores.engine import Wanted, Write

_NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
_LONGEST_TEXT = 65_536
_LONGEST_NOTE = 256
_RECOVERY_DAYS = range(7, 31)
_TOKEN = re.compile(r"after (.+)")


class _Kept(NamedTuple):
    text: str
    version: str
    description: str
    notes: dict[str, str]
    purged_at: float | None = None


class EngineInMemory:
    """Keeps the contract to the letter; a list shows what the list before could."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._listed: dict[str, _Kept] = {}
        self._writes = 0

    def read(self, name: str) -> Stored | Absence:
        """Return the current value, or why there is none."""
        kept = self._there(name)
        if kept is None:
            return Absence.NEVER
        if kept.purged_at is not None:
            return Absence.DELETED
        return Stored(kept.text, kept.version)

    def read_many(self, names: list[str]) -> dict[str, Stored]:
        """Read them one by one."""
        read = {name: self.read(name) for name in names}
        return {
            name: found for name, found in read.items() if isinstance(found, Stored)
        }

    def create(
        self,
        name: str,
        text: str,
        description: str,
        notes: Mapping[str, str] = NO_NOTES,
    ) -> str:
        """Store a first value."""
        _check(name, text, notes)
        if self._there(name) is not None:
            raise NameTakenError
        kept = _Kept(text, self._version(), description, dict(notes))
        self._kept[name] = kept
        return kept.version

    def replace(self, name: str, text: str, version: str) -> str:
        """Store a value in place of the version that was read."""
        _check(name, text, NO_NOTES)
        kept = self._living(name)
        if kept.version != version:
            raise conflict("the stored value")
        self._kept[name] = kept._replace(text=text, version=self._version())
        return self._kept[name].version

    def together(self, writes: Sequence[Write]) -> list[str]:
        """Carry out the writes on a copy that takes the place of what there was."""
        before = dict(self._kept)
        try:
            return [
                self.create(*write)
                if isinstance(write, Creation)
                else self.replace(*write)
                for write in writes
            ]
        except BaseException:
            self._kept = before
            raise

    def delete(self, name: str, recovery_days: int) -> bool:
        """Let a value wait for its deletion."""
        assert recovery_days in _RECOVERY_DAYS
        kept = self._there(name)
        if kept is None or kept.purged_at is not None:
            return False
        purged_at = self._clock() + recovery_days * DAY
        self._kept[name] = kept._replace(purged_at=purged_at)
        return True

    def is_gone(self, name: str) -> bool:
        """Return whether nothing can be read."""
        return isinstance(self.read(name), Absence)

    def restore(self, name: str) -> bool:
        """Bring a value back."""
        kept = self._there(name)
        if kept is None:
            return False
        self._kept[name] = kept._replace(purged_at=None)
        return True

    def names(
        self,
        prefixes: list[str],
        *,
        limit: int,
        token: str | None,
        wanted: Wanted = EVERYTHING,
        deleted_as: list[str] | None = None,
    ) -> Page | None:
        """List what the list before could have shown."""
        assert 1 <= limit <= MAX_NAMES
        after = _TOKEN.fullmatch(token or "after  ")
        if after is None:
            return None
        seen, self._listed = self._listed, dict(self._kept)
        fitting = [
            name
            for name, kept in sorted(seen.items())
            if name.startswith(tuple(prefixes))
            and (kept.purged_at is not None) == (deleted_as is not None)
            and (deleted_as is None or kept.description in deleted_as)
            and (deleted_as is not None or _is_wanted(kept.text, wanted))
            and name > after[1]
        ]
        notes = {name: dict(seen[name].notes) for name in fitting[:limit]}
        is_whole = len(fitting) <= limit
        return Page(notes, None if is_whole else f"after {fitting[limit - 1]}")

    def note(self, name: str, notes: Mapping[str, str]) -> None:
        """Add notes to a value."""
        _check(name, "", notes)
        kept = self._living(name)
        self._kept[name] = kept._replace(notes=kept.notes | dict(notes))

    def notes(self, name: str) -> tuple[dict[str, str], str | None]:
        """Return a value's notes."""
        kept = self._there(name)
        if kept is None:
            raise conflict("the stored value")
        return dict(kept.notes), kept.version

    def _there(self, name: str) -> _Kept | None:
        kept = self._kept.get(name)
        if kept and kept.purged_at is not None and kept.purged_at <= self._clock():
            del self._kept[name]
            return None
        return kept

    def _living(self, name: str) -> _Kept:
        kept = self._there(name)
        if kept is None or kept.purged_at is not None:
            raise conflict("the stored value")
        return kept

    def _version(self) -> str:
        self._writes += 1
        return f"version-{self._writes}"


def _is_wanted(text: str, wanted: Wanted) -> bool:
    found = copies(text)
    if wanted.client is not None and found.get("client") != {"S": wanted.client}:
        return False
    if wanted.ends_after is None and wanted.ends_by is None:
        return True
    if "expires" not in found:
        return False
    ends_at = int(found["expires"]["N"])
    return (wanted.ends_after is None or ends_at > wanted.ends_after) and (
        wanted.ends_by is None or ends_at <= wanted.ends_by
    )


def _check(name: str, text: str, notes: Mapping[str, str]) -> None:
    assert _NAME.fullmatch(name), "a name that Secrets Manager does not take"
    assert len(text.encode()) <= _LONGEST_TEXT, "a value that is too long"
    for note, value in notes.items():
        assert not note.startswith("aws:"), "a note that is AWS's own"
        assert len(value) <= _LONGEST_NOTE, "a note that is too long"
