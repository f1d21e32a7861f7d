"""The pace of a batch: as much as API Gateway's quotas and the record store allow."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from apikeys_cli.errors import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# An account may make five CreateApiKey calls a second, and ten of API Gateway's control
# plane in all. A row costs three: looking for the key of an earlier attempt, the key,
# and its plan.
_SECONDS = 0.3
# An overloaded store recovers in seconds. A row is safe to repeat.
_STORE_WAITS = (1, 2, 4, 8)


class Pace:
    """Lets rows with a usage plan begin one after the other, three a second at most.

    All other rows proceed meanwhile.
    """

    def __init__(self) -> None:
        self._one_at_a_time = Lock()
        self._next_at = monotonic()

    def retried[T](self, ask: Callable[[], T]) -> T:
        """Ask, and ask again after a while if the store is unavailable at the moment.

        Raises:
            UnreachableError: it was unavailable for long, or something else failed.
        """
        for wait in _STORE_WAITS:
            try:
                return ask()
            except UnreachableError as error:
                if error.code != "store_unavailable":
                    raise
            sleep(wait)
        return ask()

    @contextmanager
    def turn(self, request: Mapping[str, Any]) -> Iterator[None]:
        """Wait for a request's turn, and hold it while the request is in progress."""
        if not request.get("usagePlanId"):
            yield
            return
        with self._one_at_a_time:
            wait = self._next_at - monotonic()
            if wait > 0:
                sleep(wait)
            self._next_at = monotonic() + _SECONDS
            yield
