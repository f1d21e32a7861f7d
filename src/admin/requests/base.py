"""What several requests have: a name, an end, a description, a handover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from admin.fields import (
    Description,
    ExpirationDate,
    JsonObject,
    KeyId,
    Login,
    Network,
    RequestToken,
    RoleName,
    SecretName,
    Text,
)
from admin.principal import Principal
from apikeys import fields as rules
from apikeys.fields import MAX_LIFETIME_DAYS, MAX_ROLES
from apikeys.networks import MAX_NETWORKS

if TYPE_CHECKING:
    from apikeys.document import Document


class Request(BaseModel):
    """Base of all requests: fields are strict, unknown ones refused, input hidden."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        strict=True,
    )

    def __repr__(self) -> str:
        """Show nothing of what was given: a key or a password may be in it."""
        return type(self).__name__

    __str__ = __repr__


class Named(Request):
    """Base of requests about one record, of a key or a Basic account."""

    key_id: KeyId | None = None
    login: Login | None = None

    @model_validator(mode="after")
    def _one_name(self) -> Self:
        if (self.key_id is None) == (self.login is None):
            raise ValueError("keyId: give either keyId or login")
        return self

    @property
    def principal(self) -> Principal:
        """Who the record is about."""
        if self.login is not None:
            return Principal.account(self.login)
        return Principal.key(str(self.key_id))


class Ending(Request):
    """Base of requests that set when a key ends, in at most one of three ways."""

    expiration_date: ExpirationDate | None = None
    lifetime_days: Annotated[int, Field(ge=1, le=MAX_LIFETIME_DAYS)] | None = None
    never_expires: bool = False

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        ends = (self.expiration_date, self.lifetime_days, self.never_expires or None)
        if sum(end is not None for end in ends) > 1:
            raise ValueError(
                "expirationDate: give one of expirationDate, lifetimeDays, neverExpires"
            )
        return self

    @property
    def asks_for_an_end(self) -> bool:
        """Whether the request says when the key ends."""
        return (
            self.never_expires
            or self.expiration_date is not None
            or self.lifetime_days is not None
        )


class HandedOver(Request):
    """Base of requests that make a key or a password, shown only in the answer.

    Attributes:
        request_token: makes a repeat safe.
        await_confirmation: whether the caller will ``confirm`` that it was handed over.
        deliver_to: the secret that it goes into, instead of the answer.
    """

    request_token: RequestToken | None = None
    await_confirmation: bool = False
    deliver_to: SecretName | None = None


class Described(Ending):
    """Base of requests that describe a key; a field that is not given is unchanged."""

    client: Text | None = None
    issuer: Text | None = None
    name: Text | None = None
    description: Description | None = None
    roles: Annotated[list[RoleName], Field(max_length=MAX_ROLES)] | None = None
    enabled: bool | None = None
    session: Annotated[JsonObject, AfterValidator(rules.session)] | None = None
    allowed_cidrs: (
        Annotated[list[Network], Field(min_length=1, max_length=MAX_NETWORKS)] | None
    ) = None

    def fields(self) -> Document:
        """Return the record's fields that were given; null removes one."""
        describing = Described.model_fields.keys() - Ending.model_fields.keys()
        given = self.model_dump(
            by_alias=True, include=self.model_fields_set & describing
        )
        if self.roles is not None:
            given["roles"] = sorted(set(self.roles))
        return given

    @model_validator(mode="after")
    def _null_only_where_it_may_be(self) -> Self:
        for name in ("client", "issuer", "roles", "enabled"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name}: can't be taken away")
        return self
