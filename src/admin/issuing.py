"""Issuing, cloning, rotating: the moments in which a key's text exists here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from admin.errors import RefusedError, conflict
from admin.records import issued_at
from admin.signing_secret import fingerprint
from admin.store import NameTakenError
from admin.view import public_view
from apikeys import digest, document, role_name, timestamp
from apikeys.key import derived_key_id, mint, random_key_id
from apikeys.record import SCHEMA_VERSION, Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.deployment import Deployment
    from admin.fields import Ending
    from admin.records import Found
    from admin.requests import Clone, Issue, Rotate
    from apikeys.document import Document
    from apikeys.key import Key

    # Makes a record's fields from when it is issued and, at a repeat, from the record
    # that the earlier try wrote.
    type Composed = Callable[[int, Record | None], Document]

_REPEAT_SECONDS = 900
_COPIED = ("client", "issuer", "name", "description", "roles", "enabled", "session")
_USAGE = ("usageIdentifierKey", "usageKeyId", "usagePlanId")


class Issuing:
    """Issues keys; nothing is written before the whole request was found good."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def issue(self, request: Issue) -> Document:
        """Answer ``issue``: the key, which is never shown again, and its record."""
        here = self._deployment
        defaults = {
            "issuer": here.settings.default_issuer,
            "enabled": True,
            "roles": [],
        }
        return self._described(request, defaults, None, here.lifetimes.default)

    def clone(self, request: Clone) -> Document:
        """Answer ``clone``: a new key like another, with as long a life."""
        model = self._deployment.records.live(request.key_id).record
        self._deployment.grants.check(model.roles)
        plan_id = model.document.get("usagePlanId")
        return self._described(
            request, _fields_of(model, _COPIED), plan_id, _length(model)
        )

    def rotate(self, request: Rotate) -> Document:
        """Answer ``rotate``: a sister key, and the old one's end after the overlap.

        The sister has the old key's rights and flags and as long a life. Its record is
        written first and taken back if the old one's can't be.
        """
        here = self._deployment
        old = here.records.live(request.key_id)
        here.grants.check(old.record.roles)
        sister_id = _key_id(request.request_token)
        if old.record.document.get("replacedBy") not in (None, sister_id):
            message = "the key was rotated already; rotate its replacement"
            raise RefusedError(409, "already_rotated", message, field="keyId")
        copied = _fields_of(old.record, (*_COPIED, *_USAGE))
        copied["replaces"] = request.key_id
        if request.enabled is not None:
            copied["enabled"] = request.enabled
        length = _length(old.record)

        def compose(begun: int, earlier: Record | None) -> Document:
            end = None if length is None else begun + length
            # At a repeat the old key's end, and its length with it, was moved already.
            end = earlier.expires_at if earlier is not None else end
            return copied | self._dates(request, begun, end)

        key, sister = self._written(sister_id, request.request_token, compose)
        now = int(here.clock())
        previous = self._retired(old, sister, now + request.overlap_seconds)
        return {
            **_issued(key, sister, now),
            "previous": public_view(previous.record, previous.version, now),
            **here.settings.bound,
        }

    def _described(
        self,
        request: Issue | Clone,
        base: Document,
        plan_id: object,
        length: int | None,
    ) -> Document:
        here = self._deployment
        given = base | request.fields()
        fields = {name: value for name, value in given.items() if value is not None}
        # Checked as the authorizer will read them.
        roles = role_name.normalise_all(fields.get("roles"))
        here.grants.check(roles)
        here.role_maps.check_roles(roles)

        def compose(begun: int, _earlier: Record | None) -> Document:
            end = None if length is None else begun + length
            return fields | self._dates(request, begun, end)

        key, found = self._written(
            _key_id(request.request_token),
            request.request_token,
            compose,
            request.usage_plan_id or (plan_id if isinstance(plan_id, str) else None),
        )
        return _issued(key, found, int(here.clock()))

    def _dates(self, request: Ending, begun: int, otherwise: int | None) -> Document:
        ends_at = self._deployment.lifetimes.ends_at(
            request, begins_at=begun, now=begun, otherwise=otherwise
        )
        return {
            "issueDate": timestamp.format_utc(begun),
            "expirationDate": None
            if ends_at is None
            else timestamp.format_utc(ends_at),
        }

    def _written(
        self,
        key_id: str,
        request_token: str | None,
        compose: Composed,
        plan_id: str | None = None,
    ) -> tuple[Key, Found]:
        """Mint a key and store its record, or give an earlier try's record this key."""
        here = self._deployment
        signing_keys = here.signing_secret.keys()
        key = mint(here.settings.key_prefix, key_id, signing_keys, os.urandom)
        hashed = digest.slow if here.settings.hashes_slowly else digest.fast
        proof: Document = {
            "schemaVersion": SCHEMA_VERSION,
            "keyId": key_id,
            "digest": hashed(key.text),
            "signedBy": fingerprint(signing_keys.current),
        }
        now = int(here.clock())
        if request_token is not None:
            earlier = here.records.earlier(key_id)
            if earlier is not None:
                return key, self._rekeyed(earlier, proof, compose, plan_id, now)
        fields = proof | compose(now, None)
        joined = here.usage_plans.join(key_id, plan_id) if plan_id else {}
        try:
            return key, here.records.create(_record(key_id, fields | joined))
        except NameTakenError as error:
            here.usage_plans.leave(joined)
            message = "the new key's id is taken; try again"
            raise RefusedError(409, "key_id_taken", message) from error
        except BaseException:
            here.usage_plans.leave(joined)
            raise

    def _rekeyed(
        self,
        earlier: Found,
        proof: Document,
        compose: Composed,
        plan_id: str | None,
        now: int,
    ) -> Found:
        """Give the record of an earlier try, whose answer was lost, this key.

        Only while it is still exactly what that try wrote: then the key returned last
        is the one that works, and nothing that was disabled comes back.
        """
        record = earlier.record
        begun = issued_at(record)
        usage = _fields_of(record, _USAGE) if plan_id is not None else {}
        expected = proof | compose(begun, record) | usage
        unproven = record.document | {f: proof[f] for f in ("digest", "signedBy")}
        is_same_plan = plan_id in (None, record.document.get("usagePlanId"))
        is_late = now > begun + _REPEAT_SECONDS
        is_unchanged = document.are_equal(expected, unproven)
        if not is_unchanged or not is_same_plan or is_late:
            raise RefusedError(
                409,
                "request_token_used",
                "requestToken: was used for another request, too long ago, or for a "
                "key that was changed since",
                field="requestToken",
            )
        replaced = _record(record.principal, expected)
        return self._deployment.records.replace(earlier, replaced)

    def _retired(self, old: Found, sister: Found, ends_at: int) -> Found:
        """Let the old key end after the overlap, and never later than it would."""
        record = old.record
        if record.expires_at is not None:
            ends_at = min(ends_at, record.expires_at)
        changed = record.changed(
            expirationDate=timestamp.format_utc(ends_at),
            replacedBy=sister.record.principal,
        )
        records, sister_id = self._deployment.records, sister.record.principal
        try:
            retired = records.replace(old, changed)
        except RefusedError:
            seen = records.get(record.principal)
            if seen is None or seen.record.document.get("replacedBy") != sister_id:
                records.delete(sister_id)
                raise
            # A repeat with this requestToken was first: it retired the key for us both.
            retired = seen
        # Only the try whose key the sister holds may hand it out.
        current = records.get(sister_id)
        if current is None or current.version != sister.version:
            raise conflict("the new key")
        return retired


def _key_id(request_token: str | None) -> str:
    if request_token is None:
        return random_key_id(os.urandom)
    return derived_key_id(request_token)


def _record(key_id: str, fields: Document) -> Record:
    return Record.parse(document.dumps(fields), key_id=key_id)


def _fields_of(record: Record, names: tuple[str, ...]) -> Document:
    return {name: record.document[name] for name in names if name in record.document}


def _length(record: Record) -> int | None:
    """Return how many seconds a key lives from its issue, None for ever."""
    if record.expires_at is None:
        return None
    return record.expires_at - issued_at(record)


def _issued(key: Key, found: Found, now: float) -> Document:
    view = public_view(found.record, found.version, now)
    return {"status": 201, "key": key.text, "record": view}
