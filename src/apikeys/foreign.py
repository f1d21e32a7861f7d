"""Keys that were minted elsewhere and keep their text."""

from __future__ import annotations

import hmac

from apikeys import base62, digest, document
from apikeys.errors import MalformedKeyError, MalformedRecordError, NotOntoPopError
from apikeys.key import Key
from apikeys.record import Record, versioned
from apikeys.text import ALPHANUMERIC, consists_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.document import Document

SHORTEST, LONGEST = 20, 256
ONTOPOP_FIELDS = (
    "issueDate",
    "expirationDate",
    "issuer",
    "client",
    "enabled",
    "roles",
)

# What the name of a stored secret may consist of.
_CHARACTERS = f"{ALPHANUMERIC}/_+=.@-"
_MAC_WIDTH = 43
_KEY_ID_WIDTH = 16
_SUFFIX = 7


def is_foreign_key(text: str) -> bool:
    """Return whether a text may be an imported key."""
    return SHORTEST <= len(text) <= LONGEST and consists_of(text, _CHARACTERS)


def check_importable(text: object) -> str:
    """Return a text that may be imported as a key.

    Raises:
        ValueError: it may not; the message says why, and never shows the text.
    """
    if isinstance(text, str) and len(text) < SHORTEST:
        raise ValueError(f"fewer than {SHORTEST} characters; issue its client another")
    if not isinstance(text, str) or not is_foreign_key(text):
        raise ValueError(
            f"a key is {SHORTEST} to {LONGEST} letters, digits and /_+=.@-"
        )
    try:
        Key.parse(text)
    except MalformedKeyError:
        return text
    raise ValueError("has the shape of the keys that are minted here")


def field_with_key(fields: Document, text: str) -> str | None:
    """Return the name of a field that contains a key's text, None if none does.

    Such a field would be listed, logged and passed to back ends in clear.
    """
    sought = text.lower()
    for name, value in fields.items():
        if sought in document.dumps({"": value}).lower():
            return name
    return None


def is_nameable(text: str) -> bool:
    """Return whether a text may end a stored secret's name, as OntoPop's keys do.

    It must not be an ARN, which has colons, nor end in what Secrets Manager takes for
    the six characters that it appends to a name.
    """
    return (
        1 <= len(text) <= LONGEST
        and consists_of(text, _CHARACTERS)
        and text[-_SUFFIX : -_SUFFIX + 1] != "-"
    )


def key_id_of(text: str, lookup_key: bytes) -> str:
    """Return the key id of a foreign key; it reveals nothing, even of a weak one."""
    mac = int.from_bytes(hmac.digest(lookup_key, text.encode(), "sha256"))
    return base62.encode(mac, _MAC_WIDTH)[-_KEY_ID_WIDTH:]


def parse_ontopop_record(text: str, key_id: str) -> Record:
    """Read a record that OntoPop itself wrote: no version, the key in clear.

    Args:
        text: the stored value.
        key_id: replaces the key from here on; its text goes no further.

    Raises:
        NotOntoPopError: it has a version, so that a key id was presented, not a key.
        MalformedRecordError: names the field, never shows its content.
    """
    try:
        found = document.loads(text)
    except ValueError as error:
        raise MalformedRecordError(f"record of {key_id}: {error}") from None
    if "schemaVersion" in found:
        raise NotOntoPopError(f"record of {key_id}: is not one of OntoPop's")
    key = found.pop("key", None)
    # A key that can be presented is ASCII; a lone surrogate has no digest.
    if not isinstance(key, str) or not key.isascii():
        raise MalformedRecordError(f"record of {key_id}: is not one of OntoPop's")
    own = {
        "keyId": key_id,
        # Equal digests, compared in constant time, mean equal keys.
        "digest": digest.fast(key),
    }
    known = {name: found[name] for name in ONTOPOP_FIELDS if name in found}
    return Record.parse(document.dumps(versioned(own | known)), key_id=key_id)
