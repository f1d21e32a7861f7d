"""What an error of a store means for a request.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html
"""

from __future__ import annotations

from apikeys.errors import StoreRefusedError, StoreUnavailableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from apikeys.errors import FaultError

_TRANSIENT = {
    "InternalFailure",
    "InternalServerError",
    "InternalServiceError",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    # Our credentials expired or our clock is wrong: nothing was decided about access.
    "ExpiredTokenException",
    "InvalidSignatureException",
    "RequestExpired",
}
_SERVER_ERROR = 500


def fault(title: str, status: int, code: str) -> FaultError:
    """Return the error to raise for one that says nothing about a record.

    ``StoreUnavailableError`` if the service throttled or failed, or the request had
    expired credentials or a wrong time; else, as for access denied or KMS trouble,
    ``StoreRefusedError``.

    Args:
        title: the service's name for people.
        status: the HTTP status of the answer.
        code: the error's name without a namespace.
    """
    message = f"{title} answered {status} {code}"
    if status >= _SERVER_ERROR or code in _TRANSIENT:
        return StoreUnavailableError(message)
    return StoreRefusedError(message)


def code_of(answer: Mapping[str, object]) -> str:
    """Return the name of the error in an answer, without a namespace or an address.

    Some answers spell it ``namespace#Code`` or ``Code:address``.
    """
    return str(answer.get("__type", "")).rpartition("#")[2].partition(":")[0]
