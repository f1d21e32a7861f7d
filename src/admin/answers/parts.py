"""What several answers have, and the refusal that each may be."""

from typing import Annotated, Literal, NotRequired, TypedDict

from pydantic import Field

from admin.errors import Code

type Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class Principal(TypedDict):
    """Who a record is about: either a key or an account."""

    keyId: NotRequired[str]
    login: NotRequired[str]


class Session(TypedDict):
    """The session that a credential opens on a back end."""

    environment: str
    repository: str
    profile: str
    login: NotRequired[str | None]
    dataLanguage: NotRequired[str | None]
    guiLanguage: NotRequired[str | None]
    sessionMode: NotRequired[Literal["MULTI", "SINGLE"]]
    connectionMode: NotRequired[Literal["READ_WRITE", "READ_ONLY"]]


class Replaced(Principal):
    """Until when the password that a rotation replaced still works."""

    expirationDate: Time


class Record(Principal):
    """The public view of a record."""

    schemaVersion: Literal[1, 2]
    client: NotRequired[str | None]
    issuer: NotRequired[str | None]
    name: NotRequired[str | None]
    description: NotRequired[str | None]
    issueDate: NotRequired[Time]
    expirationDate: Time | None
    enabled: NotRequired[bool]
    roles: NotRequired[list[str]]
    session: NotRequired[Session]
    allowedCidrs: NotRequired[list[str]]
    usageKeyId: NotRequired[str]
    usagePlanId: NotRequired[str]
    replaces: NotRequired[str]
    replacedBy: NotRequired[str]
    previous: NotRequired[Replaced]
    lastUsed: NotRequired[Time | None]
    state: Literal["active", "disabled", "expired"]
    expiresInDays: int | None
    version: str


class Revoked(Principal):
    """What can still be shown of a revoked record."""

    client: NotRequired[str]
    name: NotRequired[str]
    issueDate: NotRequired[Time]
    expirationDate: NotRequired[Time]
    restorableUntil: NotRequired[Time]
    state: Literal["revoked"]


class Finding(TypedDict):
    """What a role map or a record's roles do that its author should know."""

    grade: Literal["refuse", "restrict", "tell"]
    api: NotRequired[str]
    roles: list[str]
    route: str
    message: str


class Change(TypedDict):
    """When a change is in force everywhere, and when a flush helps."""

    effectiveWithinSeconds: int
    recordTtlSeconds: int


class Changed(Change):
    """A changed record."""

    status: Literal[200]
    record: Record
    findings: NotRequired[list[Finding]]


class Error(TypedDict):
    """Why an action was refused."""

    code: Code
    message: str
    field: NotRequired[str]
    findings: NotRequired[list[Finding]]


class Refusal(TypedDict):
    """The answer to any action that was not carried out."""

    status: Literal[400, 403, 404, 409, 500, 503]
    error: Error
