"""What the authorizer would decide about a credential, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.actions.views import public_view, revoked_view
from admin.principal import Principal
from admin.stores.engine import Absence
from admin.stores.records import readable
from apikeys import digest, foreign
from apikeys.decision import Reason, decide
from apikeys.errors import MalformedKeyError, MalformedRecordError, NotOntoPopError
from apikeys.key import Key
from apikeys.login import normalise_password

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.deployment import Deployment
    from admin.requests import Verify
    from admin.stores.engine import Stored
    from apikeys.document import Document
    from apikeys.record import Record


class Verifying:
    """Judges a credential by the authorizer's own rules, without its caches."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def verify(self, request: Verify) -> Document:
        """Answer ``verify``: 200 with a decision, whatever the credential is.

        One of a kind that the deployment does not read is ``missing`` to it.
        """
        settings = self._deployment.settings
        reason, view = Reason.MISSING, None
        if request.login is None and settings.takes_keys:
            reason, view = self._judged(request.credential)
        elif request.login is not None and settings.takes_basic:
            reason, view = self._judged_account(request.login, request.credential)
        decision = "allow" if reason is Reason.GRANTED else "refuse"
        answer: Document = {"status": 200, "decision": decision, "reason": reason.value}
        return answer if view is None else {**answer, "record": view}

    def _judged(self, credential: str) -> tuple[Reason, Document | None]:
        here = self._deployment
        try:
            key = Key.parse(credential)
        except MalformedKeyError:
            return self._judged_foreign(credential)
        if here.settings.checks_tags and not key.is_genuine(here.signing_secret.keys()):
            return Reason.FORGED, None
        principal = Principal.key(key.key_id)
        stored = here.records.existing(principal)
        return self._decided(credential, principal, stored, readable)

    def _judged_account(
        self, login: str, password: str
    ) -> tuple[Reason, Document | None]:
        principal = Principal.account(login)
        stored = self._deployment.records.existing(principal)
        return self._decided(normalise_password(password), principal, stored, readable)

    def _judged_foreign(self, credential: str) -> tuple[Reason, Document | None]:
        here = self._deployment
        is_imported = foreign.is_foreign_key(credential)
        is_own = here.settings.reads_ontopop and foreign.is_nameable(credential)
        if not here.settings.takes_foreign_keys or not (is_imported or is_own):
            return Reason.MALFORMED, None
        keys = here.signing_secret.keys()
        key_id = foreign.key_id_of(credential, keys.lookup or keys.current)
        principal = Principal.key(key_id)
        stored = here.records.existing(principal) if is_imported else Absence.NEVER
        if stored is Absence.NEVER and is_own:
            own = here.records.existing(Principal.key(credential))
            try:
                return self._decided(credential, principal, own, _readable_of_ontopop)
            except NotOntoPopError:
                return Reason.UNKNOWN, None
        return self._decided(credential, principal, stored, readable)

    def _decided(
        self,
        credential: str,
        principal: Principal,
        stored: Stored | Absence,
        read: Callable[[Principal, Stored], Record | None],
    ) -> tuple[Reason, Document | None]:
        if stored is Absence.NEVER:
            return Reason.UNKNOWN, None
        if isinstance(stored, Absence):
            return Reason.REVOKED, revoked_view(principal)
        record = read(principal, stored)
        if record is None:
            return Reason.CORRUPT, None
        now = self._deployment.clock()
        reason = decide(record, credential, now=now, matches=digest.matches_any)
        if reason is Reason.GRANTED and not self._opens_a_route(record):
            reason = Reason.NO_ROLE
        return reason, public_view(record, stored.version, now)

    def _opens_a_route(self, record: Record) -> bool:
        role_map = self._deployment.role_maps.current()
        grant = role_map.grant(record.roles, read_only=record.is_read_only())
        return bool(grant.allow)


def _readable_of_ontopop(principal: Principal, stored: Stored) -> Record | None:
    try:
        return foreign.parse_ontopop_record(stored.text, principal.text)
    except NotOntoPopError:
        raise
    except MalformedRecordError:
        return None
