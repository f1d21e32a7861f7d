"""The stored signing secret: read to mint, rotated in two steps.

A new signing key is announced first: it is in ``previous``, so that every environment
of the authorizer learns to verify it. It signs only when all have had the time to read
it. No key is refused at any time.
"""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError, invalid
from admin.stores.engine import Absence
from apikeys import base62, document, timestamp
from apikeys.errors import MalformedSigningSecretError
from apikeys.signing import SigningKeys

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.stores.engine import Engine, Stored
    from apikeys.document import Document

_ANNOUNCED = "announced"
_WIDTH = 64


class SigningSecret:
    """The signing keys of a deployment."""

    def __init__(
        self,
        name: str,
        store: Engine,
        own_ttl_seconds: int,
        clock: Callable[[], float],
    ) -> None:
        self._name = name
        self._store = store
        self._own_ttl_seconds = own_ttl_seconds
        self._clock = clock

    def keys(self) -> SigningKeys:
        """Return the signing keys.

        Raises:
            RefusedError: 500, they are missing or unreadable.
        """
        return _parsed(self._stored().text)

    def lookup_key(self) -> bytes:
        """Return the key that foreign keys' ids derive from; the first import makes it.

        Raises:
            RefusedError: 500, the secret is missing or unreadable; 409, another write.
        """
        stored = self._stored()
        keys = _parsed(stored.text)
        if keys.lookup is not None:
            return keys.lookup
        lookup = _new_key()
        found = document.loads(stored.text) | {"lookup": lookup}
        try:
            self._store.replace(self._name, document.dumps(found), stored.version)
        except RefusedError:
            # Of several concurrent first imports, one makes it for all.
            made = self.keys().lookup
            if made is None:
                raise
            return made
        return lookup.encode()

    def rotate(self) -> Document:
        """Announce a new signing key, or let the announced one sign.

        Returns:
            ``phase`` (``announced`` or ``promoted``) and ``waitSeconds``, after which
            the next call promotes; 0 once it was promoted.

        Raises:
            RefusedError: 409, announced too recently or written by somebody else.
        """
        stored = self._stored()
        keys = _parsed(stored.text)
        found = document.loads(stored.text)
        now = int(self._clock())
        if _ANNOUNCED not in found:
            found["previous"] = [_new_key(), *_previous(found)]
            found[_ANNOUNCED] = timestamp.format_utc(now)
            self._store.replace(self._name, document.dumps(found), stored.version)
            return {"phase": "announced", "waitSeconds": self._own_ttl_seconds}
        promotable_at = _announced_at(found) + self._own_ttl_seconds
        if now < promotable_at or not keys.previous:
            message = f"announced just now; promote in {promotable_at - now} s"
            raise RefusedError(Code.TOO_EARLY, message)
        new, *older = _previous(found)
        found |= {"current": new, "previous": [found["current"], *older]}
        del found[_ANNOUNCED]
        self._store.replace(self._name, document.dumps(found), stored.version)
        return {"phase": "promoted", "waitSeconds": 0}

    def check_retirable(self, name: str) -> None:
        """Refuse to retire what is not a previous signing key.

        Args:
            name: the signing key's fingerprint.

        Raises:
            RefusedError: 400, it is the current one's or unknown.
        """
        keys = self.keys()
        if name == fingerprint(keys.current):
            raise invalid("fingerprint", "is the current signing key's; rotate first")
        previous = [fingerprint(key) for key in keys.previous]
        if name not in previous:
            there_are = ", ".join(previous) or "there are none"
            raise invalid("fingerprint", f"is not a previous key's: {there_are}")

    def retire(self, name: str) -> None:
        """Drop a previous signing key, or an announced one with its announcement.

        Args:
            name: its fingerprint.

        Raises:
            RefusedError: 400, as ``check_retirable``; 409, another write came first.
        """
        self.check_retirable(name)
        stored = self._stored()
        found = document.loads(stored.text)
        previous = _previous(found)
        kept = [key for key in previous if fingerprint(str(key).encode()) != name]
        if kept[:1] != previous[:1]:
            found.pop(_ANNOUNCED, None)
        text = document.dumps(found | {"previous": kept})
        self._store.replace(self._name, text, stored.version)

    def _stored(self) -> Stored:
        stored = self._store.read(self._name)
        if isinstance(stored, Absence):
            raise RefusedError(Code.MISCONFIGURED, "the signing secret is missing")
        return stored


def fingerprint(signing_key: bytes) -> str:
    """Return a name for a signing key that reveals nothing of it."""
    return sha256(b"signing key " + signing_key).hexdigest()[:16]


def _parsed(text: str) -> SigningKeys:
    try:
        return SigningKeys.parse(text)
    except MalformedSigningSecretError as error:
        raise RefusedError(Code.MISCONFIGURED, str(error)) from error


def _new_key() -> str:
    # 376 random bits, the most that fit; HMAC-SHA-256 has a strength of 256.
    return base62.encode(int.from_bytes(os.urandom(47)), _WIDTH)


def _previous(found: Document) -> list[object]:
    previous = found.get("previous", [])
    return list(previous) if isinstance(previous, list) else []


def _announced_at(found: Document) -> int:
    try:
        return timestamp.parse(str(found[_ANNOUNCED]))
    except ValueError as error:
        message = "announced in the signing secret is not a timestamp"
        raise RefusedError(Code.MISCONFIGURED, message) from error
