"""The actions on keys that were issued before."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from admin.errors import RefusedError, conflict, key_not_found
from admin.records import issued_at, readable
from admin.store import Absence
from admin.view import public_view, revoked_view
from apikeys import timestamp

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.records import Found
    from admin.requests import Disable, Enable, Get, Restore, Revoke, Update
    from apikeys.document import Document
    from apikeys.record import Record


class Keys:
    """Shows, changes, revokes and restores."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def get(self, request: Get) -> Document:
        """Answer ``get``; of a revoked key only that it is one can be seen."""
        found = self._deployment.records.get(request.key_id)
        if found is None:
            return {"status": 200, "record": revoked_view(request.key_id)}
        return {"status": 200, "record": self._view(found)}

    def enable(self, request: Enable) -> Document:
        """Answer ``enable``."""
        found = self._deployment.records.live(request.key_id)
        self._deployment.grants.check(found.record.roles)
        return self._changed(found, found.record.changed(enabled=True))

    def disable(self, request: Disable) -> Document:
        """Answer ``disable``, which needs no reach over the record's roles."""
        found = self._deployment.records.live(request.key_id)
        return self._changed(found, found.record.changed(enabled=False))

    def update(self, request: Update) -> Document:
        """Answer ``update``: the given fields in place of the record's."""
        here = self._deployment
        found = here.records.live(request.key_id)
        here.grants.check(found.record.roles)
        if request.if_version not in (None, found.version):
            raise conflict("the record")
        fields = request.fields()
        if request.asks_for_an_end:
            ends_at = here.lifetimes.ends_at(
                request,
                begins_at=issued_at(found.record),
                now=int(here.clock()),
                otherwise=None,
            )
            fields["expirationDate"] = (
                None if ends_at is None else timestamp.format_utc(ends_at)
            )
        record = found.record.changed(**fields)
        if request.roles is not None:
            here.grants.check(record.roles)
            here.role_maps.check_roles(record.roles)
        return self._changed(found, record)

    def revoke(self, request: Revoke) -> Document:
        """Answer ``revoke``, which works for a corrupt record and a second time too.

        Where OntoPop's own records are read, the key's own of those goes as well.
        """
        here = self._deployment
        key_id = request.key_id
        days = request.recovery_days
        is_gone = here.settings.reads_ontopop and here.ontopop.revoke(key_id, days)
        stored = here.records.existing(key_id)
        if stored is Absence.NEVER and not is_gone:
            raise key_not_found()
        if not isinstance(stored, Absence):
            record = readable(key_id, stored)
            here.records.revoke(key_id, record, stored.version, days)
            # The key is revoked, whatever becomes of its gateway key.
            with suppress(RefusedError):
                if record is not None and not self._is_shared(record):
                    here.usage_plans.leave(record.document)
        return {
            "status": 200,
            "record": revoked_view(key_id),
            **here.settings.bound,
        }

    def restore(self, request: Restore) -> Document:
        """Answer ``restore``: the record as it was, in its usage plan again."""
        here = self._deployment
        key_id = request.key_id
        if not isinstance(here.records.stored(key_id), Absence):
            message = "the key is not revoked"
            raise RefusedError(409, "not_revoked", message, field="keyId")
        here.grants.check(here.records.roles_at_revocation(key_id))
        here.records.restore(key_id)
        try:
            found = self._rejoined(here.records.live(key_id))
        except BaseException:
            # Refused or failed: nothing is brought back.
            here.records.delete(key_id)
            raise
        return {"status": 200, "record": self._view(found)}

    def _rejoined(self, found: Found) -> Found:
        """Put a restored key into its usage plan again, if it may be brought back."""
        here = self._deployment
        here.grants.check(found.record.roles)
        plan_id = found.record.document.get("usagePlanId")
        # Revoking removed the gateway key, unless a sister still had it.
        if not isinstance(plan_id, str) or self._is_shared(found.record):
            return found
        joined = here.usage_plans.join(found.record.principal, plan_id)
        try:
            return here.records.replace(found, found.record.changed(**joined))
        except BaseException:
            here.usage_plans.leave(joined)
            raise

    def _changed(self, found: Found, record: Record) -> Document:
        replaced = self._deployment.records.replace(found, record)
        return {
            "status": 200,
            "record": self._view(replaced),
            **self._deployment.settings.bound,
        }

    def _view(self, found: Found) -> Document:
        return public_view(found.record, found.version, self._deployment.clock())

    def _is_shared(self, record: Record) -> bool:
        """Tell whether a live key, older or newer by rotation, has its gateway key."""
        usage_key_id = record.document.get("usageKeyId")
        return usage_key_id is not None and any(
            sister.document.get("usageKeyId") == usage_key_id
            and not sister.is_expired(self._deployment.clock())
            for direction in ("replaces", "replacedBy")
            for sister in self._deployment.records.chain(record, direction)
        )
