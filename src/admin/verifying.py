"""What the authorizer would decide about a credential, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.records import readable
from admin.store import Absence
from admin.view import public_view, revoked_view
from apikeys import digest
from apikeys.decision import Reason, decide
from apikeys.errors import MalformedKeyError
from apikeys.key import Key

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.requests import Verify
    from apikeys.document import Document
    from apikeys.record import Record


class Verifying:
    """Judges a credential by the authorizer's own rules, without its caches."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def verify(self, request: Verify) -> Document:
        """Answer ``verify``: 200 with a decision, whatever the credential is."""
        reason, view = self._judged(request.credential)
        decision = "allow" if reason is Reason.GRANTED else "refuse"
        answer: Document = {"status": 200, "decision": decision, "reason": reason.value}
        return answer if view is None else {**answer, "record": view}

    def _judged(self, credential: str) -> tuple[Reason, Document | None]:
        try:
            key = Key.parse(credential)
        except MalformedKeyError:
            return Reason.MALFORMED, None
        here = self._deployment
        if here.settings.checks_tags and not key.is_genuine(here.signing_secret.keys()):
            return Reason.FORGED, None
        stored = self._deployment.records.existing(key.key_id)
        if stored is Absence.NEVER:
            return Reason.UNKNOWN, None
        if isinstance(stored, Absence):
            return Reason.REVOKED, revoked_view(key.key_id)
        record = readable(key.key_id, stored)
        if record is None:
            return Reason.CORRUPT, None
        now = self._deployment.clock()
        reason = decide(record, key.text, now=now, matches=digest.matches)
        if reason is Reason.GRANTED and not self._opens_a_route(record):
            reason = Reason.NO_ROLE
        return reason, public_view(record, stored.version, now)

    def _opens_a_route(self, record: Record) -> bool:
        role_map = self._deployment.role_maps.current()
        grant = role_map.grant(record.roles, read_only=record.is_read_only())
        return bool(grant.allow)
