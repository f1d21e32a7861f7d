"""Who a record is about: a key, by its id, or a Basic account, by its login."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

from apikeys.record import Record

if TYPE_CHECKING:
    from apikeys.document import Document


class Principal(NamedTuple):
    """The name of a record's credential that may be shown and logged.

    Attributes:
        field: ``keyId`` or ``login``, as requests and records have it.
        text: the id, or the login.
    """

    field: str
    text: str

    @classmethod
    def key(cls, key_id: str) -> Self:
        """Return the principal of a key's record."""
        return cls("keyId", key_id)

    @classmethod
    def account(cls, login: str) -> Self:
        """Return the principal of a Basic account's record."""
        return cls("login", login)

    @classmethod
    def of(cls, record: Record) -> Self:
        """Return who a record is about."""
        return (cls.account if record.is_basic else cls.key)(record.principal)

    @property
    def is_account(self) -> bool:
        """Whether this is a login."""
        return self.field == "login"

    @property
    def noun(self) -> str:
        """What a person calls it."""
        return "account" if self.is_account else "key"

    @property
    def named(self) -> Document:
        """The principal as a field of a request or an answer."""
        return {self.field: self.text}

    def parse(self, text: str) -> Record:
        """Read the principal's record; raises as ``Record.parse`` does."""
        if self.is_account:
            return Record.parse(text, login=self.text)
        return Record.parse(text, key_id=self.text)
