"""Issuing, cloning and rotating keys, each safe to repeat under a request token."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from admin.actions.views import issued, public_view
from admin.errors import Code, RefusedError
from admin.principal import Principal
from admin.rules import idempotency
from admin.rules.acceptance import check_keys
from admin.rules.drafts import COPIED, fields_of
from admin.rules.handover import notes_for
from admin.rules.minting import new_key_id
from admin.rules.record_findings import findings, lost_routes
from admin.stores.engine import NameTakenError
from admin.stores.stored_record import issued_at
from apikeys import document
from apikeys.record import versioned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from admin.deployment import Deployment
    from admin.requests.credentials import Clone, Issue, Rotate
    from admin.rules.drafts import Draft
    from admin.rules.minting import Made
    from admin.stores.stored_record import Found
    from apikeys.document import Document
    from apikeys.record import Record

    # Makes a record's fields from its time of issue; for a record that an older release
    # wrote, the fields which that release would have made.
    type Composed = Callable[[int, Record | None], Document]
    # Stores a new record with its notes.
    type Create = Callable[[Record, Mapping[str, str]], Found]

_USAGE = ("usageIdentifierKey", "usageKeyId", "usagePlanId")


def issue(deployment: Deployment, request: Issue) -> Document:
    """Answer ``issue``: the key, which is never shown again, and its record."""
    check_keys(deployment.settings)
    deployment.deliveries.check(request.deliver_to)
    key_id = new_key_id(request.request_token)
    return _drafted(deployment, request, deployment.drafts.asked_for(request), key_id)


def clone(deployment: Deployment, request: Clone) -> Document:
    """Answer ``clone``: a new key like another, with the same lifetime."""
    check_keys(deployment.settings)
    deployment.deliveries.check(request.deliver_to)
    key_id = new_key_id(request.request_token)
    with deployment.gateway_keys.abandoned(Principal.key(key_id)):
        model = deployment.records.live(request.principal).record
    draft = deployment.drafts.copied(request, model)
    return _drafted(deployment, request, draft, key_id)


def rotate(deployment: Deployment, request: Rotate) -> Document:
    """Answer ``rotate``: a sister key, and the old key's end after the overlap.

    The sister has the old key's rights, flags and lifetime. Both records are written in
    one transaction if the store has them. Otherwise the sister's is written first, and
    taken back if the old key was revoked or rotated meanwhile.
    """
    old = deployment.records.live(request.principal)
    deployment.grants.check_record(old.record)
    role_map = deployment.role_map.readable()
    sister_id = new_key_id(request.request_token)
    if old.record.document.get("replacedBy") not in (None, sister_id):
        message = "the key was rotated already; rotate its replacement"
        raise RefusedError(Code.ALREADY_ROTATED, message, field="keyId")
    deployment.deliveries.check(request.deliver_to)
    now = int(deployment.clock())
    is_ended = old.record.is_expired(now) and "replacedBy" not in old.record.document
    deployment.permissions.check_recipient(
        lambda: (
            not is_ended
            and deployment.deliveries.holds_one_of(
                request.deliver_to, request.principal, Principal.key(sister_id)
            )
        )
    )
    old = deployment.gateway_keys.renewed(old)
    deployment.gateway_keys.announce_sister(old.record, sister_id)
    copied = fields_of(old.record, (*COPIED, *_USAGE))
    copied["replaces"] = request.principal.text
    if request.enabled is not None:
        copied["enabled"] = request.enabled
    length = deployment.drafts.length_of(old.record)

    def compose(begun: int, earlier: Record | None) -> Document:
        if earlier is None:
            end = None if length is None else begun + length
            return copied | deployment.drafts.dates(request, begun, end)
        # The old key's end, and with it its lifetime, was already moved.
        dates = deployment.drafts.dates(request, begun, earlier.expires_at)
        return copied | {"overlapSeconds": request.overlap_seconds} | dates

    retired: list[Found] = []

    def create(record: Record, notes: Mapping[str, str]) -> Found:
        both = None
        if request.deliver_to is None:
            ends_at = int(deployment.clock()) + request.overlap_seconds
            both = deployment.rotations.create(record, old, ends_at, notes)
        if both is None:
            return deployment.records.create(record, notes)
        retired.append(both[1])
        return both[0]

    new = _New(sister_id, compose, create=create)
    made, sister = _written(deployment, request, new)
    # The old key works until the new one is where its client reads it.
    made, delivery = deployment.deliveries.hand_out(request.deliver_to, made, sister)
    now = int(deployment.clock())
    ends_at = now + request.overlap_seconds
    previous = (
        retired[0]
        if retired
        else deployment.rotations.retire(old, sister, ends_at, delivery)
    )
    if request.request_token is not None:
        sister = deployment.rotations.still_held(sister)
    return {
        **issued(made, sister, now),
        "previous": public_view(previous.record, previous.version, now),
        **deployment.settings.bound,
        **lost_routes(role_map, sister.record),
    }


def _drafted(
    deployment: Deployment, request: Issue | Clone, draft: Draft, key_id: str
) -> Document:
    new = _New(
        key_id,
        lambda begun, _: deployment.drafts.dated(draft, request, begun),
        draft.plan_id,
    )
    made, found = _written(deployment, request, new)
    made, _ = deployment.deliveries.hand_out(request.deliver_to, made, found)
    now = int(deployment.clock())
    return {
        **issued(made, found, now),
        **deployment.settings.granting_bound,
        **findings(draft.role_map, found.record),
    }


class _New(NamedTuple):
    """A record to be made.

    Attributes:
        key_id: of its key.
        compose: makes its fields.
        plan_id: of the usage plan that it joins, if any.
        create: stores it, if more than the record is to be stored.
    """

    key_id: str
    compose: Composed
    plan_id: str | None = None
    create: Create | None = None


def _written(
    deployment: Deployment, request: Issue | Clone | Rotate, new: _New
) -> tuple[Made, Found]:
    """Mint a key and store its record, or give it to an earlier attempt's record."""
    compose, plan_id = new.compose, new.plan_id
    create = new.create or deployment.records.create
    made = deployment.minting.key(new.key_id)
    now = int(deployment.clock())
    notes = notes_for(request)
    if request.request_token is not None:
        earlier = deployment.records.earlier(made.principal)
        if earlier is not None:
            record = earlier.record
            if not idempotency.has_fingerprint(record):
                usage = _usage_of(record, plan_id)
                fields = made.proof | compose(issued_at(record), record) | usage
                record = idempotency.adopted(record, request, versioned(fields))
            # The clone's model may have lost roles since, which its record has.
            deployment.grants.check_record(record)
            idempotency.check_repeat(record, request, now)
            earlier = deployment.gateway_keys.renewed(earlier)
            if deployment.deliveries.holds(request.deliver_to, record):
                # An earlier attempt delivered its key: another would make it void.
                return made.delivered(str(request.deliver_to)), earlier
            changed = earlier.record.changed(**made.proof)
            changed = idempotency.fingerprinted(changed, request)
            return made, deployment.records.replace(earlier, changed, notes)
    fields = versioned(made.proof | compose(now, None))
    record = made.principal.parse(document.dumps(fields))
    try:
        with deployment.gateway_keys.joined(made.principal, plan_id) as usage:
            noted = idempotency.fingerprinted(record.changed(**usage), request)
            return made, create(noted, notes)
    except NameTakenError as error:
        message = "the new key's id is taken; try again"
        raise RefusedError(Code.KEY_ID_TAKEN, message) from error


def _usage_of(record: Record, plan_id: str | None) -> Document:
    """Return what a record would say about the plan asked for, if any."""
    if plan_id is None:
        return {}
    return fields_of(record, _USAGE) | {"usagePlanId": plan_id}
