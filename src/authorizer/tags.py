"""Tags that were found genuine, so that a key's HMAC is computed once a record TTL.

The HMAC is the dearest step of a warm decision. What is remembered is a digest of the
whole key beside the signing keys that proved it: read again, they prove it again.
"""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest

from authorizer.cache import Cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.key import Key
    from apikeys.signing import SigningKeys

_MAX_ENTRIES = 1_024


class Tags:
    """Tells whether the tags of keys are genuine."""

    def __init__(self) -> None:
        self._genuine: Cache[tuple[SigningKeys, bytes]] = Cache(
            _MAX_ENTRIES, _MAX_ENTRIES
        )

    def is_genuine(self, key: Key, signing_keys: SigningKeys) -> bool:
        """Tell what ``Key.is_genuine`` does, quicker for a key seen before."""
        known = self._genuine.get(key.key_id)
        if known is not None and known[0] is signing_keys:
            digest = sha256(key.text.encode()).digest()
            if compare_digest(known[1], digest):
                return True
        if not key.is_genuine(signing_keys):
            return False
        proof = (signing_keys, sha256(key.text.encode()).digest())
        self._genuine.put(key.key_id, proof, 1)
        return True
