"""The reader of AWS Secrets Manager, on the standard library only."""

from __future__ import annotations

from apikeys.decision import Reason
from apikeys.errors import StoreUnavailableError
from authorizer.readers.aws_error import code_of, fault
from authorizer.readers.service import Service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from authorizer.readers.endpoint import Endpoint
    from authorizer.readers.service import Answer
    from authorizer.readers.sigv4 import Signer
    from authorizer.readers.tls import Trust

_HEADERS = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "secretsmanager.GetSecretValue",
}
_OK = 200
_ABSENT = {
    "ResourceNotFoundException": Reason.UNKNOWN,
    # The answer for a secret that is scheduled for deletion.
    "InvalidRequestException": Reason.REVOKED,
}


class SecretsManager:
    """Reads secrets over one connection, kept open between requests."""

    def __init__(self, endpoint: Endpoint, signer: Signer, trust: Trust) -> None:
        self._service = Service("Secrets Manager", endpoint, signer, trust)

    def read(self, name: str, deadline: float) -> str | Reason:
        """Return the current value of a secret.

        Args:
            name: the secret's name.
            deadline: on the monotonic clock; no attempt begins or lasts beyond it,
                however the service answers.

        Returns:
            The text; ``UNKNOWN`` if there is no such secret, ``REVOKED`` if it is
            scheduled for deletion, ``CORRUPT`` if it holds bytes.

        Raises:
            StoreUnavailableError: no answer, a throttled one, a failure of the service
                or an answer without a value, twice.
            StoreRefusedError: access denied, KMS trouble, a request refused.
        """
        question: Answer = {"SecretId": name, "VersionStage": "AWSCURRENT"}
        return self._service.ask(_HEADERS, question, deadline, _value)


def value_in(answer: Mapping[str, object]) -> str | Reason:
    """Return the text in an answer, or why there is none."""
    value = answer.get("SecretString")
    if isinstance(value, str):
        return value
    if "SecretBinary" in answer:
        return Reason.CORRUPT
    raise StoreUnavailableError("Secrets Manager answered without a value")


def absence(status: int, code: str) -> Reason:
    """Return why a failed GetSecretValue has no value: ``UNKNOWN`` or ``REVOKED``.

    Args:
        status: the HTTP status of the answer.
        code: the error's name without a namespace.

    Raises:
        FaultError: the error says nothing about the secret.
    """
    if code in _ABSENT:
        return _ABSENT[code]
    raise fault("Secrets Manager", status, code)


def _value(status: int, answer: Answer) -> str | Reason:
    if status == _OK:
        return value_in(answer)
    return absence(status, code_of(answer))
