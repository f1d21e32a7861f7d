"""The two records of a rotation: the sister's, and the old key's with its end."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError, conflict, revoked
from admin.principal import Principal
from admin.stores.engine import Stored, settled
from admin.stores.stored_record import parsed
from apikeys import timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from admin.rules.deliveries import Deliveries, Delivery
    from admin.rules.revocations import Revocations
    from admin.stores.records import Records
    from admin.stores.stored_record import Found
    from apikeys.record import Record


class Rotations:
    """Replaces an old key by its sister, or leaves it as it was."""

    def __init__(
        self, records: Records, deliveries: Deliveries, revocations: Revocations
    ) -> None:
        self._records = records
        self._deliveries = deliveries
        self._revocations = revocations

    def create(
        self, sister: Record, old: Found, ends_at: int, notes: Mapping[str, str]
    ) -> tuple[Found, Found] | None:
        """Store a sister and retire the old key, both or neither.

        Returns:
            The sister and the old key; None if the store has no transactions, and
            nothing was written.

        Raises:
            NameTakenError: the sister's key id is taken.
            RefusedError: 409, the old key was changed or revoked meanwhile.
        """
        ended = _ended(old.record, sister, ends_at)
        try:
            return self._records.create_replacing(sister, old, ended, notes)
        except RefusedError as refused:
            principal = Principal.of(old.record)
            if (
                refused.code is Code.VERSION_CONFLICT
                and self._records.get(principal) is None
            ):
                raise revoked(principal) from refused
            raise

    def retire(
        self, old: Found, sister: Found, ends_at: int, delivery: Delivery | None
    ) -> Found:
        """Let the old key end after the overlap, and never later than it would.

        If it is unknown whether it was retired, the sister stays for a repeat to
        finish; if somebody else's write came first, nothing of the rotation stays.

        Raises:
            RefusedError: 409, the old key was changed or revoked meanwhile.
        """
        principal = Principal.of(old.record)
        try:
            ended = _ended(old.record, sister.record, ends_at)
            return self._records.replace(old, ended)
        except RefusedError as refused:
            if refused.code is not Code.VERSION_CONFLICT:
                raise
            seen = self._records.get(principal)
            if seen is not None:
                replaced_by = seen.record.document.get("replacedBy")
                if replaced_by == sister.record.principal:
                    # A repeat with this requestToken retired the key for us both.
                    return seen
            self._deliveries.take_back(delivery)
            self._take_back(sister)
            if seen is None:
                raise revoked(principal) from refused
            raise

    def still_held(self, sister: Found) -> Found:
        """Return the sister as it is now, if it holds the key that this attempt made.

        Raises:
            RefusedError: 409, another attempt with this token hands out the key that
                works.
        """
        principal = Principal.of(sister.record)

        def current() -> Found | None:
            stored = self._records.existing(principal)
            return parsed(principal, stored) if isinstance(stored, Stored) else None

        def is_held(found: Found | None) -> bool:
            return found is None or found.record.digest == sister.record.digest

        # Reads may lag behind a repeat that gave the sister this key.
        found = settled(current, is_held)
        if not is_held(found):
            raise conflict("the new key")
        return found or sister

    def _take_back(self, sister: Found) -> None:
        """Revoke a sister, unless another attempt gave it a key and handed that out."""
        principal = Principal.of(sister.record)
        stored = settled(
            partial(self._records.existing, principal),
            lambda found: isinstance(found, Stored),
        )
        if isinstance(stored, Stored) and stored.version == sister.version:
            self._revocations.end(principal, stored)


def _ended(old: Record, sister: Record, ends_at: int) -> Record:
    """Return an old key's record with its sister and its end, which is never later."""
    if old.expires_at is not None:
        ends_at = min(ends_at, old.expires_at)
    return old.changed(
        expirationDate=timestamp.format_utc(ends_at), replacedBy=sister.principal
    )
