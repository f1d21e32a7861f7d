"""AWS services that do not serve: told apart from their answers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from admin.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def served(
    service: str, code: str, answers: tuple[type[Exception], ...]
) -> Iterator[None]:
    """Turn what is no answer about the thing asked for into a refusal with 503.

    Args:
        service: as people call it.
        code: the refusal's.
        answers: the errors of this one call that are answers, for the caller to catch;
            they are let through.
    """
    try:
        yield
    except answers:
        raise
    except (ClientError, BotoCoreError) as error:
        kind = (
            error.response["Error"]["Code"]
            if isinstance(error, ClientError)
            else type(error).__name__
        )
        message = f"{service} does not serve this function: {kind}"
        raise RefusedError(503, code, message) from error
