"""The table of last uses, which the function on the log subscription writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from admin.stores import availability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeysAndAttributesTypeDef

    from admin.principal import Principal

# The most that DynamoDB reads in one call.
_MOST_ITEMS: Final = 100


class LastUses:
    """Reads the table; its names are those of ``last_use.log_events``."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._since: int | None = None

    def since(self) -> int:
        """Return since when uses are noted, in seconds since 1970.

        Raises:
            RefusedError: 503, the table does not answer.
        """
        if self._since is None:
            with availability.last_uses():
                answer = self._client.describe_table(TableName=self._table)
            self._since = int(answer["Table"]["CreationDateTime"].timestamp())
        return self._since

    def of(self, principals: Sequence[Principal]) -> dict[Principal, int]:
        """Return the last use of those that were used, as noted: up to an hour early.

        Raises:
            RefusedError: 503, the table does not answer.
        """
        names = {f"{p.field}/{p.text}": p for p in principals}
        found: dict[Principal, int] = {}
        left = [{"principal": {"S": name}} for name in names]
        while left:
            asked: KeysAndAttributesTypeDef = {"Keys": left[:_MOST_ITEMS]}
            with availability.last_uses():
                answer = self._client.batch_get_item(RequestItems={self._table: asked})
            for item in answer["Responses"].get(self._table, ()):
                found[names[item["principal"]["S"]]] = int(item["lastUsed"]["N"])
            unread = answer["UnprocessedKeys"].get(self._table, {"Keys": []})["Keys"]
            left = [*unread, *left[_MOST_ITEMS:]]  # type: ignore[list-item] # as they were asked for
        return found
