"""Revoking for good, and restoring as it was."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from admin.actions.views import public_view, revoked_view
from admin.errors import Code, RefusedError, not_found, not_revocable
from admin.stores.engine import Absence, settled
from admin.stores.records import parsed, readable
from apikeys.defaults import DAY

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.principal import Principal
    from admin.requests import Restore, Revoke
    from admin.stores.records import Found
    from apikeys.document import Document


def revoke(deployment: Deployment, request: Revoke) -> Document:
    """Answer ``revoke``, which works for a corrupt record and a second time too.

    Where OntoPop's own records are read, the key's own of those goes as well.
    """
    principal, days = request.principal, request.recovery_days
    is_gone = (
        deployment.settings.reads_ontopop
        and not principal.is_account
        and deployment.ontopop.revoke(principal.text, days)
    )
    stored = deployment.records.existing(principal)
    if stored is Absence.NEVER and not is_gone:
        raise not_found(principal)
    if not isinstance(stored, Absence):
        record = readable(principal, stored)
        deployment.tombstones.write(
            deployment.records.name(principal),
            record,
            stored.version,
            int(deployment.clock()) + days * DAY,
        )
        _delete(deployment, principal, days)
        # It is revoked, whatever becomes of its gateway key.
        with suppress(RefusedError):
            if record and deployment.rotation_chain.share_gateway_key(record) is False:
                deployment.usage_plans.leave(record.document)
    return {
        "status": 200,
        "record": revoked_view(
            principal, deployment.tombstones.seen(deployment.records.name(principal))
        ),
        **deployment.settings.bound,
    }


def restore(deployment: Deployment, request: Restore) -> Document:
    """Answer ``restore``: the record as it was, in its usage plan again.

    Raises:
        RefusedError: nothing was brought back; but where the code is
            ``store_unavailable`` and reads lag for too long, it was.
    """
    principal = request.principal
    if not isinstance(deployment.records.stored(principal), Absence):
        message = f"the {principal.noun} is not revoked"
        raise RefusedError(Code.NOT_REVOKED, message, field=principal.field)
    deployment.grants.check(
        deployment.tombstones.roles(deployment.records.name(principal))
    )
    if not deployment.records.restore(principal):
        message = f"Secrets Manager does not restore the {principal.noun}; it may be "
        message += "purged by now"
        raise RefusedError(Code.NOT_RESTORABLE, message, field=principal.field)
    try:
        stored = settled(
            partial(deployment.records.existing, principal),
            lambda found: not isinstance(found, Absence),
        )
        found = (
            None
            if isinstance(stored, Absence)
            else _rejoined(deployment, parsed(principal, stored))
        )
    except BaseException:
        # Refused or failed: nothing is brought back.
        deployment.records.delete(principal)
        raise
    if found is None:
        # What can't be read yet is not judged: deleting it would undo the restore.
        message = f"Secrets Manager took the {principal.noun} back but still reads "
        message += "it as deleted; look with get"
        raise RefusedError(Code.STORE_UNAVAILABLE, message, field=principal.field)
    view = public_view(found.record, found.version, deployment.clock())
    return {"status": 200, "record": view}


def _rejoined(deployment: Deployment, found: Found) -> Found:
    """Put what was restored into its usage plan again, if it may come back."""
    deployment.grants.check(found.record.roles)
    plan_id = found.record.document.get("usagePlanId")
    # Revoking removed the gateway key, unless a sister still had it.
    if not isinstance(plan_id, str) or deployment.rotation_chain.share_gateway_key(
        found.record
    ):
        return found
    with deployment.usage_plans.joined(found.record.principal, plan_id) as usage:
        return deployment.records.replace(found, found.record.changed(**usage))


def _delete(deployment: Deployment, principal: Principal, days: int) -> None:
    """Schedule a record's deletion, and see that it is in force.

    Raises:
        RefusedError: 409, Secrets Manager does not delete it.
    """
    deployment.records.delete(principal, days)
    if not deployment.records.is_gone(principal):
        raise not_revocable(principal, "disable it")
