"""The requests of the admin function, checked whole before anything is done."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from admin.fields import (
    MAX_LIFETIME_DAYS,
    Described,
    Ending,
    KeyId,
    Request,
    RequestToken,
    RoleName,
    Text,
    UsagePlanId,
    Version,
)

_MAX_OVERLAP_SECONDS = 366 * 86_400


class Issue(Described):
    """Issue a key."""

    action: Literal["issue"]
    client: Text
    usage_plan_id: UsagePlanId | None = None
    request_token: RequestToken | None = None


class Import(Described):
    """Store the record of a key that was minted elsewhere."""

    action: Literal["import"]
    key: Annotated[str, StringConstraints(max_length=4_096)] | None = None
    record: dict[str, object] | None = None
    usage_plan_id: UsagePlanId | None = None
    request_token: RequestToken | None = None

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if (self.key is None) == (self.record is None):
            raise ValueError("key: give either key or record")
        return self


class Clone(Described):
    """Issue another key like one that is there, but for what is given."""

    action: Literal["clone"]
    key_id: KeyId
    usage_plan_id: UsagePlanId | None = None
    request_token: RequestToken | None = None


class Rotate(Ending):
    """Issue a key in place of another, which ends after an overlap."""

    action: Literal["rotate"]
    key_id: KeyId
    overlap_seconds: Annotated[int, Field(ge=0, le=_MAX_OVERLAP_SECONDS)] = 86_400
    enabled: bool | None = None
    request_token: RequestToken | None = None


class Get(Request):
    """Show a key's record."""

    action: Literal["get"]
    key_id: KeyId


class Verify(Request):
    """Say what the authorizer would decide about a credential, and why."""

    action: Literal["verify"]
    credential: Annotated[str, StringConstraints(min_length=1, max_length=4_096)]


class ListKeys(Request):
    """Show the records that fit, page by page."""

    action: Literal["list"]
    client: Text | None = None
    issuer: Text | None = None
    role: RoleName | None = None
    state: Literal["active", "disabled", "expired", "revoked"] | None = None
    expiring_within_days: Annotated[int, Field(ge=0, le=MAX_LIFETIME_DAYS)] | None = (
        None
    )
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    next_token: (
        Annotated[str, StringConstraints(min_length=1, max_length=8_192)] | None
    ) = None


class Update(Described):
    """Change a record's fields."""

    action: Literal["update"]
    key_id: KeyId
    if_version: Version | None = None


class Enable(Request):
    """Let a disabled key pass again."""

    action: Literal["enable"]
    key_id: KeyId


class Disable(Request):
    """Refuse a key until it is enabled."""

    action: Literal["disable"]
    key_id: KeyId


class Revoke(Request):
    """Refuse a key for good."""

    action: Literal["revoke"]
    key_id: KeyId
    recovery_days: Annotated[int, Field(ge=7, le=30)] = 30


class Restore(Request):
    """Bring a revoked key back as it was."""

    action: Literal["restore"]
    key_id: KeyId


class RolesGet(Request):
    """Show the role map."""

    action: Literal["roles.get"]


class RolesCheck(Request):
    """Say what is wrong with a role map."""

    action: Literal["roles.check"]
    role_map: dict[str, object]


class RolesPut(Request):
    """Store a role map."""

    action: Literal["roles.put"]
    role_map: dict[str, object]
    if_version: Version | None = None


class Flush(Request):
    """Empty the gateway's caches of the deployment's stages."""

    action: Literal["flush"]


class SigningRotate(Request):
    """Announce a new signing key, or let the announced one sign."""

    action: Literal["signing.rotate"]


type AnyRequest = Annotated[
    Issue
    | Import
    | Clone
    | Rotate
    | Get
    | Verify
    | ListKeys
    | Update
    | Enable
    | Disable
    | Revoke
    | Restore
    | RolesGet
    | RolesCheck
    | RolesPut
    | Flush
    | SigningRotate,
    Field(discriminator="action"),
]
