"""How much work strangers may cause in one environment.

Look-ups and slow hashes are bounded for credentials that nothing vouches for yet; an
owner who was verified here before is not a stranger. A genuine tag vouches for a key,
but doesn't prove that it was issued: with a leaked signing key anybody can make as many
as they like.
"""

from __future__ import annotations

from apikeys.decision import Reason
from authorizer.token_bucket import TokenBucket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.record import Record
    from authorizer.credential import Credential
    from authorizer.request_clock import RequestClock
    from authorizer.store import Store
    from authorizer.verifier import Verifier

_UNMATCHED = (Reason.MISMATCH, Reason.UNKNOWN, Reason.REVOKED, Reason.CORRUPT)


class Admission:
    """Admits requests to look-up and hash, and accounts for how they ended."""

    def __init__(self, store: Store, verifier: Verifier) -> None:
        self._store = store
        self._verifier = verifier
        self._unproven = TokenBucket(
            20, 2, "look-ups or slow hashes for unproven credentials"
        )
        self._unissued = TokenBucket(
            200, 20, "look-ups of keys that are signed and were never issued"
        )

    def admit(
        self, credential: Credential, known: Record | Reason | None, clock: RequestClock
    ) -> bool:
        """Admit a credential to the work left to do, if there is room for it.

        Args:
            credential: what was presented.
            known: its record, or why there is none; None if that has yet to be read.
            clock: of the request.

        Returns:
            Whether the work counts against a bucket, which ``settle`` has to know.

        Raises:
            OverloadedError: there is no room.
        """
        if credential.is_proven:
            if known is not None or self._store.has_read(credential.references[0]):
                return False
            self._unissued.require(clock)
            return True
        if self._is_cheap(credential, known, clock.now):
            return False
        self._unproven.draw(clock)
        return True

    def settle(
        self,
        credential: Credential,
        reason: Reason,
        clock: RequestClock,
        *,
        admitted: bool,
    ) -> None:
        """Account for how a request ended.

        Args:
            credential: what was presented.
            reason: what was decided about it.
            clock: of the request.
            admitted: what ``admit`` returned.
        """
        if credential.is_proven:
            if admitted and reason is Reason.UNKNOWN:
                self._unissued.draw(clock)
        elif reason in _UNMATCHED:
            # From now on its former owner is a stranger.
            self._verifier.forget(credential)
        elif admitted:
            self._unproven.give_back()

    def _is_cheap(
        self, credential: Credential, known: Record | Reason | None, now: float
    ) -> bool:
        """Return whether no stranger could have caused the work left to do."""
        if isinstance(known, Reason):
            return not credential.is_slow
        if known is None:
            return self._verifier.has_verified(credential)
        return self._verifier.is_cheap(known.digests(now), credential)
