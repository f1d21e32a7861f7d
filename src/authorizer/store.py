"""Records, signing keys and role map, read through caches.

A change in Secrets Manager bites within ``RecordTtlSeconds``. In an outage a value that
was read before may serve for ``StaleSeconds`` more; access denied, deleted and KMS
trouble are decisions of the store, not outages, and take effect at once.
"""

from __future__ import annotations

import os
from contextlib import suppress

from apikeys.decision import Reason
from apikeys.errors import (
    FaultError,
    MalformedDocumentError,
    MalformedRecordError,
    MisconfiguredError,
    NotOntoPopError,
    StoreRefusedError,
    StoreUnavailableError,
)
from apikeys.roles import RoleMap
from apikeys.signing import SigningKeys
from authorizer.cache import Aged, Cache, Slot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from apikeys.record import Record
    from authorizer.credential import Reference
    from authorizer.moment import Moment
    from authorizer.reader import Reader
    from authorizer.settings import Settings

MAX_ENTRIES = 1_024
MAX_SIZE = 4 * 1_024 * 1_024
# A failure to read what every request needs is not tried anew by every request, which
# anybody can send; what an operator mends is seen soon.
_FAILURE_SECONDS = 1.0
# In an outage a stale value is not asked for again at every request: a client would
# pay the time-out each time.
_RETRY_SECONDS = 5.0


class Store:
    """What the decision needs to know, each at most a TTL old."""

    def __init__(self, reader: Reader, settings: Settings) -> None:
        self._reader = reader
        self._settings = settings
        self._records: Cache[Aged[Record]] = Cache(MAX_ENTRIES, MAX_SIZE)
        self._absent: Cache[Aged[Reason]] = Cache(MAX_ENTRIES, MAX_SIZE)
        self._signing_keys: Slot[Aged[SigningKeys]] = Slot()
        self._role_map: Slot[Aged[RoleMap]] = Slot()
        self._failures: dict[str, Aged[FaultError]] = {}

    def warm_up(self, moment: Moment) -> None:
        """Read what every request needs before the first one comes.

        What can't be had is asked for again by the request.
        """
        with suppress(FaultError):
            self.signing_keys(moment)
            self.role_map(moment)
        self._failures.clear()

    def known(self, reference: Reference, moment: Moment) -> Record | Reason | None:
        """Return what ``record`` would without a read, None where it had to read."""
        name = reference.cached_as
        record = self._records.get(name)
        if record is not None and record.is_fresh(moment):
            return record.value
        absent = self._absent.get(name)
        if absent is not None and absent.is_fresh(moment):
            return absent.value
        return None

    def last_known(self, reference: Reference) -> Record | Reason | None:
        """Return what was read last, however long ago, if it is still remembered."""
        name = reference.cached_as
        kept = self._records.get(name) or self._absent.get(name)
        return None if kept is None else kept.value

    def record(self, reference: Reference, moment: Moment) -> Record | Reason:
        """Return the record in a place, or ``UNKNOWN``, ``REVOKED`` or ``CORRUPT``.

        Raises:
            StoreUnavailableError: an outage, and nothing known that may still serve.
            StoreRefusedError: the store refused to let this function read.
        """
        known = self.known(reference, moment)
        if known is not None:
            return known

        def parse(text: str) -> Record | Reason:
            try:
                return reference.parse(text)
            except NotOntoPopError:
                # Nobody's fault but the client's: no alarm.
                return Reason.UNKNOWN
            except MalformedRecordError:
                return Reason.CORRUPT

        name, cached_as = reference.name, reference.cached_as
        found = self._read(self._records, name, cached_as, parse, moment)
        if isinstance(found, Reason):
            ttl = self._settings.unknown_ttl_seconds
            self._absent.put(cached_as, Aged(found, moment, ttl), 1)
        return found

    def signing_keys(self, moment: Moment) -> SigningKeys:
        """Return the signing keys.

        Raises:
            FaultError: they are missing, unreadable or out of reach.
        """
        known = self._signing_keys.kept
        if known is not None and known.is_fresh(moment):
            return known.value
        name = self._settings.signing_secret
        return self._own(self._signing_keys, name, SigningKeys.parse, moment)

    def role_map(self, moment: Moment) -> RoleMap:
        """Return the role map.

        Raises:
            FaultError: it is missing, unreadable or out of reach.
        """
        known = self._role_map.kept
        if known is not None and known.is_fresh(moment):
            return known.value
        name = self._settings.roles_secret
        return self._own(self._role_map, name, RoleMap.loads, moment)

    def _own[T](
        self,
        slot: Slot[Aged[T]],
        name: str,
        parse: Callable[[str], T],
        moment: Moment,
    ) -> T:
        failure = self._failures.get(name)
        if failure is not None and failure.is_fresh(moment):
            raise _again(failure.value)
        try:
            return self._required(slot, name, parse, moment)
        except FaultError as error:
            self._failures[name] = Aged(_again(error), moment, _FAILURE_SECONDS)
            raise

    def _required[T](
        self,
        slot: Slot[Aged[T]],
        name: str,
        parse: Callable[[str], T],
        moment: Moment,
    ) -> T:
        try:
            found = self._read(slot, name, name, parse, moment)
        except MalformedDocumentError as error:
            raise MisconfiguredError(str(error)) from None
        if isinstance(found, Reason):
            raise MisconfiguredError(f"the stored secret {name} is {found}")
        return found

    def _read[T](
        self,
        cache: Cache[Aged[T]] | Slot[Aged[T]],
        name: str,
        cached_as: str,
        parse: Callable[[str], T | Reason],
        moment: Moment,
    ) -> T | Reason:
        """Read a stored secret and keep what it says, or serve what was kept."""
        settings = self._settings
        try:
            text = self._reader.read(name, moment.deadline)
        except StoreUnavailableError:
            kept = cache.get(cached_as)
            at_most = settings.record_ttl_seconds + settings.stale_seconds
            if kept is None or not kept.is_younger(moment, at_most):
                raise
            kept.renew(moment, _RETRY_SECONDS, at_most)
            return kept.value
        except StoreRefusedError:
            cache.drop(cached_as)
            raise
        # Dropped first: what can't be parsed must not leave the value before it.
        cache.drop(cached_as)
        found = text if isinstance(text, Reason) else parse(text)
        if not isinstance(found, Reason):
            ttl = settings.record_ttl_seconds * _jitter()
            cache.put(cached_as, Aged(found, moment, ttl), len(text))
        return found


def _again(error: FaultError) -> FaultError:
    """Return an error's equal; itself it would keep the traces of all its raisings."""
    return type(error)(str(error))


def _jitter() -> float:
    """Return 0.9 to 1: environments that started together do not all read together."""
    return 1 - os.urandom(1)[0] / 2_560
