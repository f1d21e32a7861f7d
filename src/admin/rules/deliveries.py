"""New keys and passwords that go into their client's secret instead of the answer.

The record says which credential works; the secret has to hold that one. After writing a
digest into the record, an attempt reads the secret, checks that the record still has
the digest, and only then swaps the secret's value: one that was overtaken writes
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from admin.errors import Code, RefusedError, conflict, invalid
from admin.principal import Principal
from admin.stores.engine import Stored, settled
from admin.stores.stored_record import readable
from apikeys import digest

if TYPE_CHECKING:
    from admin.rules.grants import Grants
    from admin.rules.minting import Made
    from admin.rules.possession import Possession
    from admin.stores.engine import Absence, Engine
    from admin.stores.records import Records
    from admin.stores.stored_record import Found
    from apikeys.record import Record

_TRIES = 4


class Delivery(NamedTuple):
    """A secret's value, and the previous one.

    Attributes:
        name: the secret's.
        before: the text that was replaced.
        version: the value's.
    """

    name: str
    before: str
    version: str

    def __repr__(self) -> str:
        return f"Delivery({self.name})"


class Deliveries:
    """The clients' secrets under the deployment's prefix, which is empty for none."""

    def __init__(
        self,
        prefix: str,
        store: Engine,
        records: Records,
        possession: Possession,
        grants: Grants,
    ) -> None:
        self._prefix = prefix
        self._store = store
        self._records = records
        self._possession = possession
        self._grants = grants

    def check(self, name: str | None) -> None:
        """Refuse an impossible delivery before anything is written.

        Args:
            name: the secret's, None if the credential goes into the answer.

        Raises:
            RefusedError: 400, it is not under the prefix, or there is no such secret;
                403, it holds a key that is out of this function's reach.
        """
        if name is None:
            return
        if not self._prefix:
            message = "this deployment delivers to no secret (its DeliveryPrefix)"
            raise invalid("deliverTo", message)
        if not name.startswith(self._prefix) or name == self._prefix:
            message = f"a secret's name begins with {self._prefix} (DeliveryPrefix)"
            raise invalid("deliverTo", message)
        stored = self._store.read(name)
        if not isinstance(stored, Stored):
            message = "there is no such secret, or it has no value yet; store any"
            raise invalid("deliverTo", message)
        if not self._grants.is_unlimited:
            self._check_displaced(stored.text.rstrip("\r\n"))

    def holds(self, name: str | None, record: Record) -> bool:
        """Return whether a secret holds the credential of a record."""
        stored = None if name is None else self._store.read(name)
        if not isinstance(stored, Stored):
            return False
        return digest.matches(record.digest, stored.text.rstrip("\r\n"))

    def holds_one_of(self, name: str | None, *principals: Principal) -> bool:
        """Return whether a secret holds the credential of one of these, or once did."""
        stored = None if name is None else self._store.read(name)
        if not isinstance(stored, Stored):
            return False
        text = stored.text.rstrip("\r\n")
        for principal in principals:
            found = self._records.existing(principal)
            record = readable(principal, found) if isinstance(found, Stored) else None
            # Also a previous one, however old: it is replaced, not given away.
            if record is not None and digest.matches_any(record.digests(0), text):
                return True
        return False

    def hand_out(
        self, name: str | None, made: Made, found: Found
    ) -> tuple[Made, Delivery | None]:
        """Put a new credential into a secret, unless the answer has it.

        Args:
            name: the secret's, which passed ``check``; None if the answer has it.
            made: the credential.
            found: the record that has its digest.

        Returns:
            What the answer says about the credential, and what was written.

        Raises:
            RefusedError: 409, another attempt with the same request token was later, or
                somebody else writes the secret.
        """
        if name is None or made.is_delivered:
            return made, None
        (text,) = made.shown.values()
        for _ in range(_TRIES):
            before = self._store.read(name)
            if not self._has_digest(found):
                raise conflict("the new credential")
            if not isinstance(before, Stored):
                break
            try:
                version = self._store.replace(name, str(text), before.version)
            except RefusedError as refused:
                if refused.code is not Code.VERSION_CONFLICT:
                    raise
            else:
                return made.delivered(name), Delivery(name, before.text, version)
        raise conflict("the secret to deliver to")

    def take_back(self, delivery: Delivery | None) -> None:
        """Put back what a secret held, unless it was written since."""
        if delivery is None:
            return
        try:
            self._store.replace(delivery.name, delivery.before, delivery.version)
        except RefusedError as refused:
            if refused.code is not Code.VERSION_CONFLICT:
                raise

    def _check_displaced(self, text: str) -> None:
        """Refuse to take a key from a client that is out of reach.

        A password does not say whose it is.
        """
        try:
            principal = self._possession.owner(text)
        except RefusedError as refused:
            if refused.code is Code.KEY_NOT_FOUND:
                return
            raise
        found = self._records.existing(principal)
        record = readable(principal, found) if isinstance(found, Stored) else None
        if record is None:
            return
        try:
            self._grants.check_record(record)
        except RefusedError as refused:
            message = f"deliverTo: a key out of reach is in there: {refused.message}"
            raise RefusedError(refused.code, message, field="deliverTo") from refused

    def _has_digest(self, found: Found) -> bool:
        """Return whether a record has the digest that was written, or was revoked."""
        principal = Principal.of(found.record)

        def is_held(stored: Stored | Absence) -> bool:
            if not isinstance(stored, Stored):
                return True
            record = readable(principal, stored)
            return record is not None and record.digest == found.record.digest

        # Reads may lag behind the write.
        return is_held(settled(lambda: self._records.existing(principal), is_held))
