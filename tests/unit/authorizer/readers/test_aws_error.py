"""What an error of a store means for a request."""

from __future__ import annotations

import pytest

from apikeys.errors import StoreRefusedError, StoreUnavailableError
from authorizer.readers.aws_error import fault


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "ThrottlingException"),
        (400, "Throttling"),
        (429, "TooManyRequestsException"),
        (400, "RequestLimitExceeded"),
        (400, "InternalServiceError"),
        (400, "ExpiredTokenException"),
        (400, "InvalidSignatureException"),
        (400, "RequestExpired"),
        (500, "InternalFailure"),
        (500, ""),
        (503, "ServiceUnavailable"),
        (599, "AccessDeniedException"),
    ],
)
def test_an_outage_may_be_tried_again(status: int, code: str) -> None:
    """Throttling and every failure of the service."""
    found = fault("DynamoDB", status, code)
    assert type(found) is StoreUnavailableError
    assert str(found) == f"DynamoDB answered {status} {code}"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "AccessDeniedException"),
        (403, "AccessDeniedException"),
        (400, "DecryptionFailure"),
        (400, "InvalidParameterException"),
        (400, "UnrecognizedClientException"),
        (400, "ValidationException"),
        (404, ""),
        (499, "Unheard"),
    ],
)
def test_a_refusal_is_a_decision_of_the_store(status: int, code: str) -> None:
    """Whatever is not known to pass is not an outage, so nothing stale is used."""
    found = fault("DynamoDB", status, code)
    assert type(found) is StoreRefusedError
    assert str(found) == f"DynamoDB answered {status} {code}"
