"""A DynamoDB in memory, as strict as AWS, with one table of records.

Reads of the table are strong or may lag; an index lags behind it as long as it is told
to. What may be purged stays until the test says otherwise, as on AWS for some days.
"""

# ruff: noqa: N803 - the parameters have the names of boto3's

from __future__ import annotations

import json
from bisect import bisect_right
from copy import deepcopy
from hashlib import sha256
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from tests.harness.client import ServiceError
from tests.harness.expressions import Expressions, invalid
from tests.tables import TABLE, properties

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.harness.expressions import Item

_LARGEST_ITEM = 400 * 1_024
_MOST_KEYS = 100
_PASSED, _FAILED = "None", "ConditionalCheckFailed"
_INDEXES = {
    index["IndexName"]: [part["AttributeName"] for part in index["KeySchema"]]
    for index in properties()["GlobalSecondaryIndexes"]
}


class DynamoDb:
    """The operations, by the names of boto3's methods.

    Attributes:
        items: by name.
        lags: whether the indexes show what was there when this was set.
        read: how many items were read, by the method that read them.
    """

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.read: dict[str, int] = {}
        self._seen_by_indexes: dict[str, Item] | None = None
        self._transactions: set[str] = set()
        self._ordered: dict[str, list[tuple[Any, Item]]] = {}

    def lag(self) -> None:
        """Let the indexes show what is there now, whatever is written."""
        self._seen_by_indexes = deepcopy(self.items)
        self._ordered.clear()

    def settle(self) -> None:
        """Let the indexes follow."""
        self._seen_by_indexes = None
        self._ordered.clear()

    def fill(self, items: Iterable[Item]) -> None:
        """Put many items there at once."""
        self.items |= {_name(item): item for item in items}
        self._ordered.clear()

    def get_item(self, **request: Any) -> dict[str, Any]:
        """Return an item, or none."""
        _check_table(request)
        _check_strong(request)
        found = self.items.get(_name(request["Key"]))
        self._count("get_item", 1)
        return {} if found is None else {"Item": deepcopy(found)}

    def batch_get_item(self, RequestItems: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """Return those items that there are, in no order."""
        ((table, asked),) = RequestItems.items()
        _check_table({"TableName": table})
        _check_strong(asked)
        names = [_name(key) for key in asked["Keys"]]
        if len(set(names)) != len(names) or not 0 < len(names) <= _MOST_KEYS:
            raise invalid("1 to 100 keys, none of them twice")
        found = [self.items[name] for name in sorted(names) if name in self.items]
        self._count("batch_get_item", len(found))
        return {"Responses": {table: deepcopy(found)}, "UnprocessedKeys": {}}

    def put_item(self, **request: Any) -> dict[str, Any]:
        """Store an item if its condition holds."""
        self._write([("Put", request)])
        return {}

    def update_item(self, **request: Any) -> dict[str, Any]:
        """Change an item if its condition holds."""
        self._write([("Update", request)])
        return {}

    def transact_write_items(
        self, TransactItems: list[dict[str, Any]], ClientRequestToken: str
    ) -> dict[str, Any]:
        """Carry out all writes or none; once for each token."""
        if ClientRequestToken in self._transactions:
            return {}
        writes = [pair for asked in TransactItems for pair in asked.items()]
        names = [
            _name(request.get("Item", request.get("Key"))) for _, request in writes
        ]
        if len(set(names)) != len(names):
            raise invalid("Transaction request cannot include two operations on one")
        try:
            self._write(writes)
        except ServiceError as error:
            if error.code != "ConditionalCheckFailedException":
                raise
            raise ServiceError(
                "TransactionCanceledException",
                "Transaction cancelled",
                CancellationReasons=[
                    {"Code": _PASSED if self._made(write) else _FAILED}
                    for write in writes
                ],
            ) from error
        self._transactions.add(ClientRequestToken)
        return {}

    def scan(self, **request: Any) -> dict[str, Any]:
        """Return a page of all items, in DynamoDB's own order."""
        _check_table(request)
        found = self._in_order("", self.items.values(), _place)
        return self._page("scan", found, request, _place, ["pk"])

    def query(self, **request: Any) -> dict[str, Any]:
        """Return a page of an index, in the order of its second attribute."""
        _check_table(request)
        partition, sorted_by = _INDEXES[request["IndexName"]]
        seen = self.items if self._seen_by_indexes is None else self._seen_by_indexes
        asked = Expressions(request)

        def place(item: Item) -> tuple[Any, ...]:
            value = item[sorted_by]
            return (int(value["N"]) if "N" in value else value["S"], item["pk"]["S"])

        which = request["KeyConditionExpression"]
        indexed = (i for i in seen.values() if partition in i and sorted_by in i)
        ordered = self._in_order(request["IndexName"], indexed, place)
        found = [one for one in ordered if asked.holds(which, one[1])]
        start = request.get("ExclusiveStartKey")
        if start is not None and not asked.holds(which, start):
            raise invalid("The provided starting key is outside query boundaries")
        keys = list(dict.fromkeys(["pk", partition, sorted_by]))
        return self._page("query", found, request, place, keys)

    def _page(
        self,
        method: str,
        found: list[tuple[Any, Item]],
        request: Any,
        place: Callable[[Item], Any],
        keys: list[str],
    ) -> dict[str, Any]:
        start, begin = request.get("ExclusiveStartKey"), 0
        if start is not None:
            if sorted(start) != sorted(keys):
                raise invalid("The provided starting key is invalid")
            begin = bisect_right(found, place(start), key=itemgetter(0))
        limit = request["Limit"]
        shown = [item for _, item in found[begin : begin + limit]]
        self._count(method, len(shown))
        names = request["ProjectionExpression"].split(", ")
        page: dict[str, Any] = {
            "Items": [{n: deepcopy(i[n]) for n in names if n in i} for i in shown]
        }
        if len(found) > begin + limit:
            page["LastEvaluatedKey"] = {name: shown[-1][name] for name in keys}
        return page

    def _in_order(
        self, index: str, items: Iterable[Item], place: Callable[[Item], Any]
    ) -> list[tuple[Any, Item]]:
        """Return places and items in an index's order, remembered until a write."""
        if index not in self._ordered:
            placed = [(place(item), item) for item in items]
            self._ordered[index] = sorted(placed, key=itemgetter(0))
        return self._ordered[index]

    def _write(self, writes: list[tuple[str, Any]]) -> None:
        made = [self._made(write) for write in writes]
        for item in made:
            if item is None:
                raise ServiceError(
                    "ConditionalCheckFailedException", "The conditional request failed"
                )
        self.fill(item for item in made if item is not None)

    def _made(self, write: tuple[str, Any]) -> Item | None:
        """Return the item that a write makes, None where its condition fails."""
        kind, request = write
        _check_table(request)
        name = _name(request["Item"] if kind == "Put" else request["Key"])
        before, asked = self.items.get(name, {}), Expressions(request)
        is_met = asked.holds(request["ConditionExpression"], before)
        if kind == "Put":
            made = deepcopy(request["Item"])
        elif is_met:
            made = asked.updated(before or deepcopy(request["Key"]))
        else:
            return None
        asked.check_all_used()
        _check(made)
        return made if is_met else None

    def _count(self, method: str, items: int) -> None:
        self.read[method] = self.read.get(method, 0) + items


def _check_table(request: Any) -> None:
    if request["TableName"] != TABLE:
        raise ServiceError("ResourceNotFoundException", "Requested resource not found")


def _check_strong(request: Any) -> None:
    """Refuse a weak read, which might not see a write before it."""
    if not request.get("ConsistentRead"):
        raise invalid("no read of a record may lag behind a write")


def _check(item: Item) -> None:
    """Refuse what DynamoDB does not store: an item too large, an empty key."""
    if len(json.dumps(item).encode()) > _LARGEST_ITEM:
        raise invalid("Item size has exceeded the maximum allowed size")
    for name in {"pk"}.union(*_INDEXES.values()) & item.keys():
        kind = "N" if name == "expires" else "S"
        if not item[name].get(kind):
            raise invalid(f"empty or of another type: {name}")


def _name(key: Item) -> str:
    return str(key["pk"]["S"])


def _place(item: Item) -> str:
    return sha256(_name(item).encode()).hexdigest()
