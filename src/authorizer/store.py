"""Records, signing keys and role map, read through caches.

A change in Secrets Manager bites within ``RecordTtlSeconds``. In an outage a value that
was read before may serve for ``StaleSeconds`` more; access denied, deleted and KMS
trouble are decisions of the store, not outages, and take effect at once.
"""

from __future__ import annotations

import os

from apikeys.decision import Reason
from apikeys.errors import (
    MalformedDocumentError,
    MalformedRecordError,
    MisconfiguredError,
    StoreRefusedError,
    StoreUnavailableError,
)
from apikeys.record import Record
from apikeys.roles import RoleMap
from apikeys.signing import SigningKeys
from authorizer.cache import Cache, Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from authorizer.moment import Moment
    from authorizer.reader import Reader
    from authorizer.settings import Settings

MAX_RECORDS = 1_024
MAX_RECORDS_SIZE = 4 * 1_024 * 1_024
# In an outage a stale value is not asked for again at every request: a client would
# pay the time-out each time.
_RETRY_SECONDS = 5.0


class Store:
    """What the decision needs to know, each at most a TTL old."""

    def __init__(self, reader: Reader, settings: Settings) -> None:
        self._reader = reader
        self._settings = settings
        self._records: Cache[Record] = Cache(MAX_RECORDS, MAX_RECORDS_SIZE)
        self._absent: Cache[Reason] = Cache(MAX_RECORDS, MAX_RECORDS_SIZE)
        self._signing_keys: Cache[SigningKeys] = Cache(1, MAX_RECORDS_SIZE)
        self._role_maps: Cache[RoleMap] = Cache(1, MAX_RECORDS_SIZE)

    def knows(self, key_id: str, moment: Moment) -> bool:
        """Tell whether asking for this record now would be answered from a cache."""
        return any(
            entry is not None and moment.started < entry.fresh_until
            for entry in (self._records.get(key_id), self._absent.get(key_id))
        )

    def record(self, key_id: str, moment: Moment) -> Record | Reason:
        """Return the record of a key id, or ``UNKNOWN``, ``REVOKED`` or ``CORRUPT``.

        Raises:
            StoreUnavailableError: an outage, and nothing known that may still serve.
            StoreRefusedError: the store refused to let this function read.
        """
        absent = self._absent.get(key_id)
        if absent is not None and moment.started < absent.fresh_until:
            return absent.value

        def read() -> tuple[Record | Reason, int]:
            name = f"{self._settings.secret_name_prefix}{key_id}"
            text = self._reader.read(name, moment.deadline)
            if isinstance(text, Reason):
                return text, 0
            try:
                return Record.parse(text, key_id=key_id), len(text)
            except MalformedRecordError:
                return Reason.CORRUPT, 0

        found = self._fresh(self._records, key_id, read, moment)
        if isinstance(found, Reason):
            until = moment.started + self._settings.unknown_ttl_seconds
            entry = Entry(found, read_at=moment.started, fresh_until=until, size=1)
            self._absent.put(key_id, entry)
        return found

    def signing_keys(self, moment: Moment) -> SigningKeys:
        """Return the signing keys.

        Raises:
            FaultError: they are missing, unreadable or out of reach.
        """
        name = self._settings.signing_secret
        return self._own_document(self._signing_keys, name, SigningKeys.parse, moment)

    def role_map(self, moment: Moment) -> RoleMap:
        """Return the role map.

        Raises:
            FaultError: it is missing, unreadable or out of reach.
        """
        name = self._settings.roles_secret
        return self._own_document(self._role_maps, name, RoleMap.loads, moment)

    def _own_document[T](
        self,
        cache: Cache[T],
        name: str,
        parse: Callable[[str], T],
        moment: Moment,
    ) -> T:
        def read() -> tuple[T | Reason, int]:
            text = self._reader.read(name, moment.deadline)
            if isinstance(text, Reason):
                return text, 0
            try:
                return parse(text), len(text)
            except MalformedDocumentError as error:
                raise MisconfiguredError(str(error)) from None

        found = self._fresh(cache, name, read, moment)
        if isinstance(found, Reason):
            raise MisconfiguredError(f"the stored secret {name} is {found}")
        return found

    def _fresh[T](
        self,
        cache: Cache[T],
        name: str,
        read: Callable[[], tuple[T | Reason, int]],
        moment: Moment,
    ) -> T | Reason:
        entry = cache.get(name)
        if entry is not None and moment.started < entry.fresh_until:
            return entry.value
        try:
            value, size = read()
        except StoreUnavailableError:
            settings = self._settings
            lifetime = settings.record_ttl_seconds + settings.stale_seconds
            if entry is None or moment.started >= entry.read_at + lifetime:
                raise
            retry_at = moment.started + _RETRY_SECONDS
            entry.fresh_until = min(retry_at, entry.read_at + lifetime)
            return entry.value
        except (StoreRefusedError, MisconfiguredError):
            cache.drop(name)
            raise
        if isinstance(value, Reason):
            cache.drop(name)
            return value
        until = moment.started + self._settings.record_ttl_seconds * _jitter()
        cache.put(
            name, Entry(value, read_at=moment.started, fresh_until=until, size=size)
        )
        return value


def _jitter() -> float:
    """Return 0.9 to 1: environments that started together do not all read together."""
    return 1 - os.urandom(1)[0] / 2_560
