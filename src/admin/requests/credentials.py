"""Requests that make, take, hand over or judge a credential."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from admin.fields import (
    Address,
    ApiId,
    CalledRoute,
    JsonObject,
    Login,
    Password,
    RequestToken,
    StageName,
    Text,
    UsagePlanId,
)
from admin.requests.base import Described, Ending, HandedOver, Named, Request
from apikeys.defaults import DAY, OVERLAP_SECONDS

_MAX_OVERLAP_SECONDS = 366 * DAY


class Issue(Described, HandedOver):
    """Issue a key, or a Basic account if a login is given."""

    action: Literal["issue"]
    client: Text
    login: Login | None = None
    password: Password | None = None
    usage_plan_id: UsagePlanId | None = None

    @model_validator(mode="after")
    def _password_of_a_login(self) -> Self:
        return _with_login(self)


class Import(Described):
    """Store the record of a key that was minted elsewhere."""

    action: Literal["import"]
    key: Annotated[str, StringConstraints(max_length=4_096)] | None = None
    record: JsonObject | None = None
    usage_plan_id: UsagePlanId | None = None
    request_token: RequestToken | None = None

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if (self.key is None) == (self.record is None):
            raise ValueError("key: give either key or record")
        return self


class Clone(Described, HandedOver, Named):
    """Issue a key or account like an existing one, except for what is given."""

    action: Literal["clone"]
    new_login: Login | None = None
    password: Password | None = None
    usage_plan_id: UsagePlanId | None = None

    @model_validator(mode="after")
    def _new_login_of_an_account(self) -> Self:
        if (self.login is None) != (self.new_login is None):
            raise ValueError("newLogin: an account's clone needs one, a key's has none")
        return _with_login(self)


class Rotate(Ending, HandedOver, Named):
    """Issue a key or a password to replace another, which ends after an overlap."""

    action: Literal["rotate"]
    password: Password | None = None
    overlap_seconds: Annotated[int, Field(ge=0, le=_MAX_OVERLAP_SECONDS)] = (
        OVERLAP_SECONDS
    )
    enabled: bool | None = None

    @model_validator(mode="after")
    def _password_of_a_login(self) -> Self:
        return _with_login(self)


class Confirm(Named):
    """Say that a key or a password was handed over."""

    action: Literal["confirm"]


class Verify(Request):
    """Say what the authorizer would decide about a credential, and why.

    The credential is a key, or the password of the login given with it.
    """

    action: Literal["verify"]
    login: Login | None = None
    credential: Annotated[str, StringConstraints(min_length=1, max_length=4_096)]
    route: CalledRoute | None = None
    api: ApiId | None = None
    stage: StageName | None = None
    source_ip: Annotated[Address | None, Field(alias="from")] = None

    @model_validator(mode="after")
    def _stage_of_an_api(self) -> Self:
        if self.stage is not None and self.api is None:
            raise ValueError("stage: goes with api")
        return self


def _with_login[R: Issue | Clone | Rotate](request: R) -> R:
    if request.password is not None and request.login is None:
        raise ValueError("password: goes with login")
    if request.password is not None and request.deliver_to is not None:
        raise ValueError("password: one that is delivered is generated")
    return request
