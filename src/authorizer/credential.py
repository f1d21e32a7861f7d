"""What a request presents, once it has the grammar of a credential."""

from __future__ import annotations

from apikeys import digest, foreign
from apikeys.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from apikeys.key import Key
    from apikeys.signing import SigningKeys
    from authorizer.settings import Settings


class Reference:
    """Where a record may be stored, and how it is read there.

    Attributes:
        name: of the stored secret.
        principal: whom the record must be about.
        cached_as: what the store remembers it by: a bare key id leads to the name of
            another credential's record, and must not displace what is known of it.
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
        """Read what is stored there; raises as ``Record.parse`` does."""
        return self._read(text, self.principal)


class Credential:
    """A key, or a login with its password.

    Attributes:
        text: what the record's digest is of; never shown.
        references: where its record may be, in the order in which they decide.
        key_id: of a key, and …
        login: … of a Basic account; one of them is None.
        is_proven: whether a stranger could not have made it up.
        is_slow: whether an unknown one must cost the slow hash of a known one.
        fast_digest: what a record keeps of the text where its digest is a fast one.
    """

    __slots__ = (
        "fast_digest",
        "is_proven",
        "is_slow",
        "key_id",
        "login",
        "references",
        "text",
    )

    def __init__(  # noqa: PLR0913, PLR0917 - plain fields, filled for each request
        self,
        text: str,
        references: tuple[Reference, ...],
        key_id: str | None,
        login: str | None,
        is_proven: bool,  # noqa: FBT001 - as above
        is_slow: bool,  # noqa: FBT001 - as above
        fast_digest: str | None = None,
    ) -> None:
        self.text = text
        self.references = references
        self.key_id = key_id
        self.login = login
        self.is_proven = is_proven
        self.is_slow = is_slow
        self.fast_digest = fast_digest or digest.fast(text)

    def __repr__(self) -> str:
        return f"Credential({self.key_id or self.login})"


def of_key(key: Key, settings: Settings) -> Credential:
    """Return the credential that a key minted here is."""
    key_id = key.key_id
    reference = Reference(settings.secret_name_prefix + key_id, key_id, _of_key)
    return Credential(
        key.text,
        (reference,),
        key_id,
        None,
        settings.tag_check,
        False,  # noqa: FBT003 - is_slow
    )


def of_foreign_key(
    text: str, settings: Settings, signing_keys: Callable[[], SigningKeys]
) -> Credential | None:
    """Return the credential that a key minted elsewhere is, None if it can be none.

    The imported record decides where there is one; OntoPop's own counts only where
    there never was.
    """
    may_be_imported = foreign.is_foreign_key(text)
    may_be_ontopops = settings.reads_ontopop and foreign.is_nameable(text)
    # The grammar first: nothing is read or computed for what can be no key.
    if not (may_be_imported or may_be_ontopops):
        return None
    keys = signing_keys()
    # Before the first import only OntoPop's own records can be meant; what stands for
    # their keys then follows from the signing key.
    key_id = foreign.key_id_of(text, keys.lookup or keys.current)
    prefix = settings.secret_name_prefix
    references = []
    if may_be_imported and keys.lookup is not None:
        references.append(Reference(prefix + key_id, key_id, _of_key))
    if may_be_ontopops:
        read = foreign.parse_ontopop_record
        references.append(Reference(prefix + text, key_id, read))
    proven, slow = False, True
    return Credential(text, tuple(references), key_id, None, proven, slow)


def of_login(login: str, password: str, settings: Settings) -> Credential:
    """Return the credential that a login with its password is."""
    reference = Reference(settings.login_name_prefix + login, login, _of_login)
    proven, slow = False, True
    return Credential(password, (reference,), None, login, proven, slow)


def _of_key(text: str, key_id: str) -> Record:
    return Record.parse(text, key_id=key_id)


def _of_login(text: str, login: str) -> Record:
    return Record.parse(text, login=login)
