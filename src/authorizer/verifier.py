"""Checks credentials against digests, each slow hash once.

What matched is remembered apart from the records, keyed by a secret of this
process: memory holds nothing from which a credential could be guessed quickly.
"""

from __future__ import annotations

import hmac
import os
from collections import OrderedDict

from apikeys import digest
from apikeys.digest import SLOW, is_among

TYPE_CHECKING = False
if TYPE_CHECKING:
    from authorizer.credential import Credential

# Far more than there are records in the cache: an owner must not become a stranger
# because others were busy. Some 200 bytes each.
MAX_VERIFIED = 16_384
_MARK_BYTES = 16
# A digest that no text has, with the parameters of those that are stored.
_UNMATCHABLE = f"$argon2id$v=19$m=19456,t=2,p=1${'A' * 22}${'A' * 43}"


class Verifier:
    """Checks whether a digest is a credential's, and remembers which ones were."""

    def __init__(self) -> None:
        # Maps a credential's mark to the mark of the digest that it matched.
        self._verified: OrderedDict[bytes, bytes] = OrderedDict()
        self._secret = b""

    def matches(self, digests: tuple[str, ...], credential: Credential) -> bool:
        """Return whether one of ``digests`` is that of ``credential``.

        What strangers may make up is hashed slowly even if the digest is fast: the work
        must not reveal which records exist.

        Raises:
            ValueError: a digest that argon2 can't read.
        """
        if credential.is_slow or digests[0].startswith(SLOW):
            return self._matches_slowly(digests, credential)
        matched = is_among(credential.fast_digest, digests)
        if matched and not credential.is_proven:
            self._remember(credential, digests[0])
        return matched

    def waste(self, credential: Credential) -> None:
        """Do the work of a slow hash for a credential without a record."""
        digest.matches(_UNMATCHABLE, credential.text)

    def is_cheap(self, digests: tuple[str, ...], credential: Credential) -> bool:
        """Return whether ``matches`` would now need no slow hash."""
        if not (credential.is_slow or digest.is_slow(digests[0])):
            return True
        return self._remembers(digests, credential)

    def has_verified(self, credential: Credential) -> bool:
        """Return whether a credential matched when its digest was last checked."""
        return self._mark(credential) in self._verified

    def forget(self, credential: Credential) -> None:
        """Forget that a credential ever matched."""
        self._verified.pop(self._mark(credential), None)

    def _matches_slowly(self, digests: tuple[str, ...], credential: Credential) -> bool:
        if self._remembers(digests, credential):
            self._verified.move_to_end(self._mark(credential))
            return True
        if not digest.is_slow(digests[0]):
            self.waste(credential)
        made = digest.like(digests[0], credential.text)
        for stored in digests:
            if is_among(made, (stored,)):
                self._remember(credential, stored)
                return True
        return False

    def _remembers(self, digests: tuple[str, ...], credential: Credential) -> bool:
        matched = self._verified.get(self._mark(credential))
        return matched is not None and any(
            self._keyed(stored) == matched for stored in digests
        )

    def _remember(self, credential: Credential, stored: str) -> None:
        mark = self._mark(credential)
        self._verified[mark] = self._keyed(stored)
        self._verified.move_to_end(mark)
        if len(self._verified) > MAX_VERIFIED:
            self._verified.popitem(last=False)

    def _mark(self, credential: Credential) -> bytes:
        # With its name: two accounts may have the same password.
        name = f"{credential.key_id}\0{credential.login}"
        return self._keyed(f"{name}\0{credential.text}")

    def _keyed(self, text: str) -> bytes:
        # Made on first use: a snapshot or a fork must not share it.
        self._secret = self._secret or os.urandom(32)
        return hmac.digest(self._secret, text.encode(), "sha256")[:_MARK_BYTES]
