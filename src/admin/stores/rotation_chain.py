"""Keys that rotations link, whether they can be read or were revoked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from admin.principal import Principal
from admin.stores.engine import Absence, settled
from admin.stores.stored_record import Found, readable
from admin.stores.tombstones import LINKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin.stores.records import Records
    from admin.stores.tombstones import Tombstones
    from apikeys.record import Record


class RotationChain:
    """Finds the keys that came before one and after it."""

    def __init__(self, records: Records, tombstones: Tombstones) -> None:
        self._records = records
        self._tombstones = tombstones

    def around(
        self, principal: Principal, record: Record | None
    ) -> Iterator[Found | None]:
        """Yield what can be read of a revoked key and of all keys linked to it.

        None if that can't be known: a link in between can't be read, or was revoked so
        long ago that it is gone.

        Args:
            principal: the key that was revoked, or the account; itself if it was
                restored since.
            record: as it was before, None if that is not known.
        """
        seen: set[Principal] = set()
        # The last is next: keys that may never have been made come after real ones.
        waiting = [(principal, True), *_linked(record)]
        while waiting:
            following, was_made = waiting.pop()
            if following in seen:
                continue
            seen.add(following)
            read = partial(self._records.existing, following)
            # Reads may lag behind the revocation.
            is_first = following == principal
            stored = settled(read, _is_absent) if is_first else read()
            if stored is Absence.NEVER:
                if was_made:
                    yield None
            elif isinstance(stored, Absence):
                links = self._tombstones.links(self._records.name(following))
                waiting += [(Principal.key(text), made) for text, made in links]
            else:
                linked = readable(following, stored)
                yield None if linked is None else Found(linked, stored.version)
                waiting += _linked(linked)


def _linked(record: Record | None) -> list[tuple[Principal, bool]]:
    if record is None:
        return []
    links = [record.document.get(link) for link in LINKS]
    return [(Principal.key(link), True) for link in links if isinstance(link, str)]


def _is_absent(found: object) -> bool:
    return isinstance(found, Absence)
