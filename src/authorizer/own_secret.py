"""A stored secret of the deployment's own, which every request needs."""

from __future__ import annotations

from apikeys.decision import Reason
from apikeys.errors import FaultError, MalformedDocumentError, MisconfiguredError
from authorizer.cache import Aged, Of, T

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from authorizer.request_clock import RequestClock
    from authorizer.source import Source

# A failed read of what every request needs is not retried by every request, as anybody
# can send one; but what an operator fixes is noticed soon.
_FAILURE_SECONDS = 1.0


class OwnSecret(Of[T]):
    """The signing keys or the role map, read again only after a TTL.

    An unchanged text keeps its value, and with it all that was computed from it.
    """

    def __init__(
        self, name: str, parse: Callable[[str], T], ttl: float, source: Source
    ) -> None:
        """Read the stored secret of this name on first use."""
        self._name = name
        self._parse = parse
        self._ttl = ttl
        self._source = source
        self._kept: Aged[T] | None = None
        self._failure: Aged[FaultError] | None = None
        self._text: str | None = None
        self._value: T | None = None

    def get(self, clock: RequestClock) -> T:
        """Return the value.

        Raises:
            FaultError: it is missing, unreadable or unavailable.
        """
        kept = self._kept
        if kept is not None and kept.is_fresh(clock):
            return kept.value
        failure = self._failure
        if failure is not None and failure.is_fresh(clock):
            raise _again(failure.value)
        # Forgotten first: if it can't be read, the previous value must not remain.
        self._kept = None
        try:
            self._kept = self._read(kept, clock)
        except FaultError as error:
            self._failure = Aged(_again(error), clock, _FAILURE_SECONDS)
            raise
        return self._kept.value

    def forget_failure(self) -> None:
        """Let the next request read again what could not be read."""
        self._failure = None

    def _read(self, kept: Aged[T] | None, clock: RequestClock) -> Aged[T]:
        name = self._name
        try:
            found = self._source.read(name, self._parsed, self._ttl, kept, clock)
        except MalformedDocumentError as error:
            raise MisconfiguredError(str(error)) from None
        if isinstance(found, Reason):
            raise MisconfiguredError(f"the stored secret {name} is {found}")
        return found

    def _parsed(self, text: str) -> T:
        if self._value is None or text != self._text:
            self._value, self._text = None, None
            self._value, self._text = self._parse(text), text
        return self._value


def _again(error: FaultError) -> FaultError:
    """Return an equal error; the same one would keep the traceback of each raise."""
    return type(error)(str(error))
