"""The stored role map: shown, checked and replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError, conflict, invalid
from admin.stores.engine import Absence, NameTakenError
from apikeys import conflicts, document
from apikeys.errors import MalformedRoleMapError
from apikeys.policy import MAX_BYTES
from apikeys.roles import RoleMap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin.requests import RolesCheck, RolesGet, RolesPut
    from admin.rules.grants import Grants
    from admin.settings import Settings
    from admin.stores.engine import Engine, Stored
    from apikeys.document import Document
    from apikeys.record import Record

_DESCRIPTION = "Role map of the API keys"
_MAX_STORED_BYTES = 65_536


class RoleMaps:
    """The actions on the one role map of a deployment."""

    def __init__(self, settings: Settings, store: Engine, grants: Grants) -> None:
        self._name = settings.roles_secret
        self._bound = settings.bound
        self._store = store
        self._grants = grants

    def get(self, _request: RolesGet) -> Document:
        """Answer ``roles.get``."""
        stored = self._present()
        found = self._parsed(stored)
        return {"status": 200, "roleMap": found.document, "version": stored.version}

    def put(self, request: RolesPut) -> Document:
        """Answer ``roles.put``: all findings at once, or the new map in force."""
        self._grants.check_unlimited("roles.put")
        role_map = _checked(request.role_map)
        text = document.dumps(role_map.document)
        return {
            "status": 200,
            "roleMap": role_map.document,
            "version": self._stored(text, request.if_version),
            "findings": conflicts.warnings(role_map),
            **self._bound,
        }

    def check(self, request: RolesCheck) -> Document:
        """Answer ``roles.check``: 200 with what ``put`` would find."""
        try:
            role_map = _checked(request.role_map)
        except RefusedError as refused:
            if refused.findings is None:
                raise
            return {"status": 200, "isValid": False, "findings": refused.findings}
        warnings = conflicts.warnings(role_map)
        return {"status": 200, "isValid": True, "findings": warnings}

    def current(self) -> RoleMap:
        """Return the role map.

        Raises:
            RefusedError: 404, there is none yet; 500, it can't be read.
        """
        return self._parsed(self._present())

    def readable(self) -> RoleMap | None:
        """Return the role map, None where there is none or it can't be read."""
        stored = self._read()
        try:
            return None if isinstance(stored, Absence) else self._parsed(stored)
        except RefusedError:
            return None

    def check_roles(self, names: Sequence[str]) -> RoleMap | None:
        """Refuse roles that the map does not have, or that are too much together.

        Returns:
            The role map, None where there is none.

        Raises:
            RefusedError: 400, names the roles or says how many bytes they make.
        """
        stored = self._read()
        if isinstance(stored, Absence):
            if names:
                raise invalid("roles", "there is no role map yet (roles.put)")
            return None
        role_map = self._parsed(stored)
        unknown = [name for name in names if name not in role_map.roles]
        if unknown:
            raise invalid("roles", f"not in the role map: {', '.join(unknown)}")
        length = conflicts.policy_bytes(role_map, names)
        if length > MAX_BYTES:
            message = f"together a policy of {length} bytes, at most {MAX_BYTES} fit"
            raise invalid("roles", message)
        return role_map

    def _read(self) -> Stored | Absence:
        return self._store.read(self._name)

    def _present(self) -> Stored:
        stored = self._read()
        if isinstance(stored, Absence):
            message = "there is no role map yet; store one with roles.put"
            raise RefusedError(Code.ROLE_MAP_NOT_FOUND, message)
        return stored

    def _parsed(self, stored: Stored) -> RoleMap:
        try:
            return RoleMap.loads(stored.text)
        except MalformedRoleMapError as error:
            message = "the stored role map is corrupt; replace it with roles.put"
            raise RefusedError(
                Code.MISCONFIGURED, message, findings=error.findings
            ) from error

    def _stored(self, text: str, if_version: str | None) -> str:
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


def findings(role_map: RoleMap | None, record: Record) -> Document:
    """Return the part of an answer that warns of a record; empty if nothing does.

    Its policy fits, or it would have been refused; whether the context counts as well
    is not known.
    """
    length = 0 if role_map is None else conflicts.answer_bytes(role_map, record)
    if length <= MAX_BYTES:
        return {}
    finding = (
        f"the authorizer answers with up to {length} bytes, policy and context; AWS "
        f"states {MAX_BYTES} for both, so fewer roles or shorter names are safer"
    )
    return {"findings": [finding]}


def _checked(found: Document) -> RoleMap:
    # First: finding conflicts takes time with the square of the map's length.
    if len(document.dumps(found).encode()) > _MAX_STORED_BYTES:
        raise invalid("roleMap", f"longer than {_MAX_STORED_BYTES} bytes as JSON")
    try:
        role_map = RoleMap.parse(found)
        conflicts.check_role_map(role_map)
    except MalformedRoleMapError as error:
        raise RefusedError(
            Code.INVALID_ROLE_MAP,
            f"roleMap: {error}",
            field="roleMap",
            findings=error.findings,
        ) from error
    return role_map
