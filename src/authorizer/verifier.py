"""Checks credentials against digests, each slow hash once.

A slow digest that matched is remembered, keyed by a secret of this process, so that
memory holds nothing from which a credential could be guessed at speed.
"""

from __future__ import annotations

import hmac
import os
from collections import OrderedDict

from apikeys import digest

_MAX_REMEMBERED = 1_024
# A digest that no text has, with the parameters of those that are stored.
_NOBODY_S = f"$argon2id$v=19$m=19456,t=2,p=1${'A' * 22}${'A' * 43}"


class Verifier:
    """Tells whether a digest is a credential's, and remembers the dear answers."""

    def __init__(self) -> None:
        self._remembered: OrderedDict[bytes, None] = OrderedDict()
        self._secret = b""

    def matches(self, stored: str, credential: str) -> bool:
        """Tell whether ``stored`` is the digest of ``credential``.

        Raises:
            ValueError: as ``digest.matches`` does.
        """
        if not digest.is_slow(stored):
            return digest.matches(stored, credential)
        return self.matches_slowly(stored, credential)

    def matches_slowly(self, stored: str, credential: str) -> bool:
        """Tell what ``matches`` does, by a slow hash even where the digest is fast.

        For what strangers may make up: its cost must not tell which records exist.
        """
        mark = self._mark(stored, credential)
        if mark in self._remembered:
            self._remembered.move_to_end(mark)
            return True
        if not digest.is_slow(stored):
            self.waste(credential)
        if not digest.matches(stored, credential):
            return False
        self._remembered[mark] = None
        if len(self._remembered) > _MAX_REMEMBERED:
            self._remembered.popitem(last=False)
        return True

    def waste(self, credential: str) -> None:
        """Do the work of a slow hash for a credential that has no record."""
        digest.matches(_NOBODY_S, credential)

    def is_cheap(self, stored: str, credential: str) -> bool:
        """Tell whether ``matches`` would do without a slow hash now."""
        if not digest.is_slow(stored):
            return True
        return self._mark(stored, credential) in self._remembered

    def has_verified(self, stored: str, credential: str) -> bool:
        """Tell, without a slow hash, whether the two are known to match."""
        if not digest.is_slow(stored):
            return digest.matches(stored, credential)
        return self._mark(stored, credential) in self._remembered

    def _mark(self, stored: str, credential: str) -> bytes:
        # Made at first use: a snapshot or a fork must not share it.
        self._secret = self._secret or os.urandom(32)
        return hmac.digest(self._secret, f"{stored}\0{credential}".encode(), "sha256")
