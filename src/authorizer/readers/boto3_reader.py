"""The reader for environments whose credentials are not in variables.

Those are containers, SnapStart and developers' profiles; the AWS SDK, which the Lambda
runtime brings along, knows all the places.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from apikeys.errors import StoreUnavailableError
from authorizer.readers.connection import CONNECT_SECONDS
from authorizer.readers.dynamodb import record_in, table_fault
from authorizer.readers.secrets_manager import absence, value_in
from authorizer.readers.service import READ_SECONDS, TRIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apikeys.decision import Reason

# At DEBUG botocore logs whole answers, including the content of secrets.
logging.getLogger("botocore").setLevel(logging.WARNING)


# With the same time-outs as the lean readers.
_config = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"total_max_attempts": TRIES, "mode": "standard"},
)


class Boto3Reader:
    """Reads secrets through boto3."""

    def __init__(self) -> None:
        self._client = boto3.client("secretsmanager", config=_config)

    def read(self, name: str, deadline: float) -> str | Reason:
        """Return the current value of a secret; see ``SecretsManager.read``."""
        try:
            with _asking("Secrets Manager", deadline):
                answer = self._client.get_secret_value(
                    SecretId=name, VersionStage="AWSCURRENT"
                )
        except ClientError as error:
            return absence(*_status_and_code(error))
        return value_in(answer)


class Boto3Table:
    """Reads the records in a table through boto3."""

    def __init__(self, table: str) -> None:
        self._client = boto3.client("dynamodb", config=_config)
        self._table = table

    def read(self, name: str, deadline: float) -> str | Reason:
        """Return the current text of a record; see ``DynamoDb.read``."""
        try:
            with _asking("DynamoDB", deadline):
                answer = self._client.get_item(
                    TableName=self._table,
                    Key={"pk": {"S": name}},
                    ConsistentRead=True,
                    # Tells a missing item from an answer that says nothing.
                    ReturnConsumedCapacity="TOTAL",
                )
        except ClientError as error:
            raise table_fault(*_status_and_code(error)) from None
        # botocore takes an answer that is not JSON for one without an item.
        if "ConsumedCapacity" not in answer:
            raise StoreUnavailableError("DynamoDB answered without an item")
        return record_in(answer.get("Item"))


@contextmanager
def _asking(title: str, deadline: float) -> Iterator[None]:
    """Bound a call by a deadline; the service's own errors pass through."""
    if time.monotonic() >= deadline:
        raise StoreUnavailableError(f"no time left to ask {title}")
    try:
        yield
    # botocore raises anything for an answer that is not a JSON object.
    except (BotoCoreError, ValueError, AttributeError) as error:
        raise StoreUnavailableError(
            f"no answer from {title}: {type(error).__name__}"
        ) from None


def _status_and_code(error: ClientError) -> tuple[int, str]:
    """Return the HTTP status of an error, and its name."""
    status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status, error.response["Error"]["Code"]
