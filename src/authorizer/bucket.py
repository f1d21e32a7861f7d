"""A token bucket for work that strangers can provoke."""

from apikeys.errors import OverloadedError


class Bucket:
    """Holds up to ``burst`` tokens and gains ``per_second``."""

    def __init__(self, burst: float = 20, per_second: float = 2) -> None:
        self._burst = burst
        self._per_second = per_second
        self._tokens = burst
        self._at = 0.0

    def draw(self, at: float) -> None:
        """Take a token at a time of the monotonic clock.

        Raises:
            OverloadedError: none is left.
        """
        gained = max(0.0, at - self._at) * self._per_second
        self._tokens = min(self._burst, self._tokens + gained)
        self._at = at
        if self._tokens < 1:
            raise OverloadedError(
                "too many look-ups or slow hashes for unproven credentials"
            )
        self._tokens -= 1

    def give_back(self) -> None:
        """Return the token of work that ended in a match."""
        self._tokens = min(self._burst, self._tokens + 1)
