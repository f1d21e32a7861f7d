"""The notes of a record once it is revoked.

A revoked record can't be read, but its notes can: they say what restoring it must be
allowed to grant, which keys a rotation links through it, and which gateway key it had.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from admin.errors import RefusedError
from admin.stores.revoked import authority, notes_of, seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from admin.stores.engine import Engine
    from apikeys.document import Document
    from apikeys.record import Record

LINKS = ("replaces", "replacedBy")

_ROLES = "apikeys:roles"
_VERSION = "apikeys:version"
_GATEWAY_KEY = "apikeys:usageKeyId"
# The sister about to be made, so that a revocation that overtakes it finds it.
_ANNOUNCED = "apikeys:sister"
_LONGEST_NOTE = 256
_UNKNOWN_ROLES = "unknown"


class Held(NamedTuple):
    """What restoring a record hands out: its roles, and what else is authority."""

    roles: tuple[str, ...]
    fields: Document


class Tombstones:
    """The notes of revoked records, by the names of their stored secrets."""

    def __init__(self, store: Engine) -> None:
        self._store = store

    def write(self, name: str, record: Record | None, version: str, until: int) -> None:
        """Write down what a record about to be revoked says; None if it is corrupt.

        The time until which it can be restored is written down as well. Without a
        tombstone, or with one of another version, only a function that may grant every
        role can restore.
        """
        roles = " ".join(record.roles) if record is not None else _UNKNOWN_ROLES
        if len(roles) > _LONGEST_NOTE:
            roles = _UNKNOWN_ROLES
        notes = {_ROLES: roles, _VERSION: version} | notes_of(record, until)
        if record is not None:
            found = {_link_note(link): record.document.get(link) for link in LINKS}
            found[_GATEWAY_KEY] = record.document.get("usageKeyId")
            notes |= {name: ref for name, ref in found.items() if isinstance(ref, str)}
        with suppress(RefusedError):
            self._store.note(name, notes)

    def held(self, name: str) -> Held:
        """Return what a revoked record holds; an impossible role if unknown."""
        notes, version = self._store.notes(name)
        fields = authority(notes)
        if version is None or notes.get(_VERSION) != version or fields is None:
            return Held((_UNKNOWN_ROLES,), {})
        roles = notes.get(_ROLES, _UNKNOWN_ROLES).split()
        return Held(tuple(roles), fields)

    def seen(self, name: str) -> Document:
        """Return what can be shown of a revoked record; nothing if that fails."""
        with suppress(RefusedError):
            return seen(self._notes(name))
        return {}

    def links(self, name: str) -> list[tuple[str, bool]]:
        """Return the key ids that rotations linked to a revoked record.

        Returns:
            Each with whether it was ever made; those that may not have been come first.
        """
        notes = self._notes(name)
        kinds = [(_ANNOUNCED, False), *((_link_note(link), True) for link in LINKS)]
        return [(notes[note], is_made) for note, is_made in kinds if note in notes]

    def gateway_key(self, name: str) -> str | None:
        """Return the id of the gateway key that a revoked record named, if any."""
        return self._notes(name).get(_GATEWAY_KEY)

    def announce(self, name: str, key_id: str) -> None:
        """Note on a key which sister is about to be made.

        Raises:
            RefusedError: 409, it was revoked meanwhile.
        """
        self._store.note(name, {_ANNOUNCED: key_id})

    def _notes(self, name: str) -> Mapping[str, str]:
        return self._store.notes(name)[0]


def _link_note(link: str) -> str:
    return f"apikeys:{link}"
