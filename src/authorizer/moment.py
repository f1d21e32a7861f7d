"""The time of one request: two clocks and a deadline."""

from __future__ import annotations

import time

# What a client may wait for AWS, all reads of one request together.
_BUDGET_SECONDS = 3.0
# What is kept of the function's time-out to answer and to log.
_RESERVE_SECONDS = 0.25

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class LambdaContext(Protocol):
        """What this function uses of Lambda's context object."""

        aws_request_id: str

        def get_remaining_time_in_millis(self) -> int:
            """Return the milliseconds left to the function."""
            ...


class Moment:
    """When a request began.

    Attributes:
        now: seconds since 1970 (UTC), for expiry and logs.
        started: the monotonic clock, for ages; a stepping wall clock moves no age.
        deadline: by the monotonic clock, when reading from AWS must have ended.
    """

    __slots__ = ("deadline", "now", "started")

    def __init__(self, now: float, started: float, deadline: float) -> None:
        self.now = now
        self.started = started
        self.deadline = deadline

    @classmethod
    def begin(cls, lambda_context: LambdaContext | None = None) -> Moment:
        """Return the moment of a request that begins now.

        Args:
            lambda_context: knows how long the function may run; None at start-up.
        """
        started = time.monotonic()
        budget = _BUDGET_SECONDS
        if lambda_context is not None:
            left = lambda_context.get_remaining_time_in_millis() / 1000
            budget = min(budget, left - _RESERVE_SECONDS)
        return cls(time.time(), started, started + budget)

    def elapsed_ms(self) -> float:
        """Return the milliseconds since the request began."""
        return (time.monotonic() - self.started) * 1000
