"""Requests about the whole deployment: its role map, caches, notices, signing key."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from admin.fields import JsonObject, KeyId, Login, NextToken, Text, Version
from admin.requests.base import Request

_USAGE_DAYS = 30
# The longest retention of CloudWatch Logs.
_LOG_DAYS = 3_653


class RolesGet(Request):
    """Show the role map."""

    action: Literal["roles.get"]


class RolesCheck(Request):
    """Say what is wrong with a role map, the stored one if none is given."""

    action: Literal["roles.check"]
    role_map: JsonObject | None = None


class RolesPut(Request):
    """Store a role map."""

    action: Literal["roles.put"]
    role_map: JsonObject
    allow_empty: bool = False
    if_version: Version | None = None


class Flush(Request):
    """Flush the gateway's caches of the deployment's stages."""

    action: Literal["flush"]


class Notify(Request):
    """Announce the keys that will expire; the schedule's request."""

    action: Literal["notify"]


class Usage(Request):
    """Ask how keys were used, or fetch the answer."""

    action: Literal["usage"]
    key_id: KeyId | None = None
    login: Login | None = None
    client: Text | None = None
    days: Annotated[int, Field(ge=1, le=_LOG_DAYS)] = _USAGE_DAYS
    query_id: NextToken | None = None

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        given = self.model_fields_set - {"action", "days"}
        if len(given) > 1 or (self.query_id and "days" in self.model_fields_set):
            raise ValueError(
                "keyId: give one of keyId, login, client, or queryId alone"
            )
        return self


class SigningRotate(Request):
    """Announce a new signing key, or let the announced one sign."""

    action: Literal["signing.rotate"]
    next_token: NextToken | None = None


class SigningRetire(Request):
    """Drop a previous signing key, or count the keys under each."""

    action: Literal["signing.retire"]
    fingerprint: Annotated[str, StringConstraints(pattern="^[0-9a-f]{16}\\z")]
    count_only: bool = False
    next_token: NextToken | None = None
