"""What an error of GetSecretValue means for a request.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
"""

from __future__ import annotations

from apikeys.decision import Reason
from apikeys.errors import StoreRefusedError, StoreUnavailableError

_ABSENT = {
    "ResourceNotFoundException": Reason.UNKNOWN,
    # So GetSecretValue answers for a secret that is scheduled for deletion.
    "InvalidRequestException": Reason.REVOKED,
}
_TRANSIENT = {
    "InternalFailure",
    "InternalServiceError",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    # Our credentials ran out or our clock is wrong: nothing was decided about access.
    "ExpiredTokenException",
    "InvalidSignatureException",
    "RequestExpired",
}
_SERVER_ERROR = 500


def absence(status: int, code: str) -> Reason:
    """Return why there is no value: ``UNKNOWN`` or ``REVOKED``.

    Args:
        status: the HTTP status of the answer.
        code: the error's name without a namespace.

    Raises:
        StoreUnavailableError: throttled, the service failed, or the request came with
            expired credentials or a wrong time.
        StoreRefusedError: anything else, such as access denied or KMS trouble.
    """
    if code in _ABSENT:
        return _ABSENT[code]
    message = f"Secrets Manager answered {status} {code}"
    if status >= _SERVER_ERROR or code in _TRANSIENT:
        raise StoreUnavailableError(message)
    raise StoreRefusedError(message)
