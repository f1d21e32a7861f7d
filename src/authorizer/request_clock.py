"""The time of one request: two clocks and a deadline."""

from __future__ import annotations

import time

# How long a client may wait for AWS, for all reads of one request together.
_BUDGET_SECONDS = 3.0
# The part of the function's time-out reserved for answering and logging.
_RESERVE_SECONDS = 0.25

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class LambdaContext(Protocol):
        """The part of Lambda's context object that this function uses."""

        aws_request_id: str

        def get_remaining_time_in_millis(self) -> int:
            """Return the milliseconds left to the function."""
            ...


class RequestClock:
    """When a request began.

    Attributes:
        now: the wall clock, seconds since 1970 (UTC), for expiry and logs.
        started: the monotonic clock, for deadlines. Ages use both (``cache.Aged``).
    """

    __slots__ = ("_lambda_context", "now", "started")

    def __init__(
        self, now: float, started: float, lambda_context: LambdaContext | None = None
    ) -> None:
        self.now = now
        self.started = started
        self._lambda_context = lambda_context

    @classmethod
    def begin(cls, lambda_context: LambdaContext | None = None) -> RequestClock:
        """Return the clock of a request that begins now.

        Args:
            lambda_context: knows how long the function may run; None at start-up.
        """
        return cls(time.time(), time.monotonic(), lambda_context)

    @property
    def deadline(self) -> float:
        """When reading from AWS must have ended, on the monotonic clock."""
        deadline = self.started + _BUDGET_SECONDS
        if self._lambda_context is None:
            return deadline
        left = self._lambda_context.get_remaining_time_in_millis() / 1000
        return min(deadline, time.monotonic() + left - _RESERVE_SECONDS)

    def elapsed_ms(self) -> float:
        """Return the milliseconds since the request began."""
        return (time.monotonic() - self.started) * 1000
