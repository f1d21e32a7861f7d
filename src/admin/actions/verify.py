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


def verify(deployment: Deployment, request: Verify) -> Document:
    """Answer ``verify``: 200 with a decision, whatever the credential is.

    One of a kind that the deployment does not read is ``missing`` to it.
    """
    settings = deployment.settings
    reason, view = Reason.MISSING, None
    if request.login is None and settings.takes_keys:
        reason, view = _judged(deployment, request.credential)
    elif request.login is not None and settings.takes_basic:
        reason, view = _judged_account(deployment, request.login, request.credential)
    decision = "allow" if reason is Reason.GRANTED else "refuse"
    answer: Document = {"status": 200, "decision": decision, "reason": reason.value}
    return answer if view is None else {**answer, "record": view}


def _judged(deployment: Deployment, credential: str) -> tuple[Reason, Document | None]:
    try:
        key = Key.parse(credential)
    except MalformedKeyError:
        return _judged_foreign(deployment, credential)
    if deployment.settings.checks_tags and not key.is_genuine(
        deployment.signing_secret.keys()
    ):
        return Reason.FORGED, None
    principal = Principal.key(key.key_id)
    stored = deployment.records.existing(principal)
    return _decided(deployment, credential, principal, stored, readable)


def _judged_account(
    deployment: Deployment, login: str, password: str
) -> tuple[Reason, Document | None]:
    principal = Principal.account(login)
    stored = deployment.records.existing(principal)
    return _decided(
        deployment, normalise_password(password), principal, stored, readable
    )


def _judged_foreign(
    deployment: Deployment, credential: str
) -> tuple[Reason, Document | None]:
    is_imported = foreign.is_foreign_key(credential)
    is_own = deployment.settings.reads_ontopop and foreign.is_nameable(credential)
    if not deployment.settings.takes_foreign_keys or not (is_imported or is_own):
        return Reason.MALFORMED, None
    keys = deployment.signing_secret.keys()
    key_id = foreign.key_id_of(credential, keys.lookup or keys.current)
    principal = Principal.key(key_id)
    stored = deployment.records.existing(principal) if is_imported else Absence.NEVER
    if stored is Absence.NEVER and is_own:
        own = deployment.records.existing(Principal.key(credential))
        try:
            return _decided(
                deployment, credential, principal, own, _readable_of_ontopop
            )
        except NotOntoPopError:
            return Reason.UNKNOWN, None
    return _decided(deployment, credential, principal, stored, readable)


def _decided(
    deployment: Deployment,
    credential: str,
    principal: Principal,
    stored: Stored | Absence,
    read: Callable[[Principal, Stored], Record | None],
) -> tuple[Reason, Document | None]:
    if stored is Absence.NEVER:
        return Reason.UNKNOWN, None
    if isinstance(stored, Absence):
        kept = deployment.tombstones.seen(deployment.records.name(principal))
        return Reason.REVOKED, revoked_view(principal, kept)
    record = read(principal, stored)
    if record is None:
        return Reason.CORRUPT, None
    now = deployment.clock()
    reason = decide(record, credential, now=now, matches=digest.matches_any)
    if reason is Reason.GRANTED and not _opens_a_route(deployment, record):
        reason = Reason.NO_ROLE
    return reason, public_view(record, stored.version, now)


def _opens_a_route(deployment: Deployment, record: Record) -> bool:
    role_map = deployment.role_maps.current()
    grant = role_map.grant(record.roles, read_only=record.is_read_only())
    return bool(grant.allow)


def _readable_of_ontopop(principal: Principal, stored: Stored) -> Record | None:
    try:
        return foreign.parse_ontopop_record(stored.text, principal.text)
    except NotOntoPopError:
        raise
    except MalformedRecordError:
        return None
