"""Why a command ends without having done what was asked, and its exit code."""

from __future__ import annotations

import re
from typing import Self

import click

# AWS's words for: this identity may not do it.
DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "ForbiddenException",
    "UnauthorizedException",
    "UnauthorizedOperation",
}
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
        return self.code in DENIED
