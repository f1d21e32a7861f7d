"""What the author of a record should know: what its roles lose, what is too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apikeys import policy
from apikeys.finding import TELL, Finding, located, losses
from apikeys.grants import LONGEST_STAGE_ARN

if TYPE_CHECKING:
    from apikeys.document import Document
    from apikeys.record import Record
    from apikeys.roles import RoleMap


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
