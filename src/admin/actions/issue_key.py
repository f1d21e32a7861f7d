"""Issuing, cloning and rotating keys, each safe to repeat under a request token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.actions.confirm import notes_for
from admin.actions.views import public_view
from admin.errors import RefusedError, conflict
from admin.principal import Principal
from admin.rules.drafts import COPIED, Drafts, fields_of, length_of
from admin.rules.minting import new_key_id
from admin.stores.records import issued_at
from admin.stores.role_map import findings
from admin.stores.secrets_manager import NameTakenError
from apikeys import document, timestamp
from apikeys.defaults import REPEAT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.deployment import Deployment
    from admin.requests import Clone, Issue, Rotate
    from admin.rules.drafts import Draft
    from admin.rules.minting import Made
    from admin.stores.records import Found
    from apikeys.document import Document
    from apikeys.record import Record

    # Makes a record's fields from when it is issued and, at a repeat, from the record
    # that the earlier try wrote.
    type Composed = Callable[[int, Record | None], Document]

_USAGE = ("usageIdentifierKey", "usageKeyId", "usagePlanId")
# What a repeat changes: the key that the earlier try made is void.
_KEYS_OWN = ("digest", "signedBy")


class Issuing:
    """Issues keys; nothing is written before the whole request was found good."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._drafts = Drafts(deployment)

    def issue(self, request: Issue) -> Document:
        """Answer ``issue``: the key, which is never shown again, and its record."""
        return self._drafted(request, self._drafts.asked_for(request))

    def clone(self, request: Clone) -> Document:
        """Answer ``clone``: a new key like another, with as long a life."""
        model = self._deployment.records.live(request.principal).record
        return self._drafted(request, self._drafts.copied(request, model))

    def rotate(self, request: Rotate) -> Document:
        """Answer ``rotate``: a sister key, and the old one's end after the overlap.

        The sister has the old key's rights and flags and as long a life. Its record is
        written first and taken back if the old one's can't be.
        """
        here = self._deployment
        old = here.records.live(request.principal)
        here.grants.check(old.record.roles)
        sister_id = new_key_id(request.request_token)
        if old.record.document.get("replacedBy") not in (None, sister_id):
            message = "the key was rotated already; rotate its replacement"
            raise RefusedError(409, "already_rotated", message, field="keyId")
        copied = fields_of(old.record, (*COPIED, *_USAGE))
        # The overlap is noted so that a repeat with another one is told from this.
        copied |= {
            "replaces": request.principal.text,
            "overlapSeconds": request.overlap_seconds,
        }
        if request.enabled is not None:
            copied["enabled"] = request.enabled
        length = length_of(old.record)

        def compose(begun: int, earlier: Record | None) -> Document:
            end = None if length is None else begun + length
            # At a repeat the old key's end, and its length with it, was moved already.
            end = earlier.expires_at if earlier is not None else end
            return copied | self._drafts.dates(request, begun, end)

        made, sister = self._written(request, sister_id, compose)
        now = int(here.clock())
        previous = self._retired(old, sister, now + request.overlap_seconds)
        return {
            **issued(made, sister, now),
            "previous": public_view(previous.record, previous.version, now),
            **here.settings.bound,
        }

    def _drafted(self, request: Issue | Clone, draft: Draft) -> Document:
        made, found = self._written(
            request,
            new_key_id(request.request_token),
            lambda begun, _: self._drafts.dated(draft, request, begun),
            draft.plan_id,
        )
        now = int(self._deployment.clock())
        return issued(made, found, now) | findings(draft.role_map, found.record)

    def _written(
        self,
        request: Issue | Clone | Rotate,
        key_id: str,
        compose: Composed,
        plan_id: str | None = None,
    ) -> tuple[Made, Found]:
        """Mint a key and store its record, or give an earlier try's record this key."""
        here = self._deployment
        made = here.minting.key(key_id)
        now = int(here.clock())
        notes = notes_for(request)
        if request.request_token is not None:
            earlier = here.records.earlier(made.principal)
            if earlier is not None:
                record = self._rekeyed(earlier.record, made, compose, plan_id, now)
                return made, here.records.replace(earlier, record, notes)
        try:
            with here.usage_plans.joined(key_id, plan_id) as usage:
                fields = made.proof | compose(now, None) | usage
                record = _record(made.principal, fields)
                return made, here.records.create(record, notes)
        except NameTakenError as error:
            message = "the new key's id is taken; try again"
            raise RefusedError(409, "key_id_taken", message) from error

    def _rekeyed(
        self,
        record: Record,
        made: Made,
        compose: Composed,
        plan_id: str | None,
        now: int,
    ) -> Record:
        """Return the record of an earlier try, whose answer was lost, with this key.

        Only while it is still exactly what that try wrote: then the key returned last
        is the one that works, and nothing that was disabled comes back.
        """
        begun = issued_at(record)
        usage = fields_of(record, _USAGE) if plan_id is not None else {}
        expected = made.proof | compose(begun, record) | usage
        unproven = record.document | {f: made.proof[f] for f in _KEYS_OWN}
        is_same_plan = plan_id in (None, record.document.get("usagePlanId"))
        is_late = now > begun + REPEAT_SECONDS
        is_unchanged = document.are_equal(expected, unproven)
        if not is_unchanged or not is_same_plan or is_late:
            raise token_used()
        return _record(made.principal, expected)

    def _retired(self, old: Found, sister: Found, ends_at: int) -> Found:
        """Let the old key end after the overlap, and never later than it would."""
        record = old.record
        if record.expires_at is not None:
            ends_at = min(ends_at, record.expires_at)
        changed = record.changed(
            expirationDate=timestamp.format_utc(ends_at),
            replacedBy=sister.record.principal,
        )
        records, principal = self._deployment.records, Principal.of(sister.record)
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


def token_used() -> RefusedError:
    """Return the refusal of a repeat that is none."""
    return RefusedError(
        409,
        "request_token_used",
        "requestToken: was used for another request, too long ago, or for a "
        "record that was changed since",
        field="requestToken",
    )


def _record(principal: Principal, fields: Document) -> Record:
    return principal.parse(document.dumps(fields))


def issued(made: Made, found: Found, now: float) -> Document:
    """Return the answer that shows a new credential once, and its record."""
    view = public_view(found.record, found.version, now)
    return {"status": 201, **made.shown, "record": view}
