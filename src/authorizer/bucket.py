"""A token bucket for work that strangers can provoke."""

from __future__ import annotations

from apikeys.errors import OverloadedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from authorizer.moment import Moment


class Bucket:
    """Holds up to ``burst`` tokens and gains ``per_second``."""

    def __init__(self, burst: float = 20, per_second: float = 2) -> None:
        self._burst = burst
        self._per_second = per_second
        self._tokens = burst
        self._started = self._now = 0.0

    def draw(self, moment: Moment) -> None:
        """Take a token.

        What has passed since the last draw is the larger of what the two clocks say:
        the monotonic one may stand still while Lambda freezes the environment.

        Raises:
            OverloadedError: none is left.
        """
        passed = max(0.0, moment.started - self._started, moment.now - self._now)
        self._tokens = min(self._burst, self._tokens + passed * self._per_second)
        self._started, self._now = moment.started, moment.now
        if self._tokens < 1:
            raise OverloadedError(
                "too many look-ups or slow hashes for unproven credentials"
            )
        self._tokens -= 1

    def give_back(self) -> None:
        """Return the token of work that ended in a match."""
        self._tokens = min(self._burst, self._tokens + 1)
