"""Importing keys that were minted elsewhere, so that their clients keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import RefusedError, invalid
from admin.records import issued_at
from admin.store import NameTakenError
from admin.subject import Subject
from admin.view import public_view
from apikeys import digest, document, foreign, role_name, timestamp
from apikeys.errors import MalformedKeyError, MalformedRecordError
from apikeys.key import Key
from apikeys.record import SCHEMA_VERSION, Record

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.records import Found
    from admin.requests import Import
    from apikeys.document import Document


class Importing:
    """Stores records of foreign keys under names that reveal nothing of them."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def import_key(self, request: Import) -> Document:
        """Answer ``import``: the record; the key is never shown, not even now.

        The same import a second time changes nothing and answers as the first did.
        """
        here = self._deployment
        text, known = _presented(request)
        key_id = foreign.key_id_of(text, here.signing_secret.lookup_key())
        now = int(here.clock())
        record = self._record(request, text, key_id, known, now)
        here.grants.check(record.roles)
        here.role_maps.check_roles(record.roles)
        try:
            found = self._created(record, request.usage_plan_id)
        except NameTakenError:
            found = here.records.live(Subject.key(key_id))
            # Dates count from the first time.
            again = self._record(request, text, key_id, known, issued_at(found.record))
            self._check_same(found.record, again)
        view = public_view(found.record, found.version, now)
        return {"status": 201, "record": view}

    def _record(
        self, request: Import, text: str, key_id: str, known: Document, now: int
    ) -> Record:
        here = self._deployment
        begun, ends_at = _dates(known, now, here.lifetimes.default)
        ends_at = here.lifetimes.ends_at(
            request, begins_at=begun, now=now, otherwise=ends_at
        )
        described = {
            "client": known.get("client"),
            "issuer": known.get("issuer") or here.settings.default_issuer,
            "enabled": known["enabled"] is True if "enabled" in known else not known,
            "roles": list(role_name.normalise_all(known.get("roles"))),
        } | request.fields()
        if described["client"] is None:
            raise invalid("client", "is missing, in the request and in the record")
        fields: Document = {
            "schemaVersion": SCHEMA_VERSION,
            "keyId": key_id,
            "digest": digest.slow(text),
            "issueDate": timestamp.format_utc(begun),
            "expirationDate": None
            if ends_at is None
            else timestamp.format_utc(ends_at),
        } | {name: value for name, value in described.items() if value is not None}
        try:
            return Record.parse(document.dumps(fields), key_id=key_id)
        except MalformedRecordError as error:
            raise invalid("record", str(error)) from error

    def _created(self, record: Record, plan_id: str | None) -> Found:
        here = self._deployment
        joined = here.usage_plans.join(record.principal, plan_id) if plan_id else {}
        try:
            return here.records.create(record.changed(**joined))
        except BaseException:
            here.usage_plans.leave(joined)
            raise

    def _check_same(self, earlier: Record, record: Record) -> None:
        """Refuse an import that differs from an earlier one of the same key.

        Raises:
            RefusedError: 409, other fields.
        """
        stored = {
            name: value
            for name, value in earlier.document.items()
            if not name.startswith("usage")
        }
        # The id follows from the key, so that the salt alone can differ.
        expected = record.document | {"digest": earlier.digest}
        if not document.are_equal(stored, expected):
            message = "the key was imported already, with other fields; update it"
            raise RefusedError(409, "key_exists", message, field="key")


def _presented(request: Import) -> tuple[str, Document]:
    """Return the key's text, and what OntoPop's record knows of it."""
    known: Document = request.record or {}
    field, text = "record.key", known.get("key")
    if request.record is None:
        field, text = "key", request.key
    if not isinstance(text, str) or not foreign.is_foreign_key(text):
        raise invalid(
            field,
            f"a key is {foreign.SHORTEST} to {foreign.LONGEST} letters, digits and "
            "/_+=.@-",
        )
    try:
        Key.parse(text)
    except MalformedKeyError:
        return text, known
    raise invalid(field, "has the shape of the keys that are minted here")


def _dates(known: Document, now: int, lifetime: int) -> tuple[int, int | None]:
    """Return when a key was issued and when it ends, None for never."""
    if not known:
        return now, now + lifetime
    field = "issueDate"
    try:
        begun = timestamp.parse(str(known.get(field)))
        field = "expirationDate"
        # OntoPop refuses a record without one; only null says for ever.
        if field in known and known[field] is None:
            return begun, None
        return begun, timestamp.parse(str(known.get(field)))
    except ValueError as error:
        raise invalid(f"record.{field}", str(error)) from error
