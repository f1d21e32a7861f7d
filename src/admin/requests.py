"""The admin function's requests, checked completely before anything is done."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from admin.fields import (
    Address,
    ApiId,
    CalledRoute,
    Described,
    Ending,
    HandedOver,
    JsonObject,
    KeyId,
    Login,
    Named,
    NextToken,
    Password,
    Request,
    RequestToken,
    RoleName,
    StageName,
    Text,
    UsagePlanId,
    Version,
)
from apikeys.defaults import (
    DAY,
    LEAST_RECOVERY_DAYS,
    OVERLAP_SECONDS,
    RECOVERY_DAYS,
)
from apikeys.fields import MAX_LIFETIME_DAYS

_MAX_OVERLAP_SECONDS = 366 * DAY
_USAGE_DAYS = 30
# The longest retention of CloudWatch Logs.
_LOG_DAYS = 3_653


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


class Get(Named):
    """Show a record."""

    action: Literal["get"]


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

    @model_validator(mode="after")
    def _one_name(self) -> Self:
        given = (self.key_id, self.login, self.credential)
        if sum(one is not None for one in given) != 1:
            raise ValueError("keyId: give one of keyId, login, credential")
        return self


class Restore(Named):
    """Bring a revoked record back as it was."""

    action: Literal["restore"]


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


type AnyRequest = Annotated[
    Issue
    | Import
    | Clone
    | Rotate
    | Confirm
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
    | Notify
    | Usage
    | SigningRotate
    | SigningRetire,
    Field(discriminator="action"),
]
