"""Why an action is refused: what the caller may read and can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apikeys.errors import ApiKeyError

if TYPE_CHECKING:
    from admin.principal import Principal


class RefusedError(ApiKeyError):
    """An action that was not carried out, and changed nothing.

    Attributes:
        status: as HTTP has it, 400 to 503.
        code: for programs, stable.
        message: for people; says what is allowed and never shows the input.
        field: the request's field at fault, where there is one.
        findings: a sentence for each fault of a role map.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        findings: list[str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.findings = findings


def invalid(field: str, message: str) -> RefusedError:
    """Return the refusal of a request's field."""
    return RefusedError(400, "invalid_request", f"{field}: {message}", field=field)


def not_found(principal: Principal) -> RefusedError:
    """Return the refusal of a key id or login that was never issued here."""
    what = "id" if principal.noun == "key" else "login"
    message = f"no {principal.noun} has this {what}"
    return RefusedError(
        404, f"{principal.noun}_not_found", message, field=principal.field
    )


def revoked(principal: Principal) -> RefusedError:
    """Return the refusal to change what was revoked."""
    message = f"the {principal.noun} is revoked; restore it first"
    return RefusedError(
        409, f"{principal.noun}_revoked", message, field=principal.field
    )


def not_revocable(principal: Principal, advice: str) -> RefusedError:
    """Return the refusal to call revoked what Secrets Manager goes on answering.

    Args:
        principal: whose credential goes on working.
        advice: what ends it instead.
    """
    # So answers a secret that somebody replicated into another region.
    message = "Secrets Manager does not delete the record (has it replicas?); the "
    message += f"{principal.noun} still works: {advice}"
    return RefusedError(409, "not_revocable", message, field=principal.field)


def corrupt(principal: Principal, what: str) -> RefusedError:
    """Return the refusal to go by a record that can't be read."""
    return RefusedError(409, "record_corrupt", what, field=principal.field)


def conflict(what: str) -> RefusedError:
    """Return the refusal of a write that somebody else's write overtook."""
    message = f"{what} was changed by somebody else; read it again"
    return RefusedError(409, "version_conflict", message)
