"""Tells a failing AWS service from its answers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from admin.errors import Code, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

_NO_TABLE = "ResourceNotFoundException"


def store(*answers: type[Exception]) -> AbstractContextManager[None]:
    """Refuse with 503 what is not Secrets Manager's answer about the secret.

    Args:
        answers: the errors of this call that are answers; they are let through for the
            caller to catch.
    """
    return _served("Secrets Manager", Code.STORE_UNAVAILABLE, answers)


@contextmanager
def table(*answers: type[Exception]) -> Iterator[None]:
    """Refuse with 503 what is not an answer of DynamoDB; see ``store``.

    A missing table is 500: no repeat will find it.
    """
    try:
        with _served("DynamoDB", Code.STORE_UNAVAILABLE, answers):
            yield
    except RefusedError as refused:
        if _cause(refused) == _NO_TABLE:
            message = "the table of the records is missing: see RecordTableName"
            raise RefusedError(Code.MISCONFIGURED, message) from refused
        raise


def is_invalid(refused: RefusedError) -> bool:
    """Return whether DynamoDB rejected the request itself."""
    return _cause(refused) == "ValidationException"


def gateway(*answers: type[Exception]) -> AbstractContextManager[None]:
    """Refuse with 503 what is not an answer of API Gateway; see ``store``."""
    return _served("API Gateway", Code.GATEWAY_UNAVAILABLE, answers)


def topic() -> AbstractContextManager[None]:
    """Refuse with 503 what is not an answer of Amazon SNS; see ``store``."""
    return _served("Amazon SNS", Code.TOPIC_UNAVAILABLE, ())


def last_uses() -> AbstractContextManager[None]:
    """Refuse with 503 what is not an answer of the table of last uses."""
    return _served("The table of last uses", Code.LAST_USES_UNAVAILABLE, ())


def logs(*answers: type[Exception]) -> AbstractContextManager[None]:
    """Refuse with 503 what is not an answer of CloudWatch Logs; see ``store``."""
    return _served("CloudWatch Logs", Code.LOGS_UNAVAILABLE, answers)


@contextmanager
def _served(
    service: str, code: Code, answers: tuple[type[Exception], ...]
) -> Iterator[None]:
    try:
        yield
    except answers:
        raise
    except (ClientError, BotoCoreError) as error:
        kind = _code(error) if isinstance(error, ClientError) else type(error).__name__
        message = f"{service} does not serve this function: {kind}"
        raise RefusedError(code, message) from error


def _cause(refused: RefusedError) -> str | None:
    cause = refused.__cause__
    return _code(cause) if isinstance(cause, ClientError) else None


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
