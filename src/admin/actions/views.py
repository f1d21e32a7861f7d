"""What answers show of a record: an allow-list, so that no new field leaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apikeys import timestamp
from apikeys.defaults import DAY
from apikeys.session import SETTINGS

if TYPE_CHECKING:
    from admin.principal import Principal
    from admin.rules.minting import Made
    from admin.stores.stored_record import Found
    from apikeys.document import Document
    from apikeys.record import Record

_FIELDS = (
    "keyId",
    "login",
    "client",
    "issuer",
    "name",
    "description",
    "issueDate",
    "expirationDate",
    "enabled",
    "roles",
    "session",
    "allowedCidrs",
    "usageKeyId",
    "usagePlanId",
    "replaces",
    "replacedBy",
    "schemaVersion",
)
_TIMES = ("issueDate", "expirationDate")


def public_view(record: Record, version: str, now: float) -> Document:
    """Return what may be shown of a record.

    ``state`` is ``active``, ``disabled`` or ``expired`` (a revoked one can't be read);
    ``expiresInDays`` is the nearest number of days, null where it never expires;
    ``previous`` says until when an account's replaced password works.
    """
    view = {f: record.document[f] for f in _FIELDS if f in record.document}
    for field in _TIMES:
        if field in view:
            view[field] = _shown_time(view[field])
    if record.session is not None:
        view["session"] = {
            s: record.session[s] for s in SETTINGS if s in record.session
        }
    if record.previous is not None:
        view["previous"] = {"expirationDate": timestamp.rfc3339(record.previous[1])}
    view["state"] = _state(record, now)
    view["expiresInDays"] = (
        None
        if record.expires_at is None
        else max(0, round((record.expires_at - now) / DAY))
    )
    view["version"] = version
    return view


def revoked_view(principal: Principal, kept: Document) -> Document:
    """Return what can still be shown of a revoked record.

    Args:
        principal: whose it was.
        kept: the fields that its notes keep.
    """
    times = {f: _shown_time(kept[f]) for f in (*_TIMES, "restorableUntil") if f in kept}
    return {**principal.named, **kept, **times, "state": "revoked"}


def issued(made: Made, found: Found, now: float) -> Document:
    """Return the answer that shows a new credential, once, and its record."""
    view = public_view(found.record, found.version, now)
    return {"status": 201, **made.shown, "record": view}


def _state(record: Record, now: float) -> str:
    if record.is_expired(now):
        return "expired"
    return "active" if record.enabled else "disabled"


def _shown_time(text: object) -> object:
    """Return a record's time with its zone, which records omit, as OntoPop's do."""
    try:
        timestamp.parse(str(text))
    except ValueError:
        return text
    return f"{text}Z"
