"""Requests that show and change records."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from admin.fields import NextToken, RoleName, Text, Version
from admin.requests.base import Described, Named, Request
from apikeys.defaults import LEAST_RECOVERY_DAYS, RECOVERY_DAYS
from apikeys.fields import MAX_LIFETIME_DAYS


class Get(Named):
    """Show a record."""

    action: Literal["get"]


class ListKeys(Request):
    """Show the records that match, page by page."""

    action: Literal["list"]
    client: Text | None = None
    issuer: Text | None = None
    role: RoleName | None = None
    state: Literal["active", "disabled", "expired", "revoked"] | None = None
    expiring_within_days: Annotated[int, Field(ge=0, le=MAX_LIFETIME_DAYS)] | None = (
        None
    )
    search: Text | None = None
    unused_for_days: Annotated[int, Field(ge=1, le=MAX_LIFETIME_DAYS)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    next_token: NextToken | None = None


class Update(Described, Named):
    """Change a record's fields."""

    action: Literal["update"]
    if_version: Version | None = None


class Enable(Named):
    """Let a disabled credential pass again."""

    action: Literal["enable"]


class Disable(Named):
    """Refuse a credential until it is enabled."""

    action: Literal["disable"]


class Revoke(Named):
    """Refuse a credential for good; it may be named or given."""

    action: Literal["revoke"]
    credential: Annotated[
        str | None, StringConstraints(min_length=1, max_length=4_096)
    ] = None
    recovery_days: Annotated[int, Field(ge=LEAST_RECOVERY_DAYS, le=RECOVERY_DAYS)] = (
        RECOVERY_DAYS
    )

    # In place of the rule of the same name, which knows no credential.
    @model_validator(mode="after")
    def _one_name(self) -> Self:
        given = (self.key_id, self.login, self.credential)
        if sum(one is not None for one in given) != 1:
            raise ValueError("keyId: give one of keyId, login, credential")
        return self


class Restore(Named):
    """Bring a revoked record back as it was."""

    action: Literal["restore"]
