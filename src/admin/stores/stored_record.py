"""A stored value as a record, if it is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from admin.errors import corrupt
from admin.principal import Principal
from apikeys import document, timestamp
from apikeys.errors import MalformedRecordError
from apikeys.record import SCHEMA_VERSIONS

if TYPE_CHECKING:
    from admin.stores.engine import Stored
    from apikeys.record import Record


class Found(NamedTuple):
    """A record and the version at which it was read."""

    record: Record
    version: str


def parsed(principal: Principal, stored: Stored) -> Found:
    """Return the record in a stored value.

    Raises:
        RefusedError: 409, it can't be read.
    """
    try:
        return Found(principal.parse(stored.text), stored.version)
    except MalformedRecordError as error:
        raise corrupt(principal, f"{error}; it can only be revoked") from error


def readable(principal: Principal, stored: Stored) -> Record | None:
    """Return the record in a stored value, or None where it can't be read."""
    try:
        return principal.parse(stored.text)
    except MalformedRecordError:
        return None


def is_ours(stored: Stored) -> bool:
    """Return whether a stored value claims to be a record, though it can't be read."""
    try:
        return document.loads(stored.text).get("schemaVersion") in SCHEMA_VERSIONS
    except ValueError:
        return False


def issued_at(record: Record) -> int:
    """Return when a credential was issued, in seconds since 1970.

    Raises:
        RefusedError: 409, the record does not say.
    """
    try:
        return timestamp.parse(str(record.document.get("issueDate")))
    except ValueError as error:
        what = f"record of {record.principal}: issueDate: {error}"
        raise corrupt(Principal.of(record), what) from error
