"""The records of a deployment, by key id."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from admin.errors import RefusedError, key_not_found, key_revoked
from admin.store import Absence, Page
from apikeys import document, timestamp
from apikeys.errors import MalformedRecordError
from apikeys.key import KEY_ID_PATTERN
from apikeys.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin.store import SecretStore, Stored

_DESCRIPTION = "API key record"
_ROLES_TAG = "apikeys:roles"
_VERSION_TAG = "apikeys:version"
_LONGEST_TAG = 256
_UNKNOWN_ROLES = "unknown"
# The most names that one ListSecrets returns.
_MOST = 100
_LAG_SECONDS = (0.2, 0.4, 0.8)
_KEY_ID = re.compile(KEY_ID_PATTERN)


class Found(NamedTuple):
    """A record and the version it was read at."""

    record: Record
    version: str


class Records:
    """Reads records strictly, writes them by compare-and-swap."""

    def __init__(self, prefix: str, store: SecretStore) -> None:
        self._prefix = prefix
        self._store = store

    def name(self, key_id: str) -> str:
        """Return the name of the stored secret that holds a record."""
        return f"{self._prefix}{key_id}"

    def get(self, key_id: str) -> Found | None:
        """Return a record, or None where it was revoked.

        Raises:
            RefusedError: 404 where there never was one, 409 where it can't be read.
        """
        stored = self.stored(key_id)
        return None if isinstance(stored, Absence) else parsed(key_id, stored)

    def live(self, key_id: str) -> Found:
        """Return a record that may be changed.

        Raises:
            RefusedError: as ``get``, and 409 where it was revoked.
        """
        found = self.get(key_id)
        if found is None:
            raise key_revoked()
        return found

    def earlier(self, key_id: str) -> Found | None:
        """Return the record that an earlier try wrote, None where there is none.

        Raises:
            RefusedError: 409, it was revoked or can't be read.
        """
        stored = self.existing(key_id)
        if stored is Absence.NEVER:
            return None
        if isinstance(stored, Absence):
            raise key_revoked()
        return parsed(key_id, stored)

    def existing(self, key_id: str) -> Stored | Absence:
        """Return what is stored, readable or not, or why nothing is."""
        return self._store.read(self.name(key_id))

    def stored(self, key_id: str) -> Stored | Absence:
        """Return what is stored, readable or not; 404 where nothing ever was."""
        stored = self.existing(key_id)
        if stored is Absence.NEVER:
            raise key_not_found()
        return stored

    def create(self, record: Record) -> Found:
        """Store a new record.

        Raises:
            NameTakenError: the key id is taken.
        """
        name = self.name(record.principal)
        return Found(record, self._store.create(name, record.to_json(), _DESCRIPTION))

    def revoke(
        self, key_id: str, record: Record | None, version: str, recovery_days: int
    ) -> None:
        """Schedule a record's deletion, and note beside it which roles it held.

        While it is scheduled the record can't be read, and restoring it needs to know.
        """
        roles = " ".join(record.roles) if record is not None else _UNKNOWN_ROLES
        if len(roles) > _LONGEST_TAG:
            roles = _UNKNOWN_ROLES
        # Without the note, or with one about another version, only a function that may
        # grant every role can restore.
        with suppress(RefusedError):
            notes = {_ROLES_TAG: roles, _VERSION_TAG: version}
            self._store.tag(self.name(key_id), notes)
        self.delete(key_id, recovery_days)
        if not self._is_gone(key_id):
            # So answers a secret that somebody replicated into another region.
            raise RefusedError(
                409,
                "not_revocable",
                "Secrets Manager does not delete the record (has it replicas?); the "
                "key still works: disable it",
                field="keyId",
            )

    def _is_gone(self, key_id: str) -> bool:
        """Tell whether a deletion is in force; reads may lag behind it."""
        for wait in _LAG_SECONDS:
            if isinstance(self.existing(key_id), Absence):
                return True
            time.sleep(wait)
        return isinstance(self.existing(key_id), Absence)

    def roles_at_revocation(self, key_id: str) -> tuple[str, ...]:
        """Return the roles of a revoked record; a name no role has if unknown."""
        tags, version = self._store.notes(self.name(key_id))
        if version is None or tags.get(_VERSION_TAG) != version:
            return (_UNKNOWN_ROLES,)
        return tuple(tags.get(_ROLES_TAG, _UNKNOWN_ROLES).split())

    def restore(self, key_id: str) -> None:
        """Bring a revoked record back."""
        self._store.restore(self.name(key_id))

    def chain(self, record: Record, direction: str) -> Iterator[Record]:
        """Yield the readable records that rotations link to one, nearest first.

        Args:
            record: where to begin; not yielded.
            direction: ``replaces`` for older ones, ``replacedBy`` for newer ones.
        """
        seen = {record.principal}
        following = record.document.get(direction)
        while isinstance(following, str) and following not in seen:
            seen.add(following)
            stored = self.existing(following)
            linked = (
                None if isinstance(stored, Absence) else readable(following, stored)
            )
            if linked is None:
                return
            yield linked
            following = linked.document.get(direction)

    def page(self, limit: int, token: str | None, *, deleted: bool) -> Page | None:
        """Return the key ids of some records; see ``SecretStore.names``.

        A name whose rest is no key id is passed over: it may be a record of OntoPop's,
        whose name holds a key in clear.
        """
        page = self._store.names(
            self._prefix,
            limit=limit,
            token=token,
            deleted_as=_DESCRIPTION if deleted else None,
        )
        if page is None:
            return None
        rests = [name.removeprefix(self._prefix) for name in page.names]
        return Page([r for r in rests if _KEY_ID.fullmatch(r)], page.token)

    def many(self, key_ids: list[str]) -> dict[str, Stored]:
        """Return what is stored of these records, readable or not, if it is there."""
        names = {self.name(key_id): key_id for key_id in key_ids}
        found = self._store.read_many(list(names))
        return {names[name]: stored for name, stored in found.items()}

    def all(self) -> Iterator[Record]:
        """Yield every record that can be read."""
        token = None
        while (page := self.page(_MOST, token, deleted=False)) is not None:
            for key_id, stored in self.many(page.names).items():
                record = readable(key_id, stored)
                if record is not None:
                    yield record
            token = page.token
            if token is None:
                return

    def delete(self, key_id: str, recovery_days: int = 30) -> None:
        """Schedule a record's deletion: from now on nobody can read it."""
        self._store.delete(self.name(key_id), recovery_days)

    def replace(self, found: Found, record: Record) -> Found:
        """Store a record in place of the one that was found; nothing if it is equal.

        Raises:
            RefusedError: 409, another write came first.
        """
        if document.are_equal(record.document, found.record.document):
            return found
        name = self.name(record.principal)
        version = self._store.replace(name, record.to_json(), found.version)
        return Found(record, version)


def parsed(key_id: str, stored: Stored) -> Found:
    """Return the record in a stored value.

    Raises:
        RefusedError: 409, it can't be read.
    """
    try:
        return Found(Record.parse(stored.text, key_id=key_id), stored.version)
    except MalformedRecordError as error:
        message = f"{error}; it can only be revoked"
        raise RefusedError(409, "record_corrupt", message, field="keyId") from error


def issued_at(record: Record) -> int:
    """Return when a key was issued, in seconds since 1970.

    Raises:
        RefusedError: 409, the record does not say.
    """
    try:
        return timestamp.parse(str(record.document.get("issueDate")))
    except ValueError as error:
        message = f"record of {record.principal}: issueDate: {error}"
        raise RefusedError(409, "record_corrupt", message, field="keyId") from error


def readable(key_id: str, stored: Stored) -> Record | None:
    """Return the record in a stored value, or None where it can't be read."""
    try:
        return Record.parse(stored.text, key_id=key_id)
    except MalformedRecordError:
        return None
