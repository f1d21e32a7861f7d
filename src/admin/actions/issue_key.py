"""Issuing, cloning and rotating keys, each safe to repeat under a request token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.actions.views import findings, issued, public_view
from admin.errors import Code, RefusedError, conflict
from admin.principal import Principal
from admin.rules import idempotency
from admin.rules.acceptance import check_keys
from admin.rules.drafts import COPIED, fields_of, length_of
from admin.rules.handover import notes_for
from admin.rules.minting import new_key_id
from admin.stores.engine import NameTakenError
from admin.stores.records import issued_at
from apikeys import document, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.deployment import Deployment
    from admin.requests import Clone, Issue, Rotate
    from admin.rules.drafts import Draft
    from admin.rules.minting import Made
    from admin.stores.records import Found
    from apikeys.document import Document
    from apikeys.record import Record

    # Makes a record's fields from when it is issued; of a record that an older release
    # wrote, those that it would have made.
    type Composed = Callable[[int, Record | None], Document]

_USAGE = ("usageIdentifierKey", "usageKeyId", "usagePlanId")


def issue(deployment: Deployment, request: Issue) -> Document:
    """Answer ``issue``: the key, which is never shown again, and its record."""
    check_keys(deployment.settings)
    return _drafted(deployment, request, deployment.drafts.asked_for(request))


def clone(deployment: Deployment, request: Clone) -> Document:
    """Answer ``clone``: a new key like another, with as long a life."""
    check_keys(deployment.settings)
    model = deployment.records.live(request.principal).record
    return _drafted(deployment, request, deployment.drafts.copied(request, model))


def rotate(deployment: Deployment, request: Rotate) -> Document:
    """Answer ``rotate``: a sister key, and the old one's end after the overlap.

    The sister has the old key's rights and flags and as long a life. Its record is
    written first and taken back if the old one's can't be.
    """
    old = deployment.records.live(request.principal)
    deployment.grants.check(old.record.roles)
    sister_id = new_key_id(request.request_token)
    if old.record.document.get("replacedBy") not in (None, sister_id):
        message = "the key was rotated already; rotate its replacement"
        raise RefusedError(Code.ALREADY_ROTATED, message, field="keyId")
    copied = fields_of(old.record, (*COPIED, *_USAGE))
    copied["replaces"] = request.principal.text
    if request.enabled is not None:
        copied["enabled"] = request.enabled
    length = length_of(old.record)

    def compose(begun: int, earlier: Record | None) -> Document:
        if earlier is None:
            end = None if length is None else begun + length
            return copied | deployment.drafts.dates(request, begun, end)
        # The old key's end, and its length with it, was moved already.
        dates = deployment.drafts.dates(request, begun, earlier.expires_at)
        return copied | {"overlapSeconds": request.overlap_seconds} | dates

    made, sister = _written(deployment, request, sister_id, compose)
    now = int(deployment.clock())
    previous = _retired(deployment, old, sister, now + request.overlap_seconds)
    return {
        **issued(made, sister, now),
        "previous": public_view(previous.record, previous.version, now),
        **deployment.settings.bound,
    }


def _drafted(deployment: Deployment, request: Issue | Clone, draft: Draft) -> Document:
    made, found = _written(
        deployment,
        request,
        new_key_id(request.request_token),
        lambda begun, _: deployment.drafts.dated(draft, request, begun),
        draft.plan_id,
    )
    now = int(deployment.clock())
    return issued(made, found, now) | findings(draft.role_map, found.record)


def _written(
    deployment: Deployment,
    request: Issue | Clone | Rotate,
    key_id: str,
    compose: Composed,
    plan_id: str | None = None,
) -> tuple[Made, Found]:
    """Mint a key and store its record, or give an earlier try's record this key."""
    made = deployment.minting.key(key_id)
    now = int(deployment.clock())
    notes = notes_for(request)
    if request.request_token is not None:
        earlier = deployment.records.earlier(made.principal)
        if earlier is not None:
            record = earlier.record
            if not idempotency.has_fingerprint(record):
                usage = _usage_of(record, plan_id)
                fields = made.proof | compose(issued_at(record), record) | usage
                record = idempotency.adopted(record, request, fields)
            # The model of a clone may have lost roles since, which its record has.
            deployment.grants.check(record.roles)
            idempotency.check_repeat(record, request, now)
            changed = record.changed(**made.proof)
            return made, deployment.records.replace(earlier, changed, notes)
    try:
        with deployment.usage_plans.joined(key_id, plan_id) as usage:
            fields = made.proof | compose(now, None) | usage
            record = made.principal.parse(document.dumps(fields))
            marked = idempotency.fingerprinted(record, request)
            return made, deployment.records.create(marked, notes)
    except NameTakenError as error:
        message = "the new key's id is taken; try again"
        raise RefusedError(Code.KEY_ID_TAKEN, message) from error


def _usage_of(record: Record, plan_id: str | None) -> Document:
    """Return what a record would say of the plan that was asked for, if it was."""
    if plan_id is None:
        return {}
    return fields_of(record, _USAGE) | {"usagePlanId": plan_id}


def _retired(deployment: Deployment, old: Found, sister: Found, ends_at: int) -> Found:
    """Let the old key end after the overlap, and never later than it would."""
    record = old.record
    if record.expires_at is not None:
        ends_at = min(ends_at, record.expires_at)
    changed = record.changed(
        expirationDate=timestamp.format_utc(ends_at),
        replacedBy=sister.record.principal,
    )
    records, principal = deployment.records, Principal.of(sister.record)
    try:
        retired = records.replace(old, changed)
    except RefusedError:
        seen = records.get(Principal.of(record))
        if seen is None or seen.record.document.get("replacedBy") != principal.text:
            records.delete(principal)
            raise
        # A repeat with this requestToken was first: it retired the key for us both.
        retired = seen
    # Only the try whose key the sister holds may hand it out.
    current = records.get(principal)
    if current is None or current.version != sister.version:
        raise conflict("the new key")
    return retired
