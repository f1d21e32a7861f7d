"""The stored role map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError, conflict, invalid
from admin.stores.engine import Absence, NameTakenError
from apikeys import document
from apikeys.errors import MalformedRoleMapError
from apikeys.finding import located, losses, refusals
from apikeys.grants import LONGEST_STAGE_ARN
from apikeys.policy import MAX_BYTES, size_of_networks
from apikeys.roles import RoleMap
from apikeys.session import is_read_only

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin.stores.engine import Engine, Stored
    from apikeys.finding import Finding
    from apikeys.grants import Grant
    from apikeys.record import Record

_DESCRIPTION = "Role map of the API keys"


class RoleMaps:
    """The one role map of a deployment."""

    def __init__(self, name: str, store: Engine) -> None:
        self._name = name
        self._store = store

    def current(self) -> RoleMap:
        """Return the role map.

        Raises:
            RefusedError: 404, there is none yet; 500, it can't be read.
        """
        return self.versioned()[0]

    def versioned(self) -> tuple[RoleMap, str]:
        """Return the role map and its version; raises as ``current`` does."""
        stored = self._read()
        if isinstance(stored, Absence):
            message = "there is no role map yet; store one with roles.put"
            raise RefusedError(Code.ROLE_MAP_NOT_FOUND, message)
        return _parsed(stored), stored.version

    def put(self, role_map: RoleMap, if_version: str | None) -> str:
        """Store a role map, replacing any stored one; return its version.

        Raises:
            RefusedError: 409, the stored version is not the one named, or another write
                came first.
        """
        text = document.dumps(role_map.document)
        stored = self._read()
        version = None if isinstance(stored, Absence) else stored.version
        if if_version is not None and if_version != version:
            raise conflict("the role map")
        if version is not None:
            return self._store.replace(self._name, text, version)
        try:
            return self._store.create(self._name, text, _DESCRIPTION)
        except NameTakenError as error:
            raise conflict("the role map") from error

    def readable(self) -> RoleMap | None:
        """Return the role map, None if there is none or it can't be read."""
        stored = self._read()
        try:
            return None if isinstance(stored, Absence) else _parsed(stored)
        except RefusedError:
            return None

    def opens_without_role(self) -> bool:
        """Return whether a key without roles opens a route by the map in force."""
        role_map = self.readable()
        return role_map is not None and any(
            one.grant(()).allow for _, one in role_map.maps()
        )

    def check_roles(
        self,
        names: Sequence[str],
        *,
        session: object = None,
        networks: Sequence[str] = (),
    ) -> RoleMap | None:
        """Refuse roles that the map lacks, that lose a route together or are too many.

        Args:
            names: what a record is to hold.
            session: what it is to open on a back end, which may be read-only.
            networks: those that its client is to call from, none for any.

        Returns:
            The role map, None if there is none.

        Raises:
            RefusedError: 400, names the roles and what is lost, or says how many bytes
                they make.
        """
        stored = self._read()
        if isinstance(stored, Absence):
            if names:
                raise invalid("roles", "there is no role map yet (roles.put)")
            return None
        role_map = _parsed(stored)
        known = role_map.role_names()
        unknown = [name for name in names if name not in known]
        if unknown:
            raise invalid("roles", f"not in the role map: {', '.join(unknown)}")
        found: list[Finding] = []
        for api, one in role_map.maps():
            for grant in _fitting(one, names, session, networks, api=api):
                found += located(api, grant.findings)
        if lost := losses(found):
            message = f"roles: {'; '.join(map(_told, lost))}"
            code = Code.INVALID_REQUEST
            raise RefusedError(code, message, field="roles", findings=lost)
        return role_map

    def check_networks(self, record: Record) -> RoleMap | None:
        """Refuse networks that make a record's policy too long.

        Returns:
            The role map, None if there is none that can be read.

        Raises:
            RefusedError: 400, says how many bytes it has.
        """
        role_map = self.readable()
        if role_map is not None:
            for api, one in role_map.maps():
                _fitting(one, record.roles, record.session, record.networks, api=api)
        return role_map

    def _read(self) -> Stored | Absence:
        return self._store.read(self._name)


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


def _told(lost: Finding) -> str:
    where = f"{lost.api}: " if lost.api else ""
    if len(lost.roles) == 1:
        return where + lost.message
    return f"{where}{' and '.join(lost.roles) or 'any-key'}: {lost.message}"


def _parsed(stored: Stored) -> RoleMap:
    try:
        return RoleMap.loads(stored.text)
    except MalformedRoleMapError as error:
        message = "the stored role map is corrupt; replace it with roles.put"
        raise RefusedError(
            Code.MISCONFIGURED, message, findings=refusals(error.findings)
        ) from error
