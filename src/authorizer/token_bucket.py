"""A token bucket, which bounds how often something may happen."""

from __future__ import annotations

from apikeys.errors import OverloadedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from authorizer.request_clock import RequestClock


class TokenBucket:
    """Holds up to ``burst`` tokens and gains ``per_second``."""

    def __init__(self, burst: float, per_second: float, what: str) -> None:
        """Make a full bucket.

        Args:
            burst: how many tokens it holds.
            per_second: how many it gains.
            what: what there is too much of when it is empty.
        """
        self._burst = burst
        self._per_second = per_second
        self._what = what
        self._tokens = burst
        self._started = self._now = 0.0

    def draw(self, clock: RequestClock) -> None:
        """Take a token.

        Raises:
            OverloadedError: none is left.
        """
        self.require(clock)
        self._tokens -= 1

    def require(self, clock: RequestClock) -> None:
        """Check that there is a token, without taking it.

        The time since the last check is the larger of what the two clocks say: the
        monotonic one may stand still while Lambda freezes the environment.

        Raises:
            OverloadedError: none is left.
        """
        passed = max(0.0, clock.started - self._started, clock.now - self._now)
        self._tokens = min(self._burst, self._tokens + passed * self._per_second)
        self._started, self._now = clock.started, clock.now
        if self._tokens < 1:
            raise OverloadedError(f"too many {self._what}")

    def give_back(self) -> None:
        """Give back the token of work that turned out well."""
        self._tokens = min(self._burst, self._tokens + 1)
