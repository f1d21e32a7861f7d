"""The writing side of a table: nothing is ever overwritten unseen.

Each write is conditional on the version that was read. Reads are strongly consistent.
Several writes are carried out in one transaction.
"""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING
from uuid import uuid4

from admin.errors import Code, RefusedError, conflict
from admin.stores import availability, item
from admin.stores.engine import (
    NO_NOTES,
    Absence,
    Creation,
    NameTakenError,
    Replacement,
    Stored,
)
from admin.stores.table_list import TableList, stored_in
from apikeys.defaults import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from admin.stores.engine import Write

_IS_FREE = "attribute_not_exists(pk) OR purgeAt <= :now"
_IS_THERE = "attribute_exists(pk) AND attribute_not_exists(revokedAt)"
_IS_AS_READ = "version = :read AND attribute_not_exists(revokedAt)"
_MAY_COME_BACK = "version = :read AND attribute_exists(revokedAt) AND purgeAt > :now"

_ENDED = ("revokedAt", "purgeAt")

# Another transaction holds an item for some milliseconds.
_WAITS = (0.05, 0.1, 0.2, 0.4)
# Why a transaction was not carried out.
_FAILED = "ConditionalCheckFailed"
_PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


class RecordTable(TableList):
    """The engine on a DynamoDB table, whose items are keyed by name."""

    def read(self, name: str) -> Stored | Absence:
        """Return the current value, or why there is none."""
        return stored_in(self._item(name), self._now())

    def create(
        self,
        name: str,
        text: str,
        description: str,
        notes: Mapping[str, str] = NO_NOTES,
    ) -> str:
        """Put an item where there is none, or only an expired one."""
        write, version = Creation(name, text, description, notes), str(uuid4())
        put = self._put(write, version)
        if not self._is_written(self._client.put_item, put, name, version):
            raise NameTakenError
        return version

    def replace(self, name: str, text: str, version: str) -> str:
        """Update an item that still has the version."""
        write, new = Replacement(name, text, version), str(uuid4())
        update = self._update(write, new)
        if not self._is_written(self._client.update_item, update, name, new):
            raise conflict("the stored value")
        return new

    def together(self, writes: Sequence[Write]) -> list[str]:
        """Carry out the writes in one transaction."""
        versions = [str(uuid4()) for _ in writes]
        asked = [
            {"Put": self._put(write, version)}
            if isinstance(write, Creation)
            else {"Update": self._update(write, version)}
            for write, version in zip(writes, versions, strict=True)
        ]
        for wait in _WAITS:
            reasons = self._reasons(asked, writes[0].name, versions[0])
            if _FAILED in reasons or not _PASSING.intersection(reasons):
                break
            sleep(wait)
        for write, reason in zip(writes, reasons, strict=False):
            if reason == _FAILED and isinstance(write, Creation):
                raise NameTakenError
        if _FAILED in reasons:
            raise conflict("the stored value")
        if reasons:
            message = f"DynamoDB does not serve this function: {', '.join(reasons)}"
            raise RefusedError(Code.STORE_UNAVAILABLE, message)
        return versions

    def delete(self, name: str, recovery_days: int) -> bool:
        """Mark an item as revoked until it expires, when DynamoDB removes it."""
        now = self._now()
        dates = {
            "revokedAt": item.number(now),
            "purgeAt": item.number(now + recovery_days * DAY),
        }
        return self._is_changed(item.change(name, dates, item.COPIES, _IS_THERE, {}))

    def is_gone(self, name: str) -> bool:
        """Return whether nothing can be read; reads see every write."""
        return isinstance(self.read(name), Absence)

    def restore(self, name: str) -> bool:
        """Remove the mark, and let the indexes find the record again."""
        found, now = self._item(name), self._now()
        if found is not None and stored_in(found, now) is Absence.DELETED:
            version = item.text(item.text_of(found, "version"))
            given = {":read": version, ":now": item.number(now)}
            copies = item.copies(item.text_of(found, "record"))
            change = item.change(name, copies, _ENDED, _MAY_COME_BACK, given)
            if self._is_changed(change):
                return True
        return isinstance(self.read(name), Stored)

    def note(self, name: str, notes: Mapping[str, str]) -> None:
        """Add notes to those that others put into the item."""
        numbered = list(enumerate(notes.items()))
        request = {
            "Key": item.key(name),
            "UpdateExpression": "SET "
            + ", ".join(f"notes.#{number} = :{number}" for number, _ in numbered),
            "ConditionExpression": _IS_THERE,
            "ExpressionAttributeNames": {f"#{n}": note for n, (note, _) in numbered},
            "ExpressionAttributeValues": {
                f":{number}": item.text(value) for number, (_, value) in numbered
            },
        }
        if not self._is_changed(request):
            raise conflict("the stored value")

    def notes(self, name: str) -> tuple[dict[str, str], str | None]:
        """Return the notes in an item, and its version."""
        found = self._item(name)
        if found is None or stored_in(found, self._now()) is Absence.NEVER:
            raise conflict("the stored value")
        return item.notes_of(found), item.text_of(found, "version")

    def _put(self, write: Creation, version: str) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Item": item.new(write.name, write.text, version, write.notes),
            "ConditionExpression": _IS_FREE,
            "ExpressionAttributeValues": {":now": item.number(self._now())},
        }

    def _update(self, write: Replacement, version: str) -> dict[str, Any]:
        values = {"record": item.text(write.text), "version": item.text(version)}
        values |= item.copies(write.text)
        given = {":read": item.text(write.version)}
        change = item.change(write.name, values, item.COPIES, _IS_AS_READ, given)
        return {"TableName": self._table, **change}

    def _is_written(
        self,
        call: Callable[..., object],
        request: dict[str, Any],
        name: str,
        version: str,
    ) -> bool:
        """Write a value; False if the condition on it failed."""
        failed = self._client.exceptions.ConditionalCheckFailedException
        try:
            self._send(call, request, failed)
        except (failed, RefusedError) as error:
            # The SDK repeats a call whose answer was lost; then our own write failed
            # it.
            if self._has(name, version):
                return True
            if isinstance(error, RefusedError):
                raise
            return False
        return True

    def _is_changed(self, change: dict[str, Any]) -> bool:
        """Change an item; False if the condition on it failed."""
        failed = self._client.exceptions.ConditionalCheckFailedException
        request = {"TableName": self._table, **change}
        try:
            self._send(self._client.update_item, request, failed)
        except failed:
            return False
        return True

    def _send(
        self,
        call: Callable[..., object],
        request: dict[str, Any],
        failed: type[Exception],
    ) -> None:
        """Send a write, repeatedly while another transaction holds the item."""
        held = self._client.exceptions.TransactionConflictException
        for wait in _WAITS:
            try:
                with availability.table(failed, held):
                    call(**request)
            except held:
                sleep(wait)
            else:
                return
        with availability.table(failed):
            call(**request)

    def _reasons(self, asked: list[Any], name: str, version: str) -> list[str]:
        """Carry out a transaction; return why each of its writes failed, if one did."""
        canceled = self._client.exceptions.TransactionCanceledException
        try:
            with availability.table(canceled):
                self._client.transact_write_items(TransactItems=asked)
        except (canceled, RefusedError) as error:
            if self._has(name, version):
                return []
            if isinstance(error, RefusedError):
                raise
            found = error.response.get("CancellationReasons", [])
            return [reason.get("Code", "None") for reason in found] or ["Unknown"]
        return []

    def _has(self, name: str, version: str) -> bool:
        found = self.read(name)
        return isinstance(found, Stored) and found.version == version
