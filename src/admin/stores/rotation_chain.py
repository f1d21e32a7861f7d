"""Keys that rotations link, and the gateway key that they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.principal import Principal
from admin.stores.engine import Absence
from admin.stores.records import readable
from admin.stores.tombstones import LINKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from admin.stores.records import Records
    from admin.stores.tombstones import Tombstones
    from apikeys.record import Record


class RotationChain:
    """Finds the keys that came before one and after it."""

    def __init__(
        self, records: Records, tombstones: Tombstones, clock: Callable[[], float]
    ) -> None:
        self._records = records
        self._tombstones = tombstones
        self._clock = clock

    def share_gateway_key(self, record: Record) -> bool | None:
        """Return whether a live key has the gateway key of this record, too.

        None where that can't be known: a link between can't be read, or was revoked so
        long ago that it is gone.
        """
        usage_key_id = record.document.get("usageKeyId")
        if usage_key_id is None:
            return False
        sisters = [s for link in LINKS for s in self._chain(record, link)]
        now = self._clock()
        if any(
            sister.document.get("usageKeyId") == usage_key_id
            and not sister.is_expired(now)
            for sister in sisters
            if sister is not None
        ):
            return True
        return None if None in sisters else False

    def _chain(self, record: Record, direction: str) -> Iterator[Record | None]:
        """Yield the readable records in one direction, None where the chain is cut."""
        seen = {record.principal}
        following = record.document.get(direction)
        while isinstance(following, str) and following not in seen:
            seen.add(following)
            principal = Principal.key(following)
            stored = self._records.existing(principal)
            if stored is Absence.NEVER:
                yield None
                return
            if isinstance(stored, Absence):
                name = self._records.name(principal)
                following = self._tombstones.link(name, direction)
                continue
            linked = readable(principal, stored)
            yield linked
            if linked is None:
                return
            following = linked.document.get(direction)
