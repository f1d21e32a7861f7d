"""Which roles a record may hold together, and from which networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError, invalid
from apikeys.finding import located, losses
from apikeys.grants import LONGEST_STAGE_ARN
from apikeys.policy import MAX_BYTES, size_of_networks
from apikeys.session import is_read_only

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin.stores.role_map import StoredRoleMap
    from apikeys.finding import Finding
    from apikeys.grants import Grant
    from apikeys.record import Record
    from apikeys.roles import RoleMap


def check_roles(
    stored: StoredRoleMap,
    names: Sequence[str],
    *,
    session: object = None,
    networks: Sequence[str] = (),
) -> RoleMap | None:
    """Refuse roles that the map lacks, that lose a route together or are too many.

    Args:
        stored: the role map.
        names: what a record is to hold.
        session: what it is to open on a back end, which may be read-only.
        networks: those that its client is to call from, none for any.

    Returns:
        The role map, None if there is none.

    Raises:
        RefusedError: 400, names the roles and what is lost, or says how many bytes
            they make.
    """
    role_map = stored.existing()
    if role_map is None:
        if names:
            raise invalid("roles", "there is no role map yet (roles.put)")
        return None
    known = role_map.role_names()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise invalid("roles", f"not in the role map: {', '.join(unknown)}")
    found: list[Finding] = []
    for api, one in role_map.maps():
        for grant in _fitting(one, names, session, networks, api=api):
            found += located(api, grant.findings)
    if lost := losses(found):
        message = f"roles: {'; '.join(map(_sentence, lost))}"
        code = Code.INVALID_REQUEST
        raise RefusedError(code, message, field="roles", findings=lost)
    return role_map


def check_networks(stored: StoredRoleMap, record: Record) -> RoleMap | None:
    """Refuse networks that make a record's policy too long.

    Returns:
        The role map, None if there is none that can be read.

    Raises:
        RefusedError: 400, says how many bytes it has.
    """
    role_map = stored.readable()
    if role_map is not None:
        for api, one in role_map.maps():
            _fitting(one, record.roles, record.session, record.networks, api=api)
    return role_map


def _fitting(
    role_map: RoleMap,
    names: Sequence[str],
    session: object,
    networks: Sequence[str],
    *,
    api: str,
) -> list[Grant]:
    """Return what a record with these roles may call, if its policy fits."""
    # A session that is read-only today may write tomorrow.
    grants = [role_map.grant(names)]
    if is_read_only(session):
        grants.append(role_map.grant(names, read_only=True))
    length = max(grant.bytes for grant in grants)
    length += size_of_networks(LONGEST_STAGE_ARN, tuple(networks))
    if length > MAX_BYTES:
        where = f" at {api}" if api else ""
        message = f"together a policy of {length} bytes{where}, "
        message += f"at most {MAX_BYTES} fit"
        raise invalid("allowedCidrs" if networks else "roles", message)
    return grants


def _sentence(lost: Finding) -> str:
    where = f"{lost.api}: " if lost.api else ""
    if len(lost.roles) == 1:
        return where + lost.message
    return f"{where}{' and '.join(lost.roles) or 'any-key'}: {lost.message}"
