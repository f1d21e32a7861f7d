"""What stands beside a record once it is revoked.

A revoked record can't be read. The notes beside it can: they say what restoring it must
be allowed to do, and which keys a rotation links through it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from admin.errors import RefusedError
from admin.stores.revoked import notes_of, seen

if TYPE_CHECKING:
    from admin.stores.engine import Engine
    from apikeys.document import Document
    from apikeys.record import Record

LINKS = ("replaces", "replacedBy")

_ROLES = "apikeys:roles"
_VERSION = "apikeys:version"
_LONGEST_NOTE = 256
_UNKNOWN_ROLES = "unknown"


class Tombstones:
    """Roles and links of revoked records, by the names of their stored secrets."""

    def __init__(self, store: Engine) -> None:
        self._store = store

    def write(self, name: str, record: Record | None, version: str, until: int) -> None:
        """Write down what a record says that is about to be revoked, None if corrupt.

        Until when it can be restored is written down as well.
        Without a tombstone, or with one of another version, only a function that may
        grant every role can restore.
        """
        roles = " ".join(record.roles) if record is not None else _UNKNOWN_ROLES
        if len(roles) > _LONGEST_NOTE:
            roles = _UNKNOWN_ROLES
        notes = {_ROLES: roles, _VERSION: version} | notes_of(record, until)
        if record is not None:
            found = {link: record.document.get(link) for link in LINKS}
            notes |= {
                _link_note(link): key_id
                for link, key_id in found.items()
                if isinstance(key_id, str)
            }
        with suppress(RefusedError):
            self._store.note(name, notes)

    def roles(self, name: str) -> tuple[str, ...]:
        """Return the roles of a revoked record; a name no role has if unknown."""
        notes, version = self._store.notes(name)
        if version is None or notes.get(_VERSION) != version:
            return (_UNKNOWN_ROLES,)
        return tuple(notes.get(_ROLES, _UNKNOWN_ROLES).split())

    def seen(self, name: str) -> Document:
        """Return what can be seen of a revoked record; nothing where that fails."""
        with suppress(RefusedError):
            return seen(self._store.notes(name)[0])
        return {}

    def link(self, name: str, direction: str) -> str | None:
        """Return the key id that a rotation linked to a revoked record, if any."""
        notes, _ = self._store.notes(name)
        return notes.get(_link_note(direction))


def _link_note(link: str) -> str:
    return f"apikeys:{link}"
