"""Why a command ends without having done what was asked, and its exit code."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import click
from botocore import exceptions as sdk

if TYPE_CHECKING:
    from collections.abc import Iterator


_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "ForbiddenException",
    "UnauthorizedException",
    "UnauthorizedOperation",
}
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


# The options that stand for the function's fields.
_OPTIONS = {
    "allowEmpty": "--allow-empty",
    "allowedCidrs": "--allow-from",
    "api": "--api",
    "client": "--client",
    "days": "--days",
    "deliverTo": "--deliver-to",
    "description": "--description",
    "enabled": "--enabled",
    "expirationDate": "--expires",
    "expiringWithinDays": "--expiring-within",
    "fingerprint": "FINGERPRINT",
    "from": "--from",
    "ifVersion": "--if-version",
    "issuer": "--issuer",
    "keyId": "KEY_ID",
    "lifetimeDays": "--expires",
    "limit": "--limit",
    "login": "--login",
    "name": "--name",
    "neverExpires": "--expires",
    "newLogin": "--new-login",
    "overlapSeconds": "--overlap",
    "password": "--password",
    "record": "--record",
    "recoveryDays": "--recovery-days",
    "requestToken": "--request-token",
    "role": "--role",
    "roles": "--role",
    "route": "--route",
    "search": "--search",
    "session.connectionMode": "--connection-mode",
    "session.dataLanguage": "--data-language",
    "session.environment": "--session-environment",
    "session.guiLanguage": "--gui-language",
    "session.login": "--session-login",
    "session.profile": "--session-profile",
    "session.repository": "--session-repository",
    "session.sessionMode": "--session-mode",
    "stage": "--stage",
    "state": "--state",
    "unusedForDays": "--unused-for",
    "usagePlanId": "--usage-plan",
}
_SETTING = re.compile(r"\bsession\.[A-Za-z]+")


class RefusedByFunctionError(click.ClickException):
    """The function refused; nothing was changed.

    Attributes:
        code: the function's error code.
        field: the request's field at fault, if there is one.
    """

    exit_code = 1

    def __init__(self, message: str, code: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field

    def with_more(self, text: str) -> Self:
        """Return the same refusal with a text appended to its message."""
        return type(self)(f"{self.message}{text}", self.code, self.field)

    def format_message(self) -> str:
        """Return the message with the names of options in place of fields."""
        field, message = self.field or "", self.message
        if field == "session":
            message = message.removeprefix("session: ")
        elif option := _OPTIONS.get(field.partition(".")[0]):
            rest = message.removeprefix(f"{field}: ")
            message = message if rest == message else f"{option}: {rest}"
        return _SETTING.sub(lambda found: _OPTIONS.get(found[0], found[0]), message)


class UnreachableError(click.ClickException):
    """The function or another service can't be reached, may not be called, or failed.

    Attributes:
        code: the function's or the service's error code, if there is one.
        may_have_acted: whether the function may have done what it was asked for.
    """

    exit_code = 3

    def __init__(
        self, message: str, code: str | None = None, *, may_have_acted: bool = False
    ) -> None:
        super().__init__(message)
        self.code = code
        self.may_have_acted = may_have_acted

    @property
    def is_denied(self) -> bool:
        """Whether AWS answered that this identity may not do it."""
        return self.code in _DENIED


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
        told = _told(error, acts=acts)
        if told is None:
            raise
        raise told from error


def _told(error: Exception, *, acts: bool) -> click.ClickException | None:
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
    if code in _DENIED:
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
