"""The signing secret and the tag that makes a key self-authenticating."""

from __future__ import annotations

import hmac

from apikeys import base62, document
from apikeys.errors import MalformedSigningSecretError

TAG_BYTES = 16
TAG_WIDTH = 22
_LARGEST_TAG = base62.encode(2 ** (8 * TAG_BYTES) - 1, TAG_WIDTH)
_SHORTEST = 32


class SigningKeys:
    """The signing key in use and the ones before it, which still verify."""

    __slots__ = ("_macs", "current", "lookup", "previous")

    def __init__(
        self,
        current: bytes,
        previous: tuple[bytes, ...] = (),
        lookup: bytes | None = None,
    ) -> None:
        """Hold the keys; ``lookup``, from the first import on, names foreign keys."""
        self.current = current
        self.previous = previous
        self.lookup = lookup
        # Keyed once and copied for each text: twice as fast as keying each time.
        self._macs = tuple(
            hmac.new(k, digestmod="sha256") for k in (current, *previous)
        )

    def __repr__(self) -> str:
        return f"SigningKeys(… and {len(self.previous)} previous)"

    @classmethod
    def parse(cls, text: str) -> SigningKeys:
        """Read the signing secret: ``current``, ``previous``, and perhaps ``lookup``.

        Raises:
            MalformedSigningSecretError: a field is missing, of another type or
                shorter than 32 characters.
        """
        try:
            found = document.loads(text)
        except ValueError as error:
            raise MalformedSigningSecretError(
                f"the signing secret is {error}"
            ) from None
        previous = found.get("previous", [])
        if not isinstance(previous, list):
            raise MalformedSigningSecretError(
                "previous in the signing secret is not a list"
            )
        return cls(
            _signing_key(found.get("current"), "current"),
            tuple(_signing_key(key, "previous") for key in previous),
            _signing_key(found["lookup"], "lookup") if "lookup" in found else None,
        )

    @property
    def naming_key(self) -> bytes:
        """The key from which the ids of foreign keys follow.

        Before the first import there is none of its own, and the only foreign keys are
        those of OntoPop's records.
        """
        return self.lookup or self.current

    def tag(self, signed: str) -> str:
        """Return the 22-character tag of ``<prefix>_<keyId>_<secret>``."""
        mac = _mac(self._macs[0], signed.encode())
        return base62.encode(int.from_bytes(mac), TAG_WIDTH)

    def verifies(self, signed: str, tag: str) -> bool:
        """Return whether ``tag`` was made with the current or a previous key.

        Numbers are compared as bytes: decoding the presented base62 is cheaper than
        encoding the expected tag.
        """
        # Base62 of one width sorts as the numbers do.
        if tag > _LARGEST_TAG:
            return False
        presented = base62.decode(tag).to_bytes(TAG_BYTES)
        text = signed.encode()
        for keyed in self._macs:
            if hmac.compare_digest(_mac(keyed, text), presented):
                return True
        return False


def _mac(keyed: hmac.HMAC, text: bytes) -> bytes:
    mac = keyed.copy()
    mac.update(text)
    return mac.digest()[:TAG_BYTES]


def _signing_key(value: object, field: str) -> bytes:
    if not isinstance(value, str) or len(value) < _SHORTEST:
        raise _no_signing_key(field)
    try:
        return value.encode()
    except UnicodeEncodeError:  # a lone surrogate, which JSON can spell
        raise _no_signing_key(field) from None


def _no_signing_key(field: str) -> MalformedSigningSecretError:
    return MalformedSigningSecretError(
        f"{field} in the signing secret is not a text of {_SHORTEST} or more"
    )
