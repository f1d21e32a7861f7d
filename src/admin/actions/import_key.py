"""Importing keys that were minted elsewhere, so that their clients keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.actions.views import public_view
from admin.errors import Code, RefusedError, invalid
from admin.principal import Principal
from admin.rules.acceptance import check_foreign_keys
from admin.rules.record_findings import findings
from admin.rules.role_assignment import check_roles
from admin.stores.engine import NameTakenError
from admin.stores.stored_record import issued_at
from apikeys import digest, document, foreign, role_name, timestamp
from apikeys.defaults import DAY
from apikeys.errors import MalformedRecordError
from apikeys.record import Record, versioned

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.requests.credentials import Import
    from admin.stores.stored_record import Found
    from apikeys.document import Document


def import_key(deployment: Deployment, request: Import) -> Document:
    """Answer ``import`` with the record; the key is never shown, not even now.

    Repeating an import writes nothing, costs no hash, and says ``repeated``.
    """
    check_foreign_keys(deployment.settings)
    text, known = _presented(request)
    key_id = foreign.key_id_of(text, deployment.signing_secret.lookup_key())
    principal = Principal.key(key_id)
    now = int(deployment.clock())
    bound = deployment.settings.granting_bound
    earlier = deployment.records.earlier(principal)
    if earlier is None:
        fields = _fields(deployment, request, text, known, now)
        role_map = check_roles(
            deployment.role_map,
            role_name.normalise_all(fields["roles"]),
            session=fields.get("session"),
            networks=request.allowed_cidrs or (),
        )
        record = _record(key_id, fields, digest.slow(text))
        try:
            found = _created(deployment, record, request.usage_plan_id)
        except NameTakenError:
            # Another import of the same key was faster.
            earlier = deployment.records.live(principal)
        else:
            view = public_view(found.record, found.version, now)
            warned = findings(role_map, found.record)
            return {"status": 201, "record": view, **bound, **warned}
    # Dates count from the first import.
    first = _first_time(request, earlier.record, now)
    fields = _fields(deployment, request, text, known, first)
    _check_same(earlier.record, fields, request.usage_plan_id)
    earlier = deployment.gateway_keys.renewed(earlier)
    view = public_view(earlier.record, earlier.version, now)
    return {"status": 201, "record": view, "repeated": True, **bound}


def _fields(
    deployment: Deployment, request: Import, text: str, known: Document, first: int
) -> Document:
    """Return the record's fields, except the digest, of an import at a time."""
    now = int(deployment.clock())
    lifetime = deployment.lifetimes.default
    begun, ends_at = _dates(request, known, first, lifetime, now)
    expiration_date = deployment.lifetimes.expiration_date(
        request, asked_at=first, now=now, otherwise=ends_at
    )
    described = {
        "client": known.get("client"),
        "issuer": known.get("issuer") or deployment.settings.default_issuer,
        "enabled": known["enabled"] is True if "enabled" in known else not known,
        "roles": list(role_name.normalise_all(known.get("roles"))),
    } | request.fields()
    if described["client"] is None:
        raise invalid("client", "is missing, in the request and in the record")
    telling = foreign.field_with_key(described, text)
    if telling is not None:
        raise invalid(telling, "contains the key, and would be shown")
    deployment.grants.check(role_name.normalise_all(described["roles"]))
    deployment.grants.check_fields(described | {"usagePlanId": request.usage_plan_id})
    return {
        "issueDate": timestamp.format_utc(begun),
        "expirationDate": expiration_date,
    } | {name: value for name, value in described.items() if value is not None}


def _created(deployment: Deployment, record: Record, plan_id: str | None) -> Found:
    with deployment.gateway_keys.joined(Principal.of(record), plan_id) as usage:
        return deployment.records.create(record.changed(**usage))


def _check_same(earlier: Record, fields: Document, plan_id: str | None) -> None:
    """Refuse an import that differs from an earlier one of the key.

    Raises:
        RefusedError: 409, other fields.
    """
    # What follows from the plan, API Gateway made up.
    made_up = ("usageIdentifierKey", "usageKeyId")
    stored = {n: value for n, value in earlier.document.items() if n not in made_up}
    if plan_id is not None:
        fields = fields | {"usagePlanId": plan_id}
    # The id follows from the key, so that only the salt can differ.
    expected = _identified(earlier.principal, fields, earlier.digest)
    if not document.are_equal(stored, expected):
        message = "the key was imported already, with other fields; update it"
        raise RefusedError(Code.KEY_EXISTS, message, field="key")


def _presented(request: Import) -> tuple[str, Document]:
    """Return the key's text, and what OntoPop's record says about it."""
    known: Document = request.record or {}
    field, text = "record.key", known.get("key")
    if request.record is None:
        field, text = "key", request.key
    try:
        return foreign.check_importable(text), known
    except ValueError as error:
        raise invalid(field, str(error)) from error


def _identified(key_id: str, fields: Document, hashed: str) -> Document:
    return versioned({"keyId": key_id, "digest": hashed} | fields)


def _record(key_id: str, fields: Document, hashed: str) -> Record:
    whole = _identified(key_id, fields, hashed)
    try:
        return Record.parse(document.dumps(whole), key_id=key_id)
    except MalformedRecordError as error:
        raise invalid("record", str(error)) from error


def _first_time(request: Import, earlier: Record, now: int) -> int:
    """Return when a key was first imported, if its dates depend on that."""
    issued = issued_at(earlier)
    if not request.record or request.lifetime_days is None:
        return issued
    # OntoPop issued it earlier; a lifetime counts from the import, which its end tells.
    first = (earlier.expires_at or 0) - request.lifetime_days * DAY
    return first if issued <= first <= now else issued


def _dates(
    request: Import, known: Document, first: int, lifetime: int, now: int
) -> tuple[int, int | None]:
    """Return when a key was issued, and its end if the request asks for none."""
    if not known:
        return first, first + lifetime
    field = "issueDate"
    try:
        begun = timestamp.parse(str(known.get(field)))
        if begun > now:
            raise ValueError("is in the future (UTC)")  # noqa: TRY301 - as a bad one is
        field = "expirationDate"
        # OntoPop refuses a record without one; only null means never.
        is_endless = field in known and known[field] is None
        if is_endless or request.asks_for_an_end:
            return begun, None
        return begun, timestamp.parse(str(known.get(field)))
    except ValueError as error:
        raise invalid(f"record.{field}", str(error)) from error
