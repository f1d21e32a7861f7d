"""The actions on keys: each reads, checks, writes once, and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import RefusedError, key_not_found, key_revoked
from admin.store import Absence
from admin.view import public_view, revoked_view
from apikeys.errors import MalformedRecordError
from apikeys.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.requests import Disable, Enable, Get, Revoke
    from admin.settings import Settings
    from admin.store import SecretStore, Stored
    from admin.usage_plans import UsagePlans
    from apikeys.document import Document


class Keys:
    """Shows, disables, enables and revokes keys that were issued before."""

    def __init__(
        self,
        settings: Settings,
        store: SecretStore,
        usage_plans: UsagePlans,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._store = store
        self._usage_plans = usage_plans
        self._clock = clock

    def get(self, request: Get) -> Document:
        """Answer ``get``; of a revoked key only that it is one can be seen."""
        stored = self._stored(request.key_id)
        if isinstance(stored, Absence):
            return {"status": 200, "record": revoked_view(request.key_id)}
        record = _parsed(request.key_id, stored)
        view = public_view(record, stored.version, self._clock())
        return {"status": 200, "record": view}

    def enable(self, request: Enable) -> Document:
        """Answer ``enable``."""
        return self._switch(request.key_id, enabled=True)

    def disable(self, request: Disable) -> Document:
        """Answer ``disable``."""
        return self._switch(request.key_id, enabled=False)

    def revoke(self, request: Revoke) -> Document:
        """Answer ``revoke``, which works for a corrupt record and a second time too."""
        key_id = request.key_id
        stored = self._stored(key_id)
        if not isinstance(stored, Absence):
            self._store.delete(self._name(key_id), request.recovery_days)
            self._leave_usage_plan(key_id, stored)
        return {
            "status": 200,
            "record": revoked_view(key_id),
            "effectiveWithinSeconds": self._settings.effective_within_seconds,
        }

    def _switch(self, key_id: str, *, enabled: bool) -> Document:
        stored = self._stored(key_id)
        if isinstance(stored, Absence):
            raise key_revoked()
        record = _parsed(key_id, stored)
        version = stored.version
        if record.enabled is not enabled:
            record = record.changed(enabled=enabled)
            version = self._store.replace(
                self._name(key_id), record.to_json(), stored.version
            )
        return {
            "status": 200,
            "record": public_view(record, version, self._clock()),
            "effectiveWithinSeconds": self._settings.effective_within_seconds,
        }

    def _name(self, key_id: str) -> str:
        return f"{self._settings.secret_name_prefix}{key_id}"

    def _stored(self, key_id: str) -> Stored | Absence:
        stored = self._store.read(self._name(key_id))
        if stored is Absence.NEVER:
            raise key_not_found()
        return stored

    def _leave_usage_plan(self, key_id: str, stored: Stored) -> None:
        try:
            record = _parsed(key_id, stored)
        except RefusedError:
            return
        usage_key_id = record.document.get("usageKeyId")
        if isinstance(usage_key_id, str):
            self._usage_plans.leave(usage_key_id)


def _parsed(key_id: str, stored: Stored) -> Record:
    try:
        return Record.parse(stored.text, key_id=key_id)
    except MalformedRecordError as error:
        message = f"{error}; it can only be revoked"
        raise RefusedError(409, "record_corrupt", message, field="keyId") from error
