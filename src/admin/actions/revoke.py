"""Revoking a record, and restoring it as it was."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from admin.actions.views import public_view, revoked_view
from admin.errors import Code, RefusedError, not_found
from admin.rules.record_findings import lost_routes
from admin.stores.engine import Absence, Stored, settled
from admin.stores.stored_record import parsed, readable

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.principal import Principal
    from admin.requests.records import Restore, Revoke
    from admin.stores.stored_record import Found
    from apikeys.document import Document
    from apikeys.record import Record

_FAULT = 500
_RESTORED = MappingProxyType({"apikeys:restored": "done"})


def revoke(deployment: Deployment, request: Revoke) -> Document:
    """Answer ``revoke``, which also works for a corrupt record and when repeated.

    A credential instead of a name revokes exactly the key that it is. Where keys minted
    elsewhere are accepted, OntoPop's own record of the key is deleted as well.
    """
    days = request.recovery_days
    principal = (
        request.principal
        if request.credential is None
        else deployment.possession.owner(request.credential)
    )
    stored = deployment.records.existing(principal)
    record = None
    if isinstance(stored, Stored):
        record = deployment.revocations.end(principal, stored, days)
    elif stored is Absence.DELETED:
        deployment.revocations.finish(principal)
    try:
        was_ontopops = _may_be_ontopops(deployment, principal, record) and (
            deployment.ontopop.revoke(principal.text, days)
        )
    except RefusedError as refused:
        if refused.code is Code.NOT_REVOCABLE and stored is not Absence.NEVER:
            message = "the key is refused from now on, but Secrets Manager does not "
            message += "delete OntoPop's record (has it replicas?): remove the "
            message += "replicas, and revoke it again"
            raise RefusedError(refused.code, message, field=refused.field) from refused
        raise
    if stored is Absence.NEVER and not was_ontopops:
        raise not_found(principal)
    return {
        "status": 200,
        "record": revoked_view(
            principal, deployment.tombstones.seen(deployment.records.name(principal))
        ),
        **deployment.settings.bound,
    }


def restore(deployment: Deployment, request: Restore) -> Document:
    """Answer ``restore``: the record as it was, in its usage plan again.

    A repeat finishes what an earlier attempt began.

    Raises:
        RefusedError: nothing was restored, except that with a code of 503 it may have
            been.
    """
    principal = request.principal
    role_map = deployment.role_map.readable()
    stored = deployment.records.stored(principal)
    if isinstance(stored, Stored):
        found = _unfinished(deployment, principal, stored)
    else:
        # Before it is back: it would serve for a moment, and an answer be cached.
        held = deployment.tombstones.held(deployment.records.name(principal))
        deployment.grants.check(held.roles)
        deployment.grants.check_fields(held.fields)
        if not deployment.records.restore(principal):
            message = f"the store does not restore the {principal.noun}; it may "
            message += "be purged by now"
            raise RefusedError(Code.NOT_RESTORABLE, message, field=principal.field)
        found = _rejoined(deployment, principal, _readable_again(deployment, principal))
    view = public_view(found.record, found.version, deployment.clock())
    return {
        "status": 200,
        "record": view,
        **deployment.settings.granting_bound,
        **lost_routes(role_map, found.record),
    }


def _unfinished(deployment: Deployment, principal: Principal, stored: Stored) -> Found:
    """Give a restored record its gateway key, if that is all it lacks."""
    record = readable(principal, stored)
    if record is not None:
        # Before it is asked for: to find a gateway key in its plan is to put it there.
        deployment.grants.check_record(record)
    if record is None or deployment.gateway_keys.is_metered(record):
        message = f"the {principal.noun} is not revoked"
        raise RefusedError(Code.NOT_REVOKED, message, field=principal.field)
    return deployment.gateway_keys.renewed(parsed(principal, stored))


def _readable_again(deployment: Deployment, principal: Principal) -> Stored:
    stored = settled(
        partial(deployment.records.existing, principal),
        lambda found: isinstance(found, Stored),
    )
    if isinstance(stored, Stored):
        return stored
    # A write shows what a read may not yet: it fails if the record was revoked again.
    deployment.records.note(principal, _RESTORED)
    # What can't be read yet isn't judged: deleting it would undo the restore.
    message = f"the store took the {principal.noun} back but still reads it as "
    message += "deleted; look with get"
    raise RefusedError(Code.STORE_UNAVAILABLE, message, field=principal.field)


def _rejoined(deployment: Deployment, principal: Principal, stored: Stored) -> Found:
    """Put a restored record into its usage plan again, if it may come back."""
    try:
        found = parsed(principal, stored)
        deployment.grants.check_record(found.record)
        return deployment.gateway_keys.renewed(found)
    except RefusedError as refused:
        # After a fault a repeat finishes this; what others wrote since is theirs.
        now = deployment.records.existing(principal)
        if refused.code.status < _FAULT and now == stored:
            deployment.records.delete(principal)
        raise


def _may_be_ontopops(
    deployment: Deployment, principal: Principal, record: Record | None
) -> bool:
    """Return whether OntoPop may have a record of the key: not of one minted here."""
    return (
        deployment.settings.takes_foreign_keys
        # OntoPop's are secrets: a deployment with its records elsewhere reads none.
        and deployment.settings.record_table is None
        and not principal.is_account
        and (record is None or "signedBy" not in record.document)
    )
