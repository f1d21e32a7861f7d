"""What answers show of a record: an allow-list, so that no new field leaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apikeys import policy, timestamp
from apikeys.defaults import DAY
from apikeys.finding import TELL, Finding, located, losses
from apikeys.grants import LONGEST_STAGE_ARN
from apikeys.session import SETTINGS

if TYPE_CHECKING:
    from admin.principal import Principal
    from admin.rules.minting import Made
    from admin.stores.stored_record import Found
    from apikeys.document import Document
    from apikeys.record import Record
    from apikeys.roles import RoleMap

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
            view[field] = shown_time(view[field])
    if record.session is not None:
        view["session"] = {
            s: record.session[s] for s in SETTINGS if s in record.session
        }
    if record.previous is not None:
        ends_at = timestamp.format_utc(record.previous[1])
        view["previous"] = {"expirationDate": shown_time(ends_at)}
    view["state"] = _state(record, now)
    view["expiresInDays"] = (
        None
        if record.expires_at is None
        else max(0, round((record.expires_at - now) / DAY))
    )
    view["version"] = version
    return view


def shown_time(text: object) -> object:
    """Return a record's time with its zone, which records omit, as OntoPop's do."""
    try:
        timestamp.parse(str(text))
    except ValueError:
        return text
    return f"{text}Z"


def revoked_view(principal: Principal, kept: Document) -> Document:
    """Return what can still be shown of a revoked record.

    Args:
        principal: whose it was.
        kept: the fields that its notes keep.
    """
    times = {f: shown_time(kept[f]) for f in (*_TIMES, "restorableUntil") if f in kept}
    return {**principal.named, **kept, **times, "state": "revoked"}


def issued(made: Made, found: Found, now: float) -> Document:
    """Return the answer that shows a new credential, once, and its record."""
    view = public_view(found.record, found.version, now)
    return {"status": 201, **made.shown, "record": view}


def findings(role_map: RoleMap | None, record: Record) -> Document:
    """Return the part of an answer that warns about a record; empty without warnings.

    Roles that lose routes were refused by the action that grants them. The policy fits;
    it is not known whether the context counts as well.
    """
    found = [] if record.roles else [_without_roles(role_map)]
    if role_map is None:
        return _shown(found)
    found += _lost(role_map, record)
    length = max(_answer_bytes(one, record) for _, one in role_map.maps())
    if length > policy.MAX_BYTES:
        message = (
            f"the authorizer answers with up to {length} bytes, policy and context; "
            f"AWS states {policy.MAX_BYTES} for both, so fewer roles or shorter names "
            "are safer"
        )
        found.append(Finding(TELL, record.roles, "", message))
    return _shown(found)


def lost_routes(role_map: RoleMap | None, record: Record) -> Document:
    """Return the part of an answer that names the routes which a record's roles lose.

    Empty if they lose none.
    """
    if role_map is None:
        return {}
    return _shown(_lost(role_map, record))


def _lost(role_map: RoleMap, record: Record) -> list[Finding]:
    """Return what a record's roles lose, at each API according to its own map."""
    found: list[Finding] = []
    for api, one in role_map.maps():
        grant = one.grant(record.roles, read_only=record.is_read_only())
        found += located(api, grant.findings)
    return losses(found)


def _answer_bytes(role_map: RoleMap, record: Record) -> int:
    grant = role_map.grant(record.roles, read_only=record.is_read_only())
    longest = policy.policy_document(
        grant, LONGEST_STAGE_ARN, record.expires_at, record.networks
    )
    return policy.size(policy.answer(record, longest))


def _shown(found: list[Finding]) -> Document:
    return {"findings": [finding.document() for finding in found]} if found else {}


def _without_roles(role_map: RoleMap | None) -> Finding:
    message = "without a role it opens no route: every call is 403"
    if role_map is None:
        message = "without a role it opens no route, or every route that no role names"
        message += ": no role map says which yet"
    elif any(one.any_key for _, one in role_map.maps()):
        message = "without a role it opens every route that no role names"
    return Finding(TELL, (), "", message)


def _state(record: Record, now: float) -> str:
    if record.is_expired(now):
        return "expired"
    return "active" if record.enabled else "disabled"
