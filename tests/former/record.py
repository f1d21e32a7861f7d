"""The JSON document about one credential."""

from __future__ import annotations

from apikeys import digest, document, role_name, timestamp
from apikeys.errors import MalformedRecordError
from apikeys.session import check_session, is_read_only
from apikeys.text import MAX_DESCRIPTION, check_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.document import Document

SCHEMA_VERSION = 1

_TEXTS = ("name", "client", "issuer", "usageIdentifierKey", "usageKeyId", "usagePlanId")


class Record:
    """What is known of one credential; ``document`` keeps fields unknown to this code.

    ``size`` is the length of the text that it was read from.
    Built by :meth:`parse` alone, so that what cannot be read was never written.
    ``is_basic`` tells the record of a login with a password from that of a key.
    """

    __slots__ = (
        "digest",
        "document",
        "enabled",
        "expires_at",
        "is_basic",
        "previous",
        "principal",
        "roles",
        "session",
        "size",
    )

    document: Document
    principal: str
    digest: str
    enabled: bool
    expires_at: int | None
    is_basic: bool
    previous: tuple[str, int] | None
    roles: tuple[str, ...]
    session: Document | None
    size: int

    def __repr__(self) -> str:
        return f"Record({self.principal})"

    @classmethod
    def parse(
        cls, text: str, *, key_id: str | None = None, login: str | None = None
    ) -> Record:
        """Read a record, strictly where it grants and leniently where it does not.

        Args:
            text: the stored value.
            key_id: the key id that was looked up, which the record must name …
            login: … or the login, of a Basic account.

        Raises:
            MalformedRecordError: names the field, never shows its content.
        """
        field, principal = ("keyId", key_id) if login is None else ("login", login)
        try:
            record = cls._from_document(document.loads(text), field, str(principal))
        except ValueError as error:
            raise MalformedRecordError(f"record of {principal}: {error}") from None
        record.size = len(text)
        return record

    @classmethod
    def _from_document(cls, found: Document, field: str, principal: str) -> Record:
        record = cls()
        version = found.get("schemaVersion")
        if version is True or version != SCHEMA_VERSION:
            raise ValueError(f"schemaVersion is not {SCHEMA_VERSION}")
        if found.get(field) != principal:
            raise ValueError(f"{field} is not the one looked up")
        for name in _TEXTS:
            if found.get(name) is not None:
                check_text(found[name], name)
        if found.get("description") is not None:
            check_text(found["description"], "description", MAX_DESCRIPTION)
        record.document = found
        record.principal = principal
        record.digest = _text(found, "digest")
        digest.check(record.digest)
        record.enabled = found.get("enabled") is True
        record.expires_at = _expiry(found)
        record.is_basic = field == "login"
        record.previous = _previous(found) if record.is_basic else None
        record.roles = role_name.normalise_all(found.get("roles"))
        session = found.get("session")
        record.session = None if session is None else check_session(session)
        return record

    def changed(self, **fields: object) -> Record:
        """Return a copy with other values in some fields, checked like a new one.

        None takes a field away, but for ``expirationDate``, of which it is a value.
        """
        taken = {n for n, value in fields.items() if value is None}
        taken.discard("expirationDate")
        changed = {**self.document, **fields}
        text = document.dumps({n: v for n, v in changed.items() if n not in taken})
        if self.is_basic:
            return Record.parse(text, login=self.principal)
        return Record.parse(text, key_id=self.principal)

    def to_json(self) -> str:
        """Write the record as it is stored."""
        return document.dumps(self.document)

    def digests(self, now: float) -> tuple[str, ...]:
        """Return the digests that count: a replaced password's, too, in its overlap."""
        if self.previous is None or now >= self.previous[1]:
            return (self.digest,)
        return (self.digest, self.previous[0])

    def is_expired(self, now: float) -> bool:
        """Return whether the record has ended: from the very second it names."""
        return self.expires_at is not None and now >= self.expires_at

    def is_read_only(self) -> bool:
        """Return whether only reading routes are open to this credential."""
        return is_read_only(self.session)


def _text(found: Document, field: str) -> str:
    value = found.get(field)
    if not isinstance(value, str):
        raise ValueError(f"{field} is missing or not a text")
    return value


def _previous(found: Document) -> tuple[str, int] | None:
    """Return the digest of the password that a rotation replaced, and its end."""
    previous = found.get("previous")
    if previous is None:
        return None
    if not isinstance(previous, dict):
        raise ValueError("previous is not an object")
    replaced, ends_at = _text(previous, "digest"), _expiry(previous)
    digest.check(replaced)
    # Checking a password must cost one slow hash, whether it was rotated or not.
    if ends_at is None or not digest.have_one_salt(replaced, _text(found, "digest")):
        raise ValueError("previous never ends, or has another salt than digest")
    return replaced, ends_at


def _expiry(found: Document) -> int | None:
    if "expirationDate" in found and found["expirationDate"] is None:
        return None
    try:
        return timestamp.parse(_text(found, "expirationDate"))
    except ValueError as error:
        raise ValueError(f"expirationDate: {error}") from None
