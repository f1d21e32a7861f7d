"""The public view of a record: an allow-list, so that a new field is not leaked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apikeys import timestamp
from apikeys.defaults import DAY
from apikeys.session import SETTINGS

if TYPE_CHECKING:
    from admin.principal import Principal
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
    "usageKeyId",
    "usagePlanId",
    "replaces",
    "replacedBy",
    "schemaVersion",
)


def public_view(record: Record, version: str, now: float) -> Document:
    """Return what people may see of a record.

    ``state`` is ``active``, ``disabled`` or ``expired`` (a revoked one can't be read);
    ``expiresInDays`` counts whole days, rounded down, null where it never expires;
    ``previous`` says until when an account's replaced password works.
    """
    view = {f: record.document[f] for f in _FIELDS if f in record.document}
    if record.session is not None:
        view["session"] = {
            s: record.session[s] for s in SETTINGS if s in record.session
        }
    if record.previous is not None:
        ends_at = timestamp.format_utc(record.previous[1])
        view["previous"] = {"expirationDate": ends_at}
    view["state"] = _state(record, now)
    view["expiresInDays"] = (
        None
        if record.expires_at is None
        else max(0, int(record.expires_at - now) // DAY)
    )
    view["version"] = version
    return view


def revoked_view(principal: Principal) -> Document:
    """Return what is left to see of what was revoked."""
    return {**principal.named, "state": "revoked"}


def _state(record: Record, now: float) -> str:
    if record.is_expired(now):
        return "expired"
    return "active" if record.enabled else "disabled"
