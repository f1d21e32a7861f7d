"""The JSON document about one credential."""

from __future__ import annotations

from apikeys import digest, document, role_name, timestamp
from apikeys.errors import MalformedRecordError
from apikeys.session import check_session, is_read_only
from apikeys.text import MAX_DESCRIPTION, check_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.document import Document

# The first may have fields that an older authorizer ignores; records with networks have
# the second, which an authorizer of an earlier release refuses.
SCHEMA_VERSIONS = (1, 2)

_NETWORKS = "allowedCidrs"
_TEXTS = ("name", "client", "issuer", "usageIdentifierKey", "usageKeyId", "usagePlanId")


class Record:
    """What is known of a credential; ``document`` keeps fields unknown to this code.

    ``size`` is the length of the text that it was read from.
    Built only by :meth:`parse`, so that nothing unreadable is ever written.
    ``is_basic`` tells the record of a Basic account from that of a key.
    """

    __slots__ = (
        "digest",
        "document",
        "enabled",
        "expires_at",
        "is_basic",
        "networks",
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
    networks: tuple[str, ...]
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
        """Read a record, strictly in what grants rights and leniently in the rest.

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
        version, networks = found.get("schemaVersion"), found.get(_NETWORKS)
        if version is True or version not in SCHEMA_VERSIONS:
            raise ValueError("schemaVersion is not 1 or 2")
        if version != _schema_version(found):
            raise ValueError(
                f"{_NETWORKS} goes with schemaVersion 2, and with no other"
            )
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
        record.networks = () if networks is None else _checked_networks(networks)
        record.previous = _previous(found) if record.is_basic else None
        record.roles = role_name.normalise_all(found.get("roles"))
        session = found.get("session")
        record.session = None if session is None else check_session(session)
        return record

    def changed(self, **fields: object) -> Record:
        """Return a copy with other values in some fields, checked like a new one.

        None removes a field, except for ``expirationDate``, where it is a value.
        """
        taken = {n for n, value in fields.items() if value is None}
        taken.discard("expirationDate")
        changed = versioned({**self.document, **fields})
        text = document.dumps({n: v for n, v in changed.items() if n not in taken})
        if self.is_basic:
            return Record.parse(text, login=self.principal)
        return Record.parse(text, key_id=self.principal)

    def to_json(self) -> str:
        """Write the record as it is stored."""
        return document.dumps(self.document)

    def digests(self, now: float) -> tuple[str, ...]:
        """Return the digests in force: in its overlap, a replaced password's too."""
        if self.previous is None or now >= self.previous[1]:
            return (self.digest,)
        return (self.digest, self.previous[0])

    def is_expired(self, now: float) -> bool:
        """Return whether the record has expired: from the very second it names."""
        return self.expires_at is not None and now >= self.expires_at

    def is_called_from(self, address: object) -> bool:
        """Return whether an address is in one of the networks, if there are any."""
        if not self.networks:
            return True
        from apikeys.networks import is_within  # noqa: PLC0415 - for these records alone

        return is_within(address, self.networks)

    def is_read_only(self) -> bool:
        """Return whether the credential is read-only."""
        return is_read_only(self.session)


def versioned(fields: Document) -> Document:
    """Return a record's fields, preceded by the schema version that they need."""
    version = {"schemaVersion": _schema_version(fields)}
    return version | fields | version


def _schema_version(fields: Document) -> int:
    without_networks, with_networks = SCHEMA_VERSIONS
    return without_networks if fields.get(_NETWORKS) is None else with_networks


def _checked_networks(value: object) -> tuple[str, ...]:
    from apikeys.networks import check_networks  # noqa: PLC0415 - for these records alone

    try:
        return check_networks(value)
    except ValueError as error:
        raise ValueError(f"{_NETWORKS}: {error}") from None


def _text(found: Document, field: str) -> str:
    value = found.get(field)
    if not isinstance(value, str):
        raise ValueError(f"{field} is missing or not a text")
    return value


def _previous(found: Document) -> tuple[str, int] | None:
    """Return the digest and the end of the password that a rotation replaced."""
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
