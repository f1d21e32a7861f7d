"""Records, read through a cache.

A change in the store takes effect within ``RecordTtlSeconds``. In an outage a
record that was read before may be used for ``StaleSeconds`` more; access denied,
deleted and KMS errors are decisions of the store, not outages, and take effect at once.
"""

from __future__ import annotations

from apikeys.decision import Reason
from apikeys.errors import (
    MalformedRecordError,
    NotOntoPopError,
    StoreUnavailableError,
)
from authorizer.cache import Aged, Cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.record import Record
    from authorizer.credential import Reference
    from authorizer.request_clock import RequestClock
    from authorizer.settings import Settings
    from authorizer.source import Source

MAX_ENTRIES = 1_024
MAX_SIZE = 4 * 1_024 * 1_024


class Store:
    """Records, and the absence of records, each at most a TTL old."""

    def __init__(self, source: Source, settings: Settings) -> None:
        self._source = source
        self._settings = settings
        self._records: Cache[Aged[Record]] = Cache(MAX_ENTRIES, MAX_SIZE)
        self._absent: Cache[Aged[Reason]] = Cache(MAX_ENTRIES, MAX_SIZE)

    def known(
        self, reference: Reference, clock: RequestClock
    ) -> Record | Reason | None:
        """Return what ``record`` returns where it needs no read, None otherwise."""
        name = reference.cached_as
        record = self._records.get(name)
        if record is not None and record.is_fresh(clock):
            return record.value
        absent = self._absent.get(name)
        if absent is not None and absent.is_fresh(clock):
            return absent.value
        return None

    def has_read(self, reference: Reference) -> bool:
        """Return whether a record is remembered in this place, however old."""
        return self._records.get(reference.cached_as) is not None

    def record(self, reference: Reference, clock: RequestClock) -> Record | Reason:
        """Return the record in a place, or ``UNKNOWN``, ``REVOKED`` or ``CORRUPT``.

        Raises:
            StoreUnavailableError: an outage, and nothing known that may still be used.
            StoreRefusedError: the store refused to let this function read.
        """
        known = self.known(reference, clock)
        if known is not None:
            return known
        name, cached_as = reference.name, reference.cached_as
        settings, kept = self._settings, self._records.get(cached_as)
        try:
            found = self._source.read(
                name,
                lambda text: _parsed(reference, text),
                settings.record_ttl_seconds,
                kept,
                clock,
            )
        except StoreUnavailableError:
            # Not a decision: the store may still confirm what is remembered.
            raise
        except BaseException:
            self._records.drop(cached_as)
            raise
        if isinstance(found, Aged):
            self._records.put(cached_as, found, found.value.size)
            return found.value
        self._records.drop(cached_as)
        absent = Aged(found, clock, settings.unknown_ttl_seconds)
        self._absent.put(cached_as, absent, 1)
        return found


def _parsed(reference: Reference, text: str) -> Record | Reason:
    try:
        return reference.parse(text)
    except NotOntoPopError:
        # Only the client's fault: no alarm.
        return Reason.UNKNOWN
    except MalformedRecordError:
        return Reason.CORRUPT
