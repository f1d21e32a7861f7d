"""What a request presents, once it has the grammar of a credential."""

from __future__ import annotations

from apikeys import digest
from apikeys.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from apikeys.key import Key
    from authorizer.settings import Settings


class Reference:
    """Where a record may be stored, and how it is read there.

    Attributes:
        name: of the stored secret.
        principal: who the record must be about.
        cached_as: the store's cache key; a bare key id leads to the name of another
            credential's record, whose entry it must not displace.
    """

    __slots__ = ("_read", "cached_as", "name", "principal")

    def __init__(
        self, name: str, principal: str, read: Callable[[str, str], Record]
    ) -> None:
        self.name = name
        self.principal = principal
        self.cached_as = f"{name} {principal}"
        self._read = read

    def parse(self, text: str) -> Record:
        """Read the record stored there; raises as ``Record.parse`` does."""
        return self._read(text, self.principal)


class Credential:
    """A key, or a login with its password.

    Attributes:
        text: the text that the record's digest is of; never shown.
        references: where its record may be, in the order in which they are tried.
        key_id: of a key, and …
        login: … of a Basic account; one of them is None.
        is_proven: whether a stranger could not have made it up.
        is_slow: whether an unknown one must cost a slow hash, as a known one does.
        fast_digest: the text's digest, where that is not a slow one.
    """

    __slots__ = ("references", "text")

    key_id: str | None = None
    login: str | None = None
    is_proven = False
    is_slow = True
    fast_digest = ""

    def __init__(self, text: str, references: tuple[Reference, ...]) -> None:
        self.text = text
        self.references = references

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.key_id or self.login})"


class MintedKey(Credential):
    """A key in the shape of those minted here, proven by its tag."""

    __slots__ = ("fast_digest", "key_id")

    key_id: str
    is_proven = True
    is_slow = False

    def __init__(
        self,
        text: str,
        references: tuple[Reference, ...],
        key_id: str,
        fast_digest: str | None = None,
    ) -> None:
        self.text = text
        self.references = references
        self.key_id = key_id
        self.fast_digest = fast_digest or digest.fast(text)


class UncheckedKey(MintedKey):
    """The same without a checked tag: anybody could have made it up."""

    __slots__ = ()

    is_proven = False


class ForeignKey(Credential):
    """A key minted elsewhere."""

    __slots__ = ("key_id",)

    def __init__(
        self, text: str, references: tuple[Reference, ...], key_id: str
    ) -> None:
        super().__init__(text, references)
        self.key_id = key_id


class Login(Credential):
    """A login; the text is its password."""

    __slots__ = ("login",)

    def __init__(
        self, text: str, references: tuple[Reference, ...], login: str
    ) -> None:
        super().__init__(text, references)
        self.login = login


def of_key(key: Key, settings: Settings) -> MintedKey:
    """Return a key minted here as a credential."""
    reference = Reference(
        settings.secret_name_prefix + key.key_id, key.key_id, record_of_key
    )
    kind = MintedKey if settings.tag_check else UncheckedKey
    return kind(key.text, (reference,), key.key_id)


def of_login(login: str, password: str, settings: Settings) -> Login:
    """Return a login and its password as a credential."""
    reference = Reference(settings.login_name_prefix + login, login, _of_login)
    return Login(password, (reference,), login)


def record_of_key(text: str, key_id: str) -> Record:
    """Return a key's record from a stored text; raises as ``Record.parse`` does."""
    return Record.parse(text, key_id=key_id)


def _of_login(text: str, login: str) -> Record:
    return Record.parse(text, login=login)
