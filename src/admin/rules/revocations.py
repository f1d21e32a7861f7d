"""The end of a record: what is noted before it, and what is removed after it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from admin.errors import RefusedError, not_revocable
from admin.stores.stored_record import readable
from apikeys.defaults import DAY, RECOVERY_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.principal import Principal
    from admin.stores.engine import Stored
    from admin.stores.gateway_keys import GatewayKeys
    from admin.stores.records import Records
    from admin.stores.tombstones import Tombstones
    from apikeys.record import Record


class Revocations:
    """Revokes records, even if noting or removing the gateway key fails."""

    def __init__(
        self,
        records: Records,
        tombstones: Tombstones,
        gateway_keys: GatewayKeys,
        clock: Callable[[], float],
    ) -> None:
        self._records = records
        self._tombstones = tombstones
        self._gateway_keys = gateway_keys
        self._clock = clock

    def end(
        self, principal: Principal, stored: Stored, days: int = RECOVERY_DAYS
    ) -> Record | None:
        """Revoke a stored record and return it, None if it is corrupt.

        Raises:
            RefusedError: 409, it is not deleted.
        """
        record = readable(principal, stored)
        name, until = self._records.name(principal), int(self._clock()) + days * DAY
        self._tombstones.write(name, record, stored.version, until)
        if not self._records.delete(principal, days):
            raise not_revocable(principal, "disable it")
        with suppress(RefusedError):
            self._gateway_keys.release(principal, record)
        return record

    def finish(self, principal: Principal) -> None:
        """Do for a revoked record what an interrupted attempt left undone."""
        with suppress(RefusedError):
            self._gateway_keys.release(principal, None)
