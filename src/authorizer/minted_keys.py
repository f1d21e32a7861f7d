"""Keys minted here; what follows from a genuine key is computed once.

Grammar, tag and digest are the slowest steps of a warm decision. They are remembered
under the public part of a key, with the SHA-256 of the whole: only a request with that
very key gets them, and no other key displaces them. The key itself is not kept.
"""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest

from apikeys.decision import Reason
from apikeys.key import SECRET_AND_TAG_WIDTH, Key
from authorizer.cache import Cache
from authorizer.credential import MintedKey, of_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from apikeys.signing import SigningKeys
    from authorizer.request_clock import RequestClock
    from authorizer.settings import Settings

# About the same is kept for every key, so that entries bound the bytes, too.
_MAX_ENTRIES = 1_024


class _Proof:
    """What is kept of a key whose tag is genuine."""

    __slots__ = ("fast_digest", "key_id", "references", "sha256")

    def __init__(self, credential: MintedKey) -> None:
        self.sha256 = sha256(credential.text.encode()).digest()
        self.references = credential.references
        self.key_id = credential.key_id
        self.fast_digest = credential.fast_digest


class MintedKeys:
    """Reads keys in the shape of those minted here."""

    def __init__(
        self, settings: Settings, signing_keys: Callable[[RequestClock], SigningKeys]
    ) -> None:
        """Make a reader of keys; ``signing_keys`` is called when a tag is checked."""
        self._settings = settings
        self._signing_keys = signing_keys
        self._proofs: Cache[_Proof] = Cache(_MAX_ENTRIES, _MAX_ENTRIES)
        # Once the signing keys are read again, they have to prove the keys again.
        self._proven_by: SigningKeys | None = None

    def read(self, text: str, clock: RequestClock) -> MintedKey | Reason:
        """Return a key as a credential, ``FORGED`` if its tag is not ours.

        Raises:
            MalformedKeyError: not the grammar of a key minted here.
            FaultError: there are no signing keys to check its tag.
        """
        proof = self._proofs.get(text[:-SECRET_AND_TAG_WIDTH])
        if (
            proof is not None
            and compare_digest(proof.sha256, sha256(text.encode()).digest())
            and self._signing_keys(clock) is self._proven_by
        ):
            return MintedKey(text, proof.references, proof.key_id, proof.fast_digest)
        key = Key.parse(text)
        if not self._settings.tag_check:
            return of_key(key, self._settings)
        signing_keys = self._signing_keys(clock)
        if not key.is_genuine(signing_keys):
            return Reason.FORGED
        if signing_keys is not self._proven_by:
            self._proven_by = signing_keys
            self._proofs = Cache(_MAX_ENTRIES, _MAX_ENTRIES)
        credential = of_key(key, self._settings)
        self._proofs.put(text[:-SECRET_AND_TAG_WIDTH], _Proof(credential), 1)
        return credential
