"""What every store of records promises, whatever is underneath.

A name has one value at a time, and each write gives it a version. Nothing is
overwritten unseen, and what was deleted can be restored for some days. Notes belong to
a value: they can be read without it, and after its deletion. A read may lag behind a
write, and a list behind both. docs/stores.md says how the stores differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from time import sleep
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    type Write = Creation | Replacement

NO_NOTES: Final = MappingProxyType[str, str]({})
# The most names on one page.
MAX_NAMES: Final = 100
_LAG_SECONDS = (0.2, 0.4, 0.8)


class Absence(Enum):
    """Why a name has no value to read."""

    NEVER = "never"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Stored:
    """A current value; ``text`` is empty if it is bytes."""

    text: str
    version: str

    def __repr__(self) -> str:
        """Show only the version."""
        return f"Stored(version={self.version!r})"


class Page(NamedTuple):
    """Some names, each with its notes, and the token of the next page."""

    notes: dict[str, dict[str, str]]
    token: str | None


class Wanted(NamedTuple):
    """Which records' names are asked for.

    An engine with a suitable index reads no others, and any engine may return others:
    the caller judges the records.

    Attributes:
        client: whose; None for everybody's.
        ends_after: only records that end later, in seconds since 1970.
        ends_by: only records that end then or before.
    """

    client: str | None = None
    ends_after: int | None = None
    ends_by: int | None = None


EVERYTHING: Final = Wanted()


class Creation(NamedTuple):
    """A first value to be stored; see ``Engine.create``."""

    name: str
    text: str
    description: str
    notes: Mapping[str, str] = NO_NOTES


class Replacement(NamedTuple):
    """A value to replace another; see ``Engine.replace``."""

    name: str
    text: str
    version: str


class NameTakenError(Exception):
    """The name has a value, or one that awaits deletion."""


class Engine(Protocol):
    """Values by name; each call is a 503 if the service fails or denies access."""

    def read(self, name: str, /) -> Stored | Absence:
        """Return the current value, or why there is none."""
        ...

    def read_many(self, names: list[str], /) -> dict[str, Stored]:
        """Return the current values of the names that have one, in order."""
        ...

    def create(
        self,
        name: str,
        text: str,
        description: str,
        notes: Mapping[str, str] = NO_NOTES,
        /,
    ) -> str:
        """Store a first value with its notes, and return its version.

        Raises:
            NameTakenError: there is one already; nothing was changed.
        """
        ...

    def replace(self, name: str, text: str, version: str, /) -> str:
        """Replace the version that was read; return the new one.

        Raises:
            RefusedError: 409, another write came first; it stays in force.
        """
        ...

    def together(self, writes: Sequence[Write], /) -> list[str] | None:
        """Carry out all of some writes, each of another name, or none.

        Returns:
            The version of each, in order; None if this engine has no transactions, and
            nothing was written.

        Raises:
            NameTakenError: a name to be created has a value; nothing was changed.
            RefusedError: 409, another write came first; nothing was changed.
        """
        ...

    def delete(self, name: str, recovery_days: int, /) -> bool:
        """Ask for a deletion.

        Returns:
            Whether this call put it in force; False if there is no such name, if it was
            deleted before, and if it is not deleted, which ``is_gone`` distinguishes.
        """
        ...

    def is_gone(self, name: str, /) -> bool:
        """Return whether nothing can be read, once reads have had time to follow."""
        ...

    def restore(self, name: str, /) -> bool:
        """Undo a deletion; reads may lag behind.

        Returns:
            Whether there is such a name, and it may come back.
        """
        ...

    def names(
        self,
        prefixes: list[str],
        *,
        limit: int,
        token: str | None,
        wanted: Wanted = EVERYTHING,
        deleted_as: list[str] | None = None,
    ) -> Page | None:
        """Return some names that begin with one of some prefixes.

        Args:
            prefixes: what the names begin with.
            limit: how many at most, up to ``MAX_NAMES``.
            token: an earlier page's of the same names, or None for the first.
            wanted: which of them; ignored for those that await deletion.
            deleted_as: asks for those that await deletion and have this description,
                since they can't be read and nothing else says what they are.

        Returns:
            A page, or None if the token is not one.
        """
        ...

    def note(self, name: str, notes: Mapping[str, str], /) -> None:
        """Add notes to a value, replacing those of the same names.

        Raises:
            RefusedError: 409, it was deleted meanwhile.
        """
        ...

    def notes(self, name: str, /) -> tuple[dict[str, str], str | None]:
        """Return a value's notes, deleted or not, and its current version.

        Raises:
            RefusedError: 409, it was purged meanwhile.
        """
        ...


def settled[T](read: Callable[[], T], is_expected: Callable[[T], bool]) -> T:
    """Return what is read once it is as expected, or in the end whatever it is.

    Args:
        read: reads once.
        is_expected: whether what was read shows the preceding write.
    """
    for wait in _LAG_SECONDS:
        found = read()
        if is_expected(found):
            return found
        sleep(wait)
    return read()
