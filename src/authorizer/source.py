"""Stored texts with their age, and what may be used while the store is down."""

from __future__ import annotations

import os

from apikeys.decision import Reason
from apikeys.errors import StoreUnavailableError
from authorizer.cache import Aged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from authorizer.readers.reader import Reader
    from authorizer.request_clock import RequestClock

# In an outage a stale value is not read again at every request: a client would wait for
# the time-out each time.
_RETRY_SECONDS = 5.0


class Source:
    """Reads through a reader; in an outage what was read before may still be used."""

    def __init__(self, reader: Reader, stale_seconds: float) -> None:
        """Read through a reader.

        Args:
            reader: of secrets, or of the records in a table.
            stale_seconds: how long beyond its TTL a value may be used in an outage.
        """
        self._reader = reader
        self._stale_seconds = stale_seconds

    def read[T](
        self,
        name: str,
        parse: Callable[[str], T | Reason],
        ttl: float,
        kept: Aged[T] | None,
        clock: RequestClock,
    ) -> Aged[T] | Reason:
        """Return the current value of a name, or the kept one while it may be used.

        Args:
            name: of the stored secret, or of the record.
            parse: makes its text a value, or the reason why there is none.
            ttl: how long the value is fresh; jitter only shortens it.
            kept: what was read before, if anything.
            clock: of the request, from which the age is counted.

        Raises:
            StoreUnavailableError: an outage, and nothing kept that may still be used.
            StoreRefusedError: the store refused to let this function read.
            MalformedDocumentError: as ``parse`` does.
        """
        try:
            text = self._reader.read(name, clock.deadline)
        except StoreUnavailableError:
            at_most = ttl + self._stale_seconds
            if kept is None or not kept.is_younger(clock, at_most):
                raise
            kept.renew(clock, _RETRY_SECONDS, at_most)
            return kept
        found = text if isinstance(text, Reason) else parse(text)
        if isinstance(found, Reason):
            return found
        return Aged(found, clock, ttl * _jitter())


def _jitter() -> float:
    """Return 0.9 to 1, so that environments started together don't read together."""
    return 1 - os.urandom(1)[0] / 2_560
