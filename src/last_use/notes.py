"""The table of last uses, with at most one write per key and hour."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from apikeys.defaults import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

_HOUR: Final = 3_600
# An item untouched for longer says no more than its absence.
_KEPT_DAYS: Final = 800
_MOST_REMEMBERED: Final = 10_000


class Notes:
    """Writes to the table, and remembers what it wrote."""

    def __init__(
        self, client: DynamoDBClient, table: str, clock: Callable[[], float]
    ) -> None:
        """Note in a table, by a clock that returns the seconds since 1970."""
        self._client = client
        self._table = table
        self._clock = clock
        self._noted: OrderedDict[str, int] = OrderedDict()

    def note(self, uses: Mapping[str, int]) -> None:
        """Note uses, except for names with one noted within the hour before."""
        for name, at in uses.items():
            # A line from the future would prevent notes until then.
            used_at = min(at, int(self._clock()))
            if used_at < self._noted.get(name, 0) + _HOUR:
                continue
            self._noted[name] = self._written(name, used_at)
            self._noted.move_to_end(name)
            if len(self._noted) > _MOST_REMEMBERED:
                self._noted.popitem(last=False)

    def _written(self, name: str, at: int) -> int:
        """Write a use, unless another environment did; return the one in the table."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"principal": {"S": name}},
                UpdateExpression="SET lastUsed = :at, expiresAt = :end",
                ConditionExpression=(
                    "attribute_not_exists(lastUsed) OR lastUsed <= :hour_before"
                ),
                ExpressionAttributeValues={
                    ":at": {"N": str(at)},
                    ":end": {"N": str(at + _KEPT_DAYS * DAY)},
                    ":hour_before": {"N": str(at - _HOUR)},
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return int(error.response["Item"]["lastUsed"]["N"])  # type: ignore[typeddict-item] # what is asked for
        return at
