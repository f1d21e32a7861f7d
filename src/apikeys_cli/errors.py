"""Why a command ends without having done what was asked, and with which exit code."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "ForbiddenException",
    "UnauthorizedException",
    "UnauthorizedOperation",
}


class RefusedByFunctionError(click.ClickException):
    """The function refused; nothing was changed.

    Attributes:
        code: the function's word for why.
    """

    exit_code = 1

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class UnreachableError(click.ClickException):
    """The function or another service can't be reached, may not be called, or failed.

    Attributes:
        code: the function's or the service's word for why, where there is one.
    """

    exit_code = 3

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code

    @property
    def is_denied(self) -> bool:
        """Whether AWS answered that this identity may not do it."""
        return self.code in _DENIED


@contextmanager
def explained() -> Iterator[None]:
    """Turn the SDK's errors into messages and exit codes.

    Raises:
        UsageError: the person can mend it with an option.
        UnreachableError: anything else.
    """
    try:
        yield
    except NoRegionError as error:
        message = "which region? Give --region or set AWS_REGION"
        raise click.UsageError(message) from error
    except (ProfileNotFound, InvalidRegionError) as error:
        raise click.UsageError(str(error)) from error
    except NoCredentialsError as error:
        message = "no AWS credentials were found; give --profile, or set them as for "
        raise UnreachableError(f"{message}the AWS CLI") from error
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise UnreachableError(str(error), code) from error
    except BotoCoreError as error:
        raise UnreachableError(str(error)) from error
