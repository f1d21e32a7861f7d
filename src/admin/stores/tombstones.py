"""What is noted beside a record when it is revoked.

While its deletion is scheduled a record can't be read. Its tags can: they say what
restoring it must be allowed to do, and which keys a rotation links through it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from admin.errors import RefusedError

if TYPE_CHECKING:
    from admin.stores.secrets_manager import SecretStore
    from apikeys.record import Record

LINKS = ("replaces", "replacedBy")

_ROLES = "apikeys:roles"
_VERSION = "apikeys:version"
_LONGEST_TAG = 256
_UNKNOWN_ROLES = "unknown"


class Tombstones:
    """Roles and links of revoked records, by the names of their stored secrets."""

    def __init__(self, store: SecretStore) -> None:
        self._store = store

    def take(self, name: str, record: Record | None, version: str) -> None:
        """Note what a record says that is about to be revoked; None can't be read.

        Without the note, or with one about another version, only a function that may
        grant every role can restore.
        """
        roles = " ".join(record.roles) if record is not None else _UNKNOWN_ROLES
        if len(roles) > _LONGEST_TAG:
            roles = _UNKNOWN_ROLES
        notes = {_ROLES: roles, _VERSION: version}
        if record is not None:
            found = {link: record.document.get(link) for link in LINKS}
            notes |= {
                _tag(link): key_id
                for link, key_id in found.items()
                if isinstance(key_id, str)
            }
        with suppress(RefusedError):
            self._store.tag(name, notes)

    def roles(self, name: str) -> tuple[str, ...]:
        """Return the roles of a revoked record; a name no role has if unknown."""
        tags, version = self._store.notes(name)
        if version is None or tags.get(_VERSION) != version:
            return (_UNKNOWN_ROLES,)
        return tuple(tags.get(_ROLES, _UNKNOWN_ROLES).split())

    def link(self, name: str, direction: str) -> str | None:
        """Return the key id that a rotation linked to a revoked record, if any."""
        tags, _ = self._store.notes(name)
        return tags.get(_tag(direction))


def _tag(link: str) -> str:
    return f"apikeys:{link}"
