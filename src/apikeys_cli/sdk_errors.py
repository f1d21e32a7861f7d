"""The AWS SDK's errors as messages that say what to do, and as exit codes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from botocore import exceptions as sdk

from apikeys_cli.errors import DENIED, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BAD_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_THROTTLED = {"Throttling", "ThrottlingException", "TooManyRequestsException"}
_SIGN_IN = "sign in again (such as aws sso login), or give another --profile"
_SERVER_ERROR = 500
# Whose errors are not the SDK's own; it takes long to load.
_PARSERS = "botocore.parsers"


@contextmanager
def explained(*, acts: bool = False) -> Iterator[None]:
    """Turn the SDK's errors into messages and exit codes.

    Args:
        acts: whether the enclosed call makes the function do something.

    Raises:
        UsageError: the person can correct it with an option.
        UnreachableError: anything else.
    """
    try:
        yield
    except Exception as error:
        explanation = _explanation(error, acts=acts)
        if explanation is None:
            raise
        raise explanation from error


def _explanation(error: Exception, *, acts: bool) -> click.ClickException | None:
    """Return the message for an error of the SDK's, None for any other."""
    match error:
        case sdk.NoRegionError():
            return click.UsageError("which region? Give --region or set AWS_REGION")
        case sdk.InvalidRegionError():
            message = "not the name of a region, such as eu-west-1"
            return click.UsageError(f"{message} (--region or AWS_REGION)")
        case sdk.ProfileNotFound():
            return click.UsageError(f"--profile: {error}")
        case sdk.ClientError():
            return _answered(error, acts=acts)
    is_garbled = type(error).__module__ == _PARSERS
    if not is_garbled and not isinstance(error, sdk.BotoCoreError):
        return None
    is_lost = isinstance(error, sdk.HTTPClientError | sdk.IncompleteReadError)
    return UnreachableError(
        # Such as the page of a proxy.
        "the answer is not one of AWS's; check the network, a proxy and --endpoint-url"
        if is_garbled
        else _unanswered(error),
        may_have_acted=acts and (is_garbled or is_lost),
    )


def _unanswered(error: Exception) -> str:
    """Return the message if no service answered."""
    match error:
        case sdk.NoCredentialsError():
            advice = "give --profile, or set them as for the AWS CLI"
            return f"no AWS credentials were found; {advice}"
        case sdk.SSOError() | sdk.TokenRetrievalError():
            return f"{error}; {_SIGN_IN}"
        case sdk.ConnectionError():
            advice = "check the network, --region and --endpoint-url"
            return f"{str(error).rstrip('.')}; {advice}"
    return str(error)


def _answered(error: sdk.ClientError, *, acts: bool) -> UnreachableError:
    """Return the message if a service answers with an error."""
    code = error.response["Error"]["Code"]
    message = error.response["Error"].get("Message", "").rstrip(".")
    advice = _advice(code, error.operation_name, message)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return UnreachableError(
        f"{message} ({code}); {advice}" if advice else str(error),
        code,
        may_have_acted=acts and status >= _SERVER_ERROR,
    )


def _advice(code: str, operation: str, message: str) -> str | None:
    if code in DENIED:
        return f"ask for permission to {operation}, or give another --profile"
    if code in _BAD_CREDENTIALS:
        return _SIGN_IN
    if code in _THROTTLED:
        return "try again"
    if code == "ResourceNotFoundException" and operation == "Invoke":
        return "check --function or --stack, --region and --profile"
    if operation == "DescribeStacks" and "not exist" in message:
        return "check --stack, --region and --profile"
    return None
