"""Checks credentials against digests, each slow hash once.

A slow digest that matched is remembered, keyed by a secret of this process, so that
memory holds nothing from which a credential could be guessed at speed.
"""

from __future__ import annotations

import hmac
import os
from collections import OrderedDict

from apikeys import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from authorizer.credential import Credential

_MAX_REMEMBERED = 1_024
# A digest that no text has, with the parameters of those that are stored.
_NOBODY_S = f"$argon2id$v=19$m=19456,t=2,p=1${'A' * 22}${'A' * 43}"


class Verifier:
    """Tells whether a digest is a credential's, and remembers the dear answers."""

    def __init__(self) -> None:
        self._remembered: OrderedDict[bytes, None] = OrderedDict()
        self._secret = b""

    def matches(self, digests: tuple[str, ...], credential: Credential) -> bool:
        """Tell whether one of ``digests`` is that of ``credential``.

        Raises:
            ValueError: as ``digest.matches_any`` does.
        """
        if not digests[0].startswith(digest.SLOW):
            return digest.is_among(credential.fast_digest, digests)
        return self.matches_slowly(digests, credential)

    def matches_slowly(self, digests: tuple[str, ...], credential: Credential) -> bool:
        """Tell what ``matches`` does, by a slow hash even where the digest is fast.

        For what strangers may make up: its cost must not tell which records exist.
        """
        marks = [self._mark(stored, credential) for stored in digests]
        for mark in marks:
            if mark in self._remembered:
                self._remembered.move_to_end(mark)
                return True
        if not digest.is_slow(digests[0]):
            self.waste(credential)
        made = digest.like(digests[0], credential.text)
        found = [
            mark
            for mark, stored in zip(marks, digests, strict=True)
            if hmac.compare_digest(made.encode(), stored.encode())
        ]
        for mark in found:
            self._remembered[mark] = None
        while len(self._remembered) > _MAX_REMEMBERED:
            self._remembered.popitem(last=False)
        return bool(found)

    def waste(self, credential: Credential) -> None:
        """Do the work of a slow hash for a credential that has no record."""
        digest.matches(_NOBODY_S, credential.text)

    def is_cheap(self, digests: tuple[str, ...], credential: Credential) -> bool:
        """Tell whether ``matches`` would do without a slow hash now."""
        return not digest.is_slow(digests[0]) or self._knows(digests, credential)

    def has_verified(self, digests: tuple[str, ...], credential: Credential) -> bool:
        """Tell, without a slow hash, whether they are known to match."""
        if not digest.is_slow(digests[0]):
            return digest.is_among(credential.fast_digest, digests)
        return self._knows(digests, credential)

    def _knows(self, digests: tuple[str, ...], credential: Credential) -> bool:
        return any(self._mark(one, credential) in self._remembered for one in digests)

    def _mark(self, stored: str, credential: Credential) -> bytes:
        # Made at first use: a snapshot or a fork must not share it.
        self._secret = self._secret or os.urandom(32)
        marked = f"{stored}\0{credential.text}".encode()
        return hmac.digest(self._secret, marked, "sha256")
