"""Issuing and cloning Basic accounts, and rotating their passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.actions.views import issued
from admin.errors import Code, RefusedError, invalid
from admin.principal import Principal
from admin.rules import idempotency
from admin.rules.acceptance import check_logins
from admin.rules.drafts import COPIED, fields_of
from admin.rules.handover import notes_for
from admin.rules.minting import Made, check_unseen
from admin.rules.record_findings import findings, lost_routes
from admin.stores.engine import Absence, NameTakenError
from apikeys import digest, document, timestamp
from apikeys.key import is_key_id
from apikeys.record import versioned

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.requests.credentials import Clone, Issue, Rotate
    from admin.rules.drafts import Draft
    from admin.stores.stored_record import Found
    from apikeys.document import Document
    from apikeys.record import Record


def issue(deployment: Deployment, request: Issue) -> Document:
    """Answer ``issue`` of a login."""
    check_logins(deployment.settings)
    principal = Principal.account(str(request.login))
    return _created(
        deployment, request, principal, deployment.drafts.asked_for(request)
    )


def clone(deployment: Deployment, request: Clone) -> Document:
    """Answer ``clone`` of an account: another login, with the same lifetime."""
    check_logins(deployment.settings)
    principal = Principal.account(str(request.new_login))
    with deployment.gateway_keys.abandoned(principal):
        model = deployment.records.live(request.principal).record
    return _created(
        deployment, request, principal, deployment.drafts.copied(request, model)
    )


def rotate(deployment: Deployment, request: Rotate) -> Document:
    """Answer ``rotate`` of an account: a new password under the same login.

    The old password keeps working during the overlap; the account gets the same
    lifetime again as at its issue.
    """
    old = deployment.records.live(request.principal)
    deployment.grants.check_record(old.record)
    role_map = deployment.role_map.readable()
    deployment.deliveries.check(request.deliver_to)
    is_ended = old.record.is_expired(int(deployment.clock()))
    deployment.permissions.check_recipient(
        lambda: (
            not is_ended
            and deployment.deliveries.holds_one_of(
                request.deliver_to, request.principal
            )
        )
    )
    if idempotency.was_written_by(old.record, request):
        made, found = _repeated(deployment, request, old)
    else:
        old = deployment.gateway_keys.renewed(old)
        made, record = _with_new_password(deployment, request, old.record)
        found = deployment.records.replace(
            old, idempotency.fingerprinted(record, request), notes_for(request)
        )
    made, _ = deployment.deliveries.hand_out(request.deliver_to, made, found)
    now = int(deployment.clock())
    replaced = found.record.previous
    return {
        **issued(made, found, now),
        "previous": {
            **request.principal.named,
            "expirationDate": timestamp.rfc3339(
                now if replaced is None else replaced[1]
            ),
        },
        **deployment.settings.bound,
        **lost_routes(role_map, found.record),
    }


def _created(
    deployment: Deployment, request: Issue | Clone, principal: Principal, draft: Draft
) -> Document:
    check_unseen(request.password, principal.text, draft.fields)
    deployment.deliveries.check(request.deliver_to)
    now = int(deployment.clock())
    earlier = (
        None if request.request_token is None else deployment.records.earlier(principal)
    )
    if earlier is not None:
        made, found = _taken_up(deployment, request, earlier)
        return _answer(deployment, request, draft, made, found)
    _check_no_key(deployment, principal.text)
    made = deployment.minting.account(principal.text, request.password)
    dated = deployment.drafts.dated(draft, request, now)
    record = principal.parse(document.dumps(versioned(made.proof | dated)))
    try:
        with deployment.gateway_keys.joined(principal, draft.plan_id) as usage:
            found = deployment.records.create(
                idempotency.fingerprinted(record.changed(**usage), request),
                notes_for(request),
            )
    except NameTakenError as error:
        # Another attempt of this very request may have been faster.
        quicker = request.request_token and deployment.records.earlier(principal)
        if not quicker:
            raise _login_taken() from error
        made, found = _taken_up(deployment, request, quicker)
    return _answer(deployment, request, draft, made, found)


def _answer(
    deployment: Deployment,
    request: Issue | Clone,
    draft: Draft,
    made: Made,
    found: Found,
) -> Document:
    made, _ = deployment.deliveries.hand_out(request.deliver_to, made, found)
    return {
        **issued(made, found, deployment.clock()),
        **deployment.settings.granting_bound,
        **findings(draft.role_map, found.record),
    }


def _taken_up(
    deployment: Deployment, request: Issue | Clone, earlier: Found
) -> tuple[Made, Found]:
    """Repeat an earlier attempt; 409 if another request made the login."""
    if not idempotency.was_written_by(earlier.record, request):
        raise _login_taken()
    return _repeated(deployment, request, earlier)


def _repeated(
    deployment: Deployment, request: Issue | Clone | Rotate, earlier: Found
) -> tuple[Made, Found]:
    """Give the record of an earlier attempt, whose answer was lost, another password.

    Raises:
        RefusedError: 409, it is too late, or the record was changed since; 403, its
            roles can't be granted.
    """
    record = earlier.record
    # The clone's model may have lost roles since, which its record still has.
    deployment.grants.check_record(record)
    idempotency.check_repeat(record, request, int(deployment.clock()))
    earlier = deployment.gateway_keys.renewed(earlier)
    if deployment.deliveries.holds(request.deliver_to, record):
        # An earlier attempt delivered its password: another would make it void.
        made = Made(Principal.of(record), {}, {})
        return made.delivered(str(request.deliver_to)), earlier
    made = deployment.minting.account(
        record.principal, request.password, salted_like=record.digest
    )
    changed = earlier.record.changed(digest=made.proof["digest"])
    changed = idempotency.fingerprinted(changed, request)
    return made, deployment.records.replace(earlier, changed, notes_for(request))


def _with_new_password(
    deployment: Deployment, request: Rotate, record: Record
) -> tuple[Made, Record]:
    now = int(deployment.clock())
    overlap = request.overlap_seconds
    if overlap and record.previous is not None and now < record.previous[1]:
        until = timestamp.format_utc(record.previous[1])
        message = f"the password before still works until {until}; rotate with "
        message += "overlapSeconds 0 to end both at once"
        raise RefusedError(Code.ALREADY_ROTATED, message, field="login")
    password = request.password
    check_unseen(password, record.principal, fields_of(record, COPIED))
    # The previous one, too: ending both at once must not bring one of them back.
    if password is not None and digest.matches_any(record.digests(now), password):
        raise invalid("password", "is already in use")
    length = deployment.drafts.length_of(record)
    dates = deployment.drafts.dates(
        request, now, None if length is None else now + length
    )
    ends_at = now + overlap
    if record.expires_at is not None:
        ends_at = min(ends_at, record.expires_at)
    # A disabled account gets no overlap, or enabling it would bring the old password
    # back.
    has_salt = digest.is_slow(record.digest)
    overlaps = ends_at > now and record.enabled and has_salt
    # One salt for both: checking a password always costs one slow hash.
    made = deployment.minting.account(
        record.principal, password, salted_like=record.digest if overlaps else None
    )
    replaced = {
        "digest": record.digest,
        "expirationDate": timestamp.format_utc(ends_at),
    }
    changes = dates | {
        "digest": made.proof["digest"],
        "previous": replaced if overlaps else None,
    }
    if request.enabled is not None:
        changes["enabled"] = request.enabled
    return made, record.changed(**changes)


def _check_no_key(deployment: Deployment, login: str) -> None:
    """Refuse a login that is a key's id: back ends know a caller by its principal."""
    if (
        is_key_id(login)
        and deployment.records.existing(Principal.key(login)) is not Absence.NEVER
    ):
        raise invalid("login", "is the id of a key, and would be taken for it")


def _login_taken() -> RefusedError:
    message = "the login is taken (a revoked account keeps it until it is purged)"
    return RefusedError(Code.LOGIN_TAKEN, message, field="login")
