"""Who is calling, as the API key authorizer tells a Lambda back end; copy this file."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

_SESSION = ("environment", "repository", "profile")
_MODES = ("sessionMode", "connectionMode")
_SETTINGS = (*_SESSION, *_MODES, "sessionLogin", "dataLanguage", "guiLanguage")
_ALLOWED = {
    "credential": ("api-key", "basic"),
    "sessionMode": ("MULTI", "SINGLE"),
    "connectionMode": ("READ_WRITE", "READ_ONLY"),
}


class UnknownCallerError(Exception):
    """The event does not say who is calling: it did not pass the authorizer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A caller; its principal is the key id, or the login of a Basic account.

    Fields that its record lacks are None. The session's keys are the context's names.
    """

    principal: str
    credential: str
    client: str | None
    issuer: str | None
    name: str | None
    roles: frozenset[str]
    session: MappingProxyType[str, str] | None

    @classmethod
    def from_event(cls, event: object) -> Caller:
        """Read the proxy event of a REST API, or of an HTTP API.

        Raises:
            UnknownCallerError: the context is missing or not whole; names the field.
        """
        context = _context(event)
        return cls(
            principal=_text(context, "principalId"),
            credential=_text(context, "credential"),
            client=_optional(context, "client"),
            issuer=_optional(context, "issuer"),
            name=_optional(context, "name"),
            roles=frozenset(_text(context, "roles").split()),
            session=_session(context),
        )

    @property
    def is_read_only(self) -> bool:
        """Whether its session may only read, as is assumed unless it says otherwise."""
        if self.session is None:
            return False
        return self.session.get("connectionMode") != "READ_WRITE"


def _context(event: object) -> dict[str, Any]:
    # Payload 2.0 of an HTTP API has the context one level deeper, without a principal.
    if isinstance(event, dict) and event.get("version") == "2.0":
        found = _object(event, "requestContext", "authorizer", "lambda")
        return {**found, "principalId": found.get("keyId", found.get("login"))}
    return _object(event, "requestContext", "authorizer")


def _object(found: Any, *path: str) -> dict[str, Any]:  # noqa: ANN401 - whatever was sent
    for field in path:
        found = found.get(field) if isinstance(found, dict) else None
    if not isinstance(found, dict):
        raise UnknownCallerError(f"{'.'.join(path)} is missing or not an object")
    return found


def _session(context: dict[str, Any]) -> MappingProxyType[str, str] | None:
    given = [field for field in _SETTINGS if field in context]
    if not given:
        return None
    # Half a session is refused: the authorizer passes on all three settings or none.
    wanted = (*_SESSION, *given)
    return MappingProxyType({field: _text(context, field) for field in wanted})


def _text(context: dict[str, Any], field: str) -> str:
    value = context.get(field)
    allowed = _ALLOWED.get(field, (value,))
    is_empty = value == "" and field != "roles"  # a record can have no role
    if not isinstance(value, str) or value not in allowed or is_empty:
        raise UnknownCallerError(f"{field} is missing or not what the authorizer says")
    return value


def _optional(context: dict[str, Any], field: str) -> str | None:
    return _text(context, field) if field in context else None
