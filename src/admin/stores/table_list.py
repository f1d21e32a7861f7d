"""The reading side of a table: single items, batches, and the names in it.

An index may lag behind the table, so that it is used only for names and notes: records
are read from the table.
"""

from __future__ import annotations

import json
from itertools import batched
from time import sleep
from typing import TYPE_CHECKING, NamedTuple

from admin.errors import Code, RefusedError
from admin.stores import availability, item
from admin.stores.engine import EVERYTHING, Absence, Page, Stored
from apikeys.defaults import BY_CLIENT, BY_EXPIRY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from mypy_boto3_dynamodb import DynamoDBClient

    from admin.stores.engine import Wanted
    from admin.stores.item import Item

# The most that DynamoDB reads in one call.
_MOST_ITEMS = 100
# Those that await deletion may be few among many.
_SEARCHED = 1_000
_LATEST = 2**53
_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8)


class TableList:
    """Reads a table: each record by its name, and the names by client and expiry."""

    def __init__(
        self, client: DynamoDBClient, table: str, clock: Callable[[], float]
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def read_many(self, names: list[str]) -> dict[str, Stored]:
        """Read the values in batches of a hundred."""
        now = self._now()
        read = {
            item.name_of(found): stored_in(found, now)
            for some in batched(names, _MOST_ITEMS, strict=False)
            for found in self._items(some)
        }
        found = {name: read.get(name) for name in names}
        return {
            name: value for name, value in found.items() if isinstance(value, Stored)
        }

    def names(
        self,
        prefixes: list[str],
        *,
        limit: int,
        token: str | None,
        wanted: Wanted = EVERYTHING,
        deleted_as: list[str] | None = None,
    ) -> Page | None:
        """Read the index for what is wanted, else a page of the whole table."""
        is_deleted = deleted_as is not None
        look_up = _look_up(EVERYTHING if is_deleted else wanted)
        asked = look_up.request | {"Limit": _SEARCHED if is_deleted else limit}
        if token is not None:
            start = _start(token)
            is_by_expiry = look_up.request.get("IndexName") == BY_EXPIRY
            if start is None or ("expires" in start) != is_by_expiry:
                return None
            asked["ExclusiveStartKey"] = start | look_up.partition
            if is_by_expiry:
                # Time has passed since, and a position must lie within the bounds.
                asked["ExpressionAttributeValues"][":first"] = start["expires"]
        call: Any = self._client.query if look_up.partition else self._client.scan
        try:
            with availability.table():
                answer = call(TableName=self._table, **asked)
        except RefusedError as refused:
            # Only a token can be at fault: the rest is the function's own.
            if token is not None and availability.is_invalid(refused):
                return None
            raise
        now = self._now()
        expected = Absence.DELETED if is_deleted else None
        fitting = [
            found
            for found in answer["Items"]
            if _absence(found, now) is expected
            and item.name_of(found).startswith(tuple(prefixes))
        ]
        shown, last = fitting[:limit], answer.get("LastEvaluatedKey")
        if len(fitting) > limit:
            last = shown[-1]
        notes = {item.name_of(found): item.notes_of(found) for found in shown}
        return Page(notes, None if last is None else _token(last))

    def _item(self, name: str) -> Item | None:
        with availability.table():
            answer: Any = self._client.get_item(
                TableName=self._table, Key=item.key(name), ConsistentRead=True
            )
        found: Item | None = answer.get("Item")
        return found

    def _items(self, names: Sequence[str]) -> Iterator[Item]:
        asked: Any = {
            self._table: {
                "Keys": [item.key(name) for name in names],
                "ConsistentRead": True,
            }
        }
        for wait in _WAITS:
            with availability.table():
                answer: Any = self._client.batch_get_item(RequestItems=asked)
            yield from answer["Responses"].get(self._table, [])
            # What was too much at once for the answer or the table.
            asked = answer.get("UnprocessedKeys")
            if not asked:
                return
            sleep(wait)
        message = "DynamoDB does not serve this function: it leaves keys unprocessed"
        raise RefusedError(Code.STORE_UNAVAILABLE, message)

    def _now(self) -> int:
        return int(self._clock())


def stored_in(found: Item | None, now: int) -> Stored | Absence:
    """Return the value in an item, or why there is none."""
    absence = Absence.NEVER if found is None else _absence(found, now)
    if found is None or absence is not None:
        return absence or Absence.NEVER
    return Stored(item.text_of(found, "record"), item.text_of(found, "version"))


def _absence(found: Item, now: int) -> Absence | None:
    """Return why an item can't be read, None if it can.

    DynamoDB removes expired items only some time later: until then they are skipped.
    """
    if "revokedAt" not in found:
        return None
    is_over = int(found.get("purgeAt", {}).get("N", _LATEST)) <= now
    return Absence.NEVER if is_over else Absence.DELETED


class _LookUp(NamedTuple):
    """How names are queried.

    Attributes:
        request: without table and position.
        partition: the part of a position that all names share; empty for the whole
            table.
    """

    request: dict[str, Any]
    partition: Item


def _look_up(wanted: Wanted) -> _LookUp:
    if wanted.client is not None:
        client = item.text(wanted.client)
        index = _index(BY_CLIENT, "client = :client", {":client": client})
        return _LookUp(index, {"client": client})
    if wanted.ends_after is not None or wanted.ends_by is not None:
        after, by = wanted.ends_after, wanted.ends_by
        live = item.text(item.LIVE)
        bounds = {
            ":live": live,
            ":first": item.number(-_LATEST if after is None else after + 1),
            ":last": item.number(_LATEST if by is None else by),
        }
        which = "live = :live AND expires BETWEEN :first AND :last"
        return _LookUp(_index(BY_EXPIRY, which, bounds), {"live": live})
    return _LookUp({"ProjectionExpression": "pk, notes, revokedAt, purgeAt"}, {})


def _index(name: str, which: str, values: Item) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeyConditionExpression": which,
        "ExpressionAttributeValues": values,
        "ProjectionExpression": "pk, notes",
    }


def _token(position: Item) -> str:
    """Return the part of a position that its look-up does not imply."""
    found: list[object] = [item.name_of(position)]
    if "expires" in position:
        found.append(int(position["expires"]["N"]))
    return json.dumps(found)


def _start(token: str) -> Item | None:
    """Return the part of a position in a token, None if it is not one."""
    try:
        found = json.loads(token)
    except ValueError:
        return None
    match found:
        case [str(name)]:
            return item.key(name)
        case [str(name), int(expires)]:
            return {**item.key(name), "expires": item.number(expires)}
    return None
