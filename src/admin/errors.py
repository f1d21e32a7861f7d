"""Why an action is refused: what the caller may read and can act on."""

from __future__ import annotations

from apikeys.errors import ApiKeyError


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


def key_not_found() -> RefusedError:
    """Return the refusal of a key id that was never issued here."""
    return RefusedError(404, "key_not_found", "no key has this id", field="keyId")


def key_revoked() -> RefusedError:
    """Return the refusal to change a key that was revoked."""
    message = "the key is revoked; restore it first"
    return RefusedError(409, "key_revoked", message, field="keyId")


def conflict(what: str) -> RefusedError:
    """Return the refusal of a write that somebody else's write overtook."""
    message = f"{what} was changed by somebody else; read it again"
    return RefusedError(409, "version_conflict", message)
