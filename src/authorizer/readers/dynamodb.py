"""The reader of a DynamoDB table, on the standard library only."""

from __future__ import annotations

from apikeys.decision import Reason
from apikeys.errors import MisconfiguredError, StoreUnavailableError
from authorizer.readers.aws_error import code_of, fault
from authorizer.readers.service import Service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.errors import FaultError
    from authorizer.readers.endpoint import Endpoint
    from authorizer.readers.service import Answer
    from authorizer.readers.sigv4 import Signer
    from authorizer.readers.tls import Trust

_HEADERS = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "DynamoDB_20120810.GetItem",
}
_OK = 200


class DynamoDb:
    """Reads records over one connection, kept open between requests."""

    def __init__(
        self, table: str, endpoint: Endpoint, signer: Signer, trust: Trust
    ) -> None:
        self._table = table
        self._service = Service("DynamoDB", endpoint, signer, trust)

    def read(self, name: str, deadline: float) -> str | Reason:
        """Return the current text of a record, as last written.

        Args:
            name: the record's name.
            deadline: as for ``SecretsManager.read``.

        Returns:
            The text; ``UNKNOWN`` if there is no such item, ``REVOKED`` if it was
            revoked, however long ago, ``CORRUPT`` if it has no text.

        Raises:
            StoreUnavailableError: no answer, a throttled one or a failure of the
                service, twice.
            StoreRefusedError: access denied, KMS trouble, a request refused.
            MisconfiguredError: there is no such table.
        """
        question: Answer = {
            "TableName": self._table,
            "Key": {"pk": {"S": name}},
            "ConsistentRead": True,
        }
        return self._service.ask(_HEADERS, question, deadline, _record)


def record_in(item: object) -> str | Reason:
    """Return the text of an item's record, or why there is none."""
    if item is None:
        return Reason.UNKNOWN
    if not isinstance(item, dict):
        raise StoreUnavailableError("DynamoDB answered without an item")
    # DynamoDB removes expired items up to some days late.
    if "revokedAt" in item:
        return Reason.REVOKED
    record = item.get("record")
    text = record.get("S") if isinstance(record, dict) else None
    return text if isinstance(text, str) else Reason.CORRUPT


def table_fault(status: int, code: str) -> FaultError:
    """Return the error for a failed GetItem; it never means that a record is missing.

    Args:
        status: the HTTP status of the answer.
        code: the error's name without a namespace.
    """
    if code == "ResourceNotFoundException":
        return MisconfiguredError("the table of the records is missing")
    return fault("DynamoDB", status, code)


def _record(status: int, answer: Answer) -> str | Reason:
    if status == _OK:
        return record_in(answer.get("Item"))
    raise table_fault(status, code_of(answer))
