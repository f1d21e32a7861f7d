"""The key a client presents: ``<prefix>_<keyId>_<secret><tag>``."""

from __future__ import annotations

import re
from hashlib import sha256

from apikeys import base62
from apikeys.errors import MalformedKeyError
from apikeys.signing import TAG_WIDTH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from apikeys.signing import SigningKeys

MAX_LENGTH = 95
# What follows the public part of a key.
SECRET_AND_TAG_WIDTH = 43 + TAG_WIDTH
PREFIX_PATTERN = "[a-z][a-z0-9]{1,11}"
KEY_ID_PATTERN = "[0-9A-Za-z]{16}"

_KEY_ID_WIDTH = 16
_SECRET_BYTES = 32
_SECRET_WIDTH = SECRET_AND_TAG_WIDTH - TAG_WIDTH
_GRAMMAR = re.compile(f"({PREFIX_PATTERN})_({KEY_ID_PATTERN})_[0-9A-Za-z]{{65}}")


class Key:
    """A key of the right grammar; ``is_genuine`` says whether it is genuine."""

    __slots__ = ("key_id", "prefix", "text")

    def __init__(self, text: str, prefix: str, key_id: str) -> None:
        self.text = text
        self.prefix = prefix
        self.key_id = key_id

    def __repr__(self) -> str:
        return f"Key({self.prefix}_{self.key_id}_…)"

    @classmethod
    def parse(cls, raw: str) -> Key:
        """Read what a client presented.

        Raises:
            MalformedKeyError: too long, or not the grammar of a key.
        """
        # The length first: the grammar is never run over a megabyte.
        match = _GRAMMAR.fullmatch(raw) if len(raw) <= MAX_LENGTH else None
        if match is None:
            raise MalformedKeyError
        return cls(raw, match[1], match[2])

    def is_genuine(self, signing_keys: SigningKeys) -> bool:
        """Return whether the tag proves that the key was minted here."""
        return signing_keys.verifies(self.text[:-TAG_WIDTH], self.text[-TAG_WIDTH:])


def mint(
    prefix: str,
    key_id: str,
    signing_keys: SigningKeys,
    entropy: Callable[[int], bytes],
) -> Key:
    """Make a new key with 256 secret bits.

    Args:
        prefix: matches ``PREFIX_PATTERN``.
        key_id: its public part.
        signing_keys: the current one makes the tag.
        entropy: returns that many bytes from the operating system's CSPRNG.
    """
    secret = base62.encode(int.from_bytes(entropy(_SECRET_BYTES)), _SECRET_WIDTH)
    signed = f"{prefix}_{key_id}_{secret}"
    return Key(signed + signing_keys.tag(signed), prefix, key_id)


def is_key_id(text: str) -> bool:
    """Return whether a text has the grammar of a key id."""
    return len(text) == _KEY_ID_WIDTH and text.isascii() and text.isalnum()


def random_key_id(entropy: Callable[[int], bytes]) -> str:
    """Return 16 base62 characters drawn from the operating system's CSPRNG."""
    return _key_id(entropy(32))


def derived_key_id(request_token: str) -> str:
    """Return the key id that follows from a request token, the same at every retry."""
    return _key_id(sha256(f"request token {request_token}".encode()).digest())


def _key_id(drawn: bytes) -> str:
    # 256 bits against 95: the modulo's bias is beyond measuring.
    number = int.from_bytes(drawn) % 62**_KEY_ID_WIDTH
    return base62.encode(number, _KEY_ID_WIDTH)
