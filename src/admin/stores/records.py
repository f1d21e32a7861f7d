"""The records of a deployment, by key id or by login."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from admin.errors import broken_off, not_found, revoked
from admin.principal import Principal
from admin.stores.engine import (
    EVERYTHING,
    MAX_NAMES,
    NO_NOTES,
    Absence,
    Creation,
    Replacement,
)
from admin.stores.stored_record import Found, is_ours, parsed, readable
from apikeys import document
from apikeys.defaults import RECORD_DESCRIPTIONS, RECOVERY_DAYS
from apikeys.key import is_key_id
from apikeys.login import is_login

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from admin.stores.engine import Engine, Stored, Wanted
    from apikeys.record import Record


class Page(NamedTuple):
    """Some principals, each with its notes, and the token of the next page."""

    notes: dict[Principal, Mapping[str, str]]
    token: str | None

    @property
    def principals(self) -> list[Principal]:
        """The principals, in order."""
        return list(self.notes)


class Records:
    """Reads records strictly, writes them by compare-and-swap."""

    def __init__(self, key_prefix: str, login_prefix: str, store: Engine) -> None:
        """Keep records under names that begin with these."""
        self._prefixes = {"keyId": key_prefix, "login": login_prefix}
        self._store = store

    def name(self, principal: Principal) -> str:
        """Return the name of the stored secret that holds a record."""
        return f"{self._prefixes[principal.field]}{principal.text}"

    def get(self, principal: Principal) -> Found | None:
        """Return a record, or None if it was revoked.

        Raises:
            RefusedError: 404 if there never was one, 409 if it can't be read.
        """
        stored = self.stored(principal)
        return None if isinstance(stored, Absence) else parsed(principal, stored)

    def live(self, principal: Principal) -> Found:
        """Return a record that may be changed.

        Raises:
            RefusedError: as ``get``, and 409 if it was revoked.
        """
        found = self.get(principal)
        if found is None:
            raise revoked(principal)
        return found

    def earlier(self, principal: Principal) -> Found | None:
        """Return the record that an earlier attempt wrote, None if there is none.

        Raises:
            RefusedError: 409, it was revoked or can't be read.
        """
        stored = self.existing(principal)
        if stored is Absence.NEVER:
            return None
        if isinstance(stored, Absence):
            raise revoked(principal)
        return parsed(principal, stored)

    def existing(self, principal: Principal) -> Stored | Absence:
        """Return what is stored, readable or not, or why nothing is."""
        return self._store.read(self.name(principal))

    def stored(self, principal: Principal) -> Stored | Absence:
        """Return what is stored, readable or not; 404 if nothing ever was."""
        stored = self.existing(principal)
        if stored is Absence.NEVER:
            raise not_found(principal)
        return stored

    def create(self, record: Record, notes: Mapping[str, str] = NO_NOTES) -> Found:
        """Store a new record with its notes.

        Raises:
            NameTakenError: the key id or the login is taken.
        """
        principal = Principal.of(record)
        description = RECORD_DESCRIPTIONS[principal.field]
        version = self._store.create(
            self.name(principal), record.to_json(), description, notes
        )
        return Found(record, version)

    def replace(
        self, found: Found, record: Record, notes: Mapping[str, str] = NO_NOTES
    ) -> Found:
        """Replace the record that was found; write nothing if it is equal.

        Notes are written first: a superfluous note is noticed, a missing one is not.

        Raises:
            RefusedError: 409, another write came first.
        """
        if document.are_equal(record.document, found.record.document):
            return found
        principal = Principal.of(record)
        if notes:
            self.note(principal, notes)
        name = self.name(principal)
        version = self._store.replace(name, record.to_json(), found.version)
        return Found(record, version)

    def create_replacing(
        self,
        record: Record,
        found: Found,
        changed: Record,
        notes: Mapping[str, str] = NO_NOTES,
    ) -> tuple[Found, Found] | None:
        """Store a new record and change the one that was found, both or neither.

        Returns:
            The new one and the changed one; None if the store has no transactions, and
            nothing was written.

        Raises:
            NameTakenError: the key id is taken.
            RefusedError: 409, another write came first.
        """
        principal, changing = Principal.of(record), Principal.of(changed)
        description = RECORD_DESCRIPTIONS[principal.field]
        name, text = self.name(principal), record.to_json()
        versions = self._store.together(
            [
                Creation(name, text, description, notes),
                Replacement(self.name(changing), changed.to_json(), found.version),
            ]
        )
        if versions is None:
            return None
        return Found(record, versions[0]), Found(changed, versions[1])

    def note(self, principal: Principal, notes: Mapping[str, str]) -> None:
        """Add notes to a record.

        Raises:
            RefusedError: 409, it was revoked meanwhile.
        """
        self._store.note(self.name(principal), notes)

    def delete(self, principal: Principal, recovery_days: int = RECOVERY_DAYS) -> bool:
        """Delete a record, so that nobody reads it; False if it is not deleted."""
        name = self.name(principal)
        # Another call may have deleted it.
        return self._store.delete(name, recovery_days) or self._store.is_gone(name)

    def restore(self, principal: Principal) -> bool:
        """Bring a revoked record back; see ``Engine.restore``."""
        return self._store.restore(self.name(principal))

    def page(
        self,
        limit: int,
        token: str | None,
        *,
        deleted: bool,
        wanted: Wanted = EVERYTHING,
    ) -> Page | None:
        """Return the principals of some records; see ``Engine.names``."""
        page = self._store.names(
            list(self._prefixes.values()),
            limit=limit,
            token=token,
            wanted=wanted,
            # Nothing else tells it then from one of OntoPop's, whose name has a key.
            deleted_as=list(RECORD_DESCRIPTIONS.values()) if deleted else None,
        )
        if page is None:
            return None
        found = {self._principal(name): notes for name, notes in page.notes.items()}
        return Page({s: notes for s, notes in found.items() if s}, page.token)

    def each(
        self, wanted: Wanted = EVERYTHING
    ) -> Iterator[tuple[Principal, Record | None]]:
        """Yield every record that was not revoked, None for one that can't be read.

        What is not this project's record is skipped.

        Raises:
            RefusedError: 503, the list broke off and is incomplete.
        """
        token = None
        while True:
            page = self.page(MAX_NAMES, token, deleted=False, wanted=wanted)
            if page is None:
                raise broken_off()
            for principal, stored in self.many(page.principals).items():
                record = readable(principal, stored)
                if record is not None or is_ours(stored):
                    yield principal, record
            token = page.token
            if token is None:
                return

    def many(self, principals: list[Principal]) -> dict[Principal, Stored]:
        """Return those of these records that exist, readable or not."""
        names = {self.name(principal): principal for principal in principals}
        found = self._store.read_many(list(names))
        return {names[name]: stored for name, stored in found.items()}

    def _principal(self, name: str) -> Principal | None:
        """Return who a stored secret is about by its name, None if it is not a record.

        A name that has no key id after the prefix may contain an OntoPop key in clear:
        it is skipped.
        """
        for field, is_one in (("keyId", is_key_id), ("login", is_login)):
            rest = name.removeprefix(self._prefixes[field])
            if rest != name and is_one(rest):
                return Principal(field, rest)
        return None
