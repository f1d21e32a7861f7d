"""AWS services that do not serve: told apart from their answers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from admin.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


@contextmanager
def served(service: str, code: str, answers: Collection[str]) -> Iterator[None]:
    """Turn what is no answer about the thing asked for into a refusal with 503.

    Args:
        service: as people call it.
        code: the refusal's.
        answers: the service's error codes that are answers; they are let through.
    """
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        # botocore names the classes of a service's errors by their codes.
        kind = type(error).__name__
        if kind in answers:
            raise
        if isinstance(error, ClientError):
            kind = error.response["Error"]["Code"]
        message = f"{service} does not serve this function: {kind}"
        raise RefusedError(503, code, message) from error
