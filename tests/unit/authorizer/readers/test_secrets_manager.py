"""What Secrets Manager's answers to GetSecretValue mean."""

from __future__ import annotations

import pytest

from apikeys.decision import Reason
from apikeys.errors import StoreRefusedError
from authorizer.readers.secrets_manager import absence


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("ResourceNotFoundException", Reason.UNKNOWN),
        ("InvalidRequestException", Reason.REVOKED),
    ],
)
def test_an_absent_secret_is_a_reason_to_refuse(code: str, reason: Reason) -> None:
    """Never there, or scheduled for deletion."""
    assert absence(400, code) is reason


def test_another_error_is_a_fault() -> None:
    """It says nothing about the secret."""
    with pytest.raises(
        StoreRefusedError, match=r"^Secrets Manager answered 400 Denied$"
    ):
        absence(400, "Denied")
