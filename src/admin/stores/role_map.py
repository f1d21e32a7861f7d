"""The stored role map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError, conflict
from admin.stores.engine import Absence, NameTakenError
from apikeys import document
from apikeys.errors import MalformedRoleMapError
from apikeys.finding import refusals
from apikeys.roles import RoleMap

if TYPE_CHECKING:
    from admin.stores.engine import Engine, Stored

_DESCRIPTION = "Role map of the API keys"


class StoredRoleMap:
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

    def existing(self) -> RoleMap | None:
        """Return the role map, None if there is none; 500 if it can't be read."""
        stored = self._read()
        return None if isinstance(stored, Absence) else _parsed(stored)

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

    def _read(self) -> Stored | Absence:
        return self._store.read(self._name)


def _parsed(stored: Stored) -> RoleMap:
    try:
        return RoleMap.loads(stored.text)
    except MalformedRoleMapError as error:
        message = "the stored role map is corrupt; replace it with roles.put"
        raise RefusedError(
            Code.MISCONFIGURED, message, findings=refusals(error.findings)
        ) from error
