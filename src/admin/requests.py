"""The requests of the admin function, checked whole before anything is done."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.alias_generators import to_camel

from apikeys import role_name, timestamp
from apikeys.key import KEY_ID_PATTERN
from apikeys.session import check_session
from apikeys.text import MAX_DESCRIPTION, check_text

_MAX_ROLES = 100
_MAX_LIFETIME_DAYS = 36_500


def _person_s_text(value: str) -> str:
    return check_text(value, "the text")


def _description(value: str) -> str:
    return check_text(value, "the text", MAX_DESCRIPTION)


def _expiration_date(value: str) -> str:
    timestamp.parse(value)
    return value


def _role(value: str) -> str:
    name = role_name.normalise(value)
    if name is None:
        raise ValueError(f"a role's name is {role_name.PATTERN}")
    return name


Text = Annotated[str, AfterValidator(_person_s_text)]
Description = Annotated[str, AfterValidator(_description)]
ExpirationDate = Annotated[str, AfterValidator(_expiration_date)]
KeyId = Annotated[str, StringConstraints(pattern=f"^{KEY_ID_PATTERN}\\z")]
RoleName = Annotated[str, AfterValidator(_role)]
Version = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9-]{1,64}\\z")]


class Request(BaseModel):
    """Common to all: fields are exact, unknown ones are refused, input stays hidden."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        strict=True,
    )


class Issue(Request):
    """Issue a key."""

    action: Literal["issue"]
    client: Text
    issuer: Text | None = None
    name: Text | None = None
    description: Description | None = None
    roles: Annotated[list[RoleName], Field(max_length=_MAX_ROLES)] = []
    expiration_date: ExpirationDate | None = None
    lifetime_days: Annotated[int, Field(ge=1, le=_MAX_LIFETIME_DAYS)] | None = None
    never_expires: bool = False
    enabled: bool = True
    session: Annotated[dict[str, object], AfterValidator(check_session)] | None = None
    usage_plan_id: (
        Annotated[str, StringConstraints(pattern="^[A-Za-z0-9]{1,64}\\z")] | None
    ) = None
    request_token: (
        Annotated[str, StringConstraints(pattern="^[A-Za-z0-9-]{32,64}\\z")] | None
    ) = None

    @model_validator(mode="after")
    def _one_end(self) -> Issue:
        ends = (self.expiration_date, self.lifetime_days, self.never_expires or None)
        if sum(end is not None for end in ends) > 1:
            raise ValueError(
                "expirationDate: give one of expirationDate, lifetimeDays, neverExpires"
            )
        return self


class Get(Request):
    """Show a key's record."""

    action: Literal["get"]
    key_id: KeyId


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


class RolesGet(Request):
    """Show the role map."""

    action: Literal["roles.get"]


class RolesPut(Request):
    """Store a role map."""

    action: Literal["roles.put"]
    role_map: dict[str, object]
    if_version: Version | None = None


type AnyRequest = Annotated[
    Issue | Get | Enable | Disable | Revoke | RolesGet | RolesPut,
    Field(discriminator="action"),
]
