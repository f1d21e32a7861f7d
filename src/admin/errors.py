"""Why an action is refused, in terms that the caller may see and can act on."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Self

from apikeys.errors import ApiKeyError

if TYPE_CHECKING:
    from admin.principal import Principal
    from apikeys.finding import Finding


class Code(StrEnum):
    """Every error code that an answer may have; stable, for programs.

    Attributes:
        status: the HTTP status, 400 to 503.
    """

    status: int

    INVALID_REQUEST = "invalid_request", 400
    INVALID_ROLE_MAP = "invalid_role_map", 400
    ROLE_NOT_GRANTABLE = "role_not_grantable", 403
    NOT_PERMITTED = "not_permitted", 403
    KEY_NOT_FOUND = "key_not_found", 404
    ACCOUNT_NOT_FOUND = "account_not_found", 404
    ROLE_MAP_NOT_FOUND = "role_map_not_found", 404
    STAGE_NOT_FOUND = "stage_not_found", 404
    QUERY_NOT_FOUND = "query_not_found", 404
    KEY_EXISTS = "key_exists", 409
    KEY_REVOKED = "key_revoked", 409
    ACCOUNT_REVOKED = "account_revoked", 409
    LOGIN_TAKEN = "login_taken", 409
    NOT_REVOCABLE = "not_revocable", 409
    NOT_RESTORABLE = "not_restorable", 409
    NOT_REVOKED = "not_revoked", 409
    ALREADY_ROTATED = "already_rotated", 409
    RECORD_CORRUPT = "record_corrupt", 409
    VERSION_CONFLICT = "version_conflict", 409
    REQUEST_TOKEN_USED = "request_token_used", 409
    GATEWAY_KEYS_EXHAUSTED = "gateway_keys_exhausted", 409
    KEY_ID_TAKEN = "key_id_taken", 409
    TOO_EARLY = "too_early", 409
    MISCONFIGURED = "misconfigured", 500
    GATEWAY_UNAVAILABLE = "gateway_unavailable", 503
    STORE_UNAVAILABLE = "store_unavailable", 503
    LAST_USES_UNAVAILABLE = "last_uses_unavailable", 503
    LOGS_UNAVAILABLE = "logs_unavailable", 503
    TOPIC_UNAVAILABLE = "topic_unavailable", 503

    def __new__(cls, text: str, status: int) -> Self:
        """Return the code with this text and status."""
        code = str.__new__(cls, text)
        code._value_ = text
        code.status = status
        return code


class RefusedError(ApiKeyError):
    """An action that was not carried out and changed nothing.

    Attributes:
        code: why; its status is the answer's.
        message: for people; says what is allowed and never shows the input.
        field: the request's field at fault, if there is one.
        findings: those for which a role map is refused.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        field: str | None = None,
        findings: list[Finding] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.findings = findings


def invalid(field: str, message: str) -> RefusedError:
    """Return the refusal for a request's field."""
    return RefusedError(Code.INVALID_REQUEST, f"{field}: {message}", field=field)


def not_found(principal: Principal) -> RefusedError:
    """Return the refusal for a key id or login that was never issued here."""
    code, what = Code.KEY_NOT_FOUND, "id"
    if principal.is_account:
        code, what = Code.ACCOUNT_NOT_FOUND, "login"
    message = f"no {principal.noun} has this {what}"
    return RefusedError(code, message, field=principal.field)


def revoked(principal: Principal) -> RefusedError:
    """Return the refusal to change what was revoked."""
    message = f"the {principal.noun} is revoked; restore it first"
    code = Code.ACCOUNT_REVOKED if principal.is_account else Code.KEY_REVOKED
    return RefusedError(code, message, field=principal.field)


def not_revocable(principal: Principal, advice: str) -> RefusedError:
    """Return the refusal to report as revoked what Secrets Manager does not delete.

    Args:
        principal: whose credential keeps working.
        advice: what stops it instead.
    """
    # This happens for a secret that somebody replicated to another region.
    message = "Secrets Manager does not delete the record (has it replicas?); the "
    message += f"{principal.noun} still works: {advice}"
    return RefusedError(Code.NOT_REVOCABLE, message, field=principal.field)


def corrupt(principal: Principal, what: str) -> RefusedError:
    """Return the refusal to use a record that can't be read."""
    return RefusedError(Code.RECORD_CORRUPT, what, field=principal.field)


def conflict(what: str) -> RefusedError:
    """Return the refusal for a write that somebody else's write overtook."""
    message = f"{what} was changed by somebody else; read it again"
    return RefusedError(Code.VERSION_CONFLICT, message)


def broken_off() -> RefusedError:
    """Return the refusal to go by a list of which the rest can't be had."""
    message = "the list of records broke off between two pages; try again"
    return RefusedError(Code.STORE_UNAVAILABLE, message)
