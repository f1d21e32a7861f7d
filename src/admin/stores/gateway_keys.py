"""Which gateway key meters which record: shared by sisters, removed with the last.

Secrets Manager and API Gateway change one after the other, and a function may stop in
between. So a gateway key is removed only if no record names it, judged by what is
stored after the deletion, and the records are checked once more after its removal.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError, conflict
from admin.principal import Principal
from admin.stores.engine import Absence, NameTakenError
from admin.stores.stored_record import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin.stores.records import Records
    from admin.stores.rotation_chain import RotationChain
    from admin.stores.stored_record import Found
    from admin.stores.tombstones import Tombstones
    from admin.stores.usage_plans import UsagePlans
    from apikeys.document import Document
    from apikeys.record import Record

_TRIES = 3
_ID = "usageKeyId"


class GatewayKeys:
    """Keeps the records and API Gateway's keys in step."""

    def __init__(
        self,
        records: Records,
        tombstones: Tombstones,
        rotation_chain: RotationChain,
        usage_plans: UsagePlans,
    ) -> None:
        self._records = records
        self._tombstones = tombstones
        self._rotation_chain = rotation_chain
        self._usage_plans = usage_plans

    @contextmanager
    def joined(self, principal: Principal, plan_id: str | None) -> Iterator[Document]:
        """Yield a new record's fields about its gateway key, if it joins a plan.

        If it is unknown whether the record was stored, the gateway key stays, and a
        repeat continues with it.
        """
        fields = self._usage_plans.join(principal, plan_id) if plan_id else {}
        try:
            yield fields
        except NameTakenError:
            self._leave_unless_named(principal, fields)
            raise

    @contextmanager
    def abandoned(self, principal: Principal) -> Iterator[None]:
        """On a refusal, remove what an earlier attempt made for a new record."""
        try:
            yield
        except RefusedError:
            with suppress(RefusedError):
                if self._records.existing(principal) is Absence.NEVER:
                    self._usage_plans.abandon(principal)
            raise

    def is_metered(self, record: Record) -> bool:
        """Return whether a record's gateway key exists, if it is to have one."""
        fields = record.document
        return fields.get("usagePlanId") is None or self._usage_plans.holds(fields)

    def renewed(self, found: Found) -> Found:
        """Return a record whose gateway key exists, made anew if need be.

        What others write meanwhile is kept.

        Raises:
            RefusedError: 409, it was revoked meanwhile.
        """
        principal = Principal.of(found.record)
        for _ in range(_TRIES):
            if self.is_metered(found.record):
                return found
            plan_id = str(found.record.document["usagePlanId"])
            fields = self._usage_plans.join(principal, plan_id)
            try:
                return self._records.replace(found, found.record.changed(**fields))
            except RefusedError as refused:
                if refused.code is not Code.VERSION_CONFLICT:
                    raise
            self._leave_unless_named(principal, fields)
            found = self._records.live(principal)
        raise conflict("the record")

    def announce_sister(self, record: Record, key_id: str) -> None:
        """Note on a key that a sister is about to share its gateway key.

        Raises:
            RefusedError: 409, it was revoked meanwhile.
        """
        if _ID in record.document:
            name = self._records.name(Principal.of(record))
            self._tombstones.announce(name, key_id)

    def release(self, principal: Principal, record: Record | None) -> None:
        """Remove the gateway key of a revoked record, if no other record names it.

        Args:
            principal: whose record was revoked.
            record: as it was before, None if only its notes are left.
        """
        key_id: object = (
            self._tombstones.gateway_key(self._records.name(principal))
            if record is None
            else record.document.get(_ID)
        )
        if not isinstance(key_id, str):
            return
        around = list(self._rotation_chain.around(principal, record))
        # If that can't be known: one too many costs nothing, one too few a client.
        if None in around or any(_names(found, key_id) for found in around):
            return
        self._usage_plans.leave({_ID: key_id})
        # A record restored meanwhile may have seen the gateway key that is now gone.
        for found in self._rotation_chain.around(principal, record):
            if found is not None and _names(found, key_id):
                self.renewed(found)

    def _leave_unless_named(self, principal: Principal, fields: Document) -> None:
        """Remove a gateway key that another write kept out of the principal's record.

        Another attempt may have found it first, and its record names it.
        """
        stored = self._records.existing(principal)
        if stored is Absence.NEVER:
            return
        if not isinstance(stored, Absence):
            record = readable(principal, stored)
            if record is None or record.document.get(_ID) == fields.get(_ID):
                return
        self._usage_plans.leave(fields)


def _names(found: Found | None, key_id: str) -> bool:
    return found is not None and found.record.document.get(_ID) == key_id
