"""The keys of the comparison and the documents that the store keeps about them.

Every key is derived from its number, so that store and requests agree without
communication.
"""

import json
from functools import cache
from hashlib import shake_256
from types import MappingProxyType
from typing import Final

from apikeys import base62, digest
from apikeys.key import Key, mint
from apikeys.signing import SigningKeys

PREFIX: Final = "APIKEY_"
SIGNING_SECRET: Final = "benchmark-signing-key"  # noqa: S105 - a name
ROLES_SECRET: Final = "APIROLES"  # noqa: S105 - a name
SHARED_SECRET: Final = "benchmark-shared-key"  # noqa: S105 - a name
SHARED_FIELD: Final = "apiKey"
# From this number on, records hold argon2id digests.
SLOW: Final = 10_000_000

SIGNING_KEY: Final = "benchmark" * 8

_SIGNING_TEXT: Final = json.dumps({"current": SIGNING_KEY, "previous": []})
_SIGNING_KEYS: Final = SigningKeys.parse(_SIGNING_TEXT)
_ROLE_MAP: Final = MappingProxyType(
    {
        "READER": {"allow": ["GET /reports", "GET /reports/*"]},
        "WRITER": {"allow": ["POST /reports", "PUT /reports/*"]},
        "ADMINISTRATOR": {"allow": ["* /*"]},
    }
)


@cache
def key(number: int) -> Key:
    """Return the key of a number, genuine in this comparison."""
    stream = shake_256(f"key {number}".encode()).digest(64)
    key_id = base62.encode(int.from_bytes(stream[32:]) % 62**16, 16)
    return mint("ak", key_id, _SIGNING_KEYS, lambda length: stream[:length])


def forged(number: int) -> str:
    """Return a text with the grammar of a key that nobody minted."""
    stream = shake_256(f"forged {number}".encode()).digest(64)
    drawn = base62.encode(int.from_bytes(stream) % 62**81, 81)
    return f"ak_{drawn[:16]}_{drawn[16:]}"


def wrong(number: int) -> str:
    """Return the key of a number with a different last character."""
    text = key(number).text
    return f"{text[:-1]}{'1' if text[-1] == '0' else '0'}"


class Population:
    """What the store keeps: numbers of keys with fast and with slow digests."""

    def __init__(self, fast: int, slow: int) -> None:
        self._texts = {
            SIGNING_SECRET: _SIGNING_TEXT,
            ROLES_SECRET: json.dumps({"unmapped": "deny", "roles": dict(_ROLE_MAP)}),
            SHARED_SECRET: json.dumps({SHARED_FIELD: key(0).text}),
        }
        for number in range(fast):
            self._texts[_name(number)] = _record(number, digest.fast(key(number).text))
        self._slow = {_name(number): number for number in range(SLOW, SLOW + slow)}

    def text(self, name: str) -> str | None:
        """Return the text of a stored secret; a slow digest is made when first read."""
        number = self._slow.pop(name, None)
        if number is not None:
            self._texts[name] = _record(number, digest.slow(key(number).text))
        return self._texts.get(name)


def _name(number: int) -> str:
    return f"{PREFIX}{key(number).key_id}"


def _record(number: int, hashed: str) -> str:
    return json.dumps(
        {
            "schemaVersion": 1,
            "keyId": key(number).key_id,
            "digest": hashed,
            "name": f"Key {number}",
            "client": f"Client {number}",
            "issuer": "Benchmark",
            "issueDate": "2026-01-01T00:00:00",
            "expirationDate": "2099-01-01T00:00:00",
            "enabled": True,
            "roles": ["READER"],
        }
    )
