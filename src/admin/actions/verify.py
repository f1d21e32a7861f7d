"""What the authorizer would decide about a credential, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.actions.views import public_view, revoked_view
from admin.principal import Principal
from admin.stores.engine import Absence
from admin.stores.stored_record import readable
from apikeys import digest, foreign, ruling
from apikeys.decision import Reason, decide
from apikeys.errors import MalformedKeyError, MalformedRecordError, NotOntoPopError
from apikeys.key import Key
from apikeys.login import normalise_password

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.deployment import Deployment
    from admin.requests.credentials import Verify
    from admin.stores.engine import Stored
    from apikeys.document import Document
    from apikeys.record import Record


def verify(deployment: Deployment, request: Verify) -> Document:
    """Answer ``verify``: 200 with a decision, whatever the credential is.

    A credential of a kind that the deployment does not read is ``missing`` to it. If it
    passes, the answer says whether its policy opens the route asked about.
    """
    settings = deployment.settings
    if request.login is None and settings.takes_keys:
        return _judged(deployment, request)
    if request.login is not None and settings.takes_basic:
        principal = Principal.account(request.login)
        stored = deployment.records.existing(principal)
        return _decided(deployment, request, principal, stored, readable)
    return _answer(Reason.MISSING)


def _judged(deployment: Deployment, request: Verify) -> Document:
    try:
        key = Key.parse(request.credential)
    except MalformedKeyError:
        return _judged_foreign(deployment, request)
    if deployment.settings.checks_tags and not key.is_genuine(
        deployment.signing_secret.keys()
    ):
        return _answer(Reason.FORGED)
    principal = Principal.key(key.key_id)
    stored = deployment.records.existing(principal)
    return _decided(deployment, request, principal, stored, readable)


def _judged_foreign(deployment: Deployment, request: Verify) -> Document:
    credential = request.credential
    is_imported = foreign.is_foreign_key(credential)
    is_own = deployment.settings.reads_ontopop and foreign.is_nameable(credential)
    if not deployment.settings.takes_foreign_keys or not (is_imported or is_own):
        return _answer(Reason.MALFORMED)
    naming_key = deployment.signing_secret.keys().naming_key
    key_id = foreign.key_id_of(credential, naming_key)
    principal = Principal.key(key_id)
    stored = deployment.records.existing(principal) if is_imported else Absence.NEVER
    read = readable
    if stored is Absence.NEVER and is_own:
        stored = deployment.records.existing(Principal.key(credential))
        read = _readable_of_ontopop
    try:
        return _decided(deployment, request, principal, stored, read)
    except NotOntoPopError:
        return _answer(Reason.UNKNOWN)


def _decided(
    deployment: Deployment,
    request: Verify,
    principal: Principal,
    stored: Stored | Absence,
    read: Callable[[Principal, Stored], Record | None],
) -> Document:
    if stored is Absence.NEVER:
        return _answer(Reason.UNKNOWN)
    if isinstance(stored, Absence):
        kept = deployment.tombstones.seen(deployment.records.name(principal))
        return _answer(Reason.REVOKED, record=revoked_view(principal, kept))
    record = read(principal, stored)
    if record is None:
        return _answer(Reason.CORRUPT)
    now = deployment.clock()
    credential = request.credential
    if request.login is not None:
        credential = normalise_password(credential)
    reason = decide(record, credential, now=now, matches=digest.matches_any)
    if (
        reason is Reason.GRANTED
        and request.source_ip is not None
        and not record.is_called_from(request.source_ip)
    ):
        reason = Reason.ADDRESS
    shown: Document = {"record": public_view(record, stored.version, now)}
    if reason is Reason.GRANTED:
        role_map, read_only = deployment.role_map.current(), record.is_read_only()
        deciding = [one for _, one in role_map.maps()]
        if request.api is not None:
            role_map = role_map.of(request.api, request.stage)
            deciding = [role_map]
        grants = (one.grant(record.roles, read_only=read_only) for one in deciding)
        if not any(grant.allow for grant in grants):
            reason = Reason.NO_ROLE
        if request.route is not None:
            asked = ruling.Request(request.route)
            found = ruling.judge(role_map, record.roles, asked, read_only=read_only)
            shown["route"] = found
    return _answer(reason, **shown)


def _answer(reason: Reason, **shown: object) -> Document:
    decision = "allow" if reason is Reason.GRANTED else "refuse"
    return {"status": 200, "decision": decision, "reason": reason.value, **shown}


def _readable_of_ontopop(principal: Principal, stored: Stored) -> Record | None:
    try:
        return foreign.parse_ontopop_record(stored.text, principal.text)
    except NotOntoPopError:
        raise
    except MalformedRecordError:
        return None
