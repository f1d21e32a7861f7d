"""The answers of the admin function, as ``docs/admin.schema.json`` publishes them.

The answer to a successful action is named after its request, plus ``Answer``. No code
uses these models: the tests check every answer against them.
"""

from typing import Annotated, Literal, NotRequired, TypedDict

from pydantic import Field

from admin.errors import Code
from apikeys.decision import Reason

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


class Made(Change):
    """A new credential, shown here once unless it was given or delivered."""

    status: Literal[201]
    key: NotRequired[str]
    password: NotRequired[str]
    deliveredTo: NotRequired[str]
    record: Record
    findings: NotRequired[list[Finding]]


class IssueAnswer(Made):
    """A new key or account."""


class CloneAnswer(Made):
    """A new key or account like another."""


class RotateAnswer(Made):
    """A new key or password, and the end of the old one."""

    previous: Record | Replaced


class ImportAnswer(Change):
    """The record of an imported key."""

    status: Literal[201]
    record: Record
    repeated: NotRequired[Literal[True]]
    findings: NotRequired[list[Finding]]


class ConfirmAnswer(Principal):
    """Whose handover is confirmed."""

    status: Literal[200]


class GetAnswer(TypedDict):
    """A record."""

    status: Literal[200]
    record: Record | Revoked


class Ruling(TypedDict):
    """Whether a request is open, and why."""

    request: str
    open: bool
    roles: list[str]
    reason: str
    finding: NotRequired[str]


class VerifyAnswer(TypedDict):
    """What the authorizer would decide, and why."""

    status: Literal[200]
    decision: Literal["allow", "refuse"]
    reason: Reason
    record: NotRequired[Record | Revoked]
    route: NotRequired[Ruling]


class ListKeysAnswer(TypedDict):
    """A page of records, and whether there is another."""

    status: Literal[200]
    records: list[Record | Revoked]
    corrupt: NotRequired[list[str]]
    unconfirmed: NotRequired[list[str]]
    notedSince: NotRequired[Time]
    nextToken: NotRequired[str]


class UpdateAnswer(Changed):
    """The record with its new fields."""


class EnableAnswer(Changed):
    """The enabled record."""


class DisableAnswer(Changed):
    """The disabled record."""


class RestoreAnswer(Changed):
    """The record as it was."""


class RevokeAnswer(Change):
    """What can still be shown of the record."""

    status: Literal[200]
    record: Revoked


class RolesGetAnswer(TypedDict):
    """The role map."""

    status: Literal[200]
    roleMap: dict[str, object]
    version: str


class RouteLost(TypedDict):
    """What a role opened before ``{name}`` was one segment in the policy too."""

    role: str
    route: str
    requests: list[str]


class RolesCheckAnswer(TypedDict):
    """The findings about a role map."""

    status: Literal[200]
    isValid: bool
    findings: list[Finding]
    opensNoLonger: NotRequired[list[RouteLost]]


class RolesPutAnswer(Change):
    """The role map in force."""

    status: Literal[200]
    roleMap: dict[str, object]
    version: str
    findings: list[Finding]


class FlushAnswer(TypedDict):
    """The stages whose flush API Gateway accepted."""

    status: Literal[200]
    flushed: list[str]


class Due(Principal):
    """A key or an account that was announced."""

    expiresInDays: int


class States(TypedDict):
    """How many records are in each state."""

    active: int
    disabled: int
    expired: int
    corrupt: int


class NotifyAnswer(TypedDict):
    """What one run of the notices announced."""

    status: Literal[200]
    announced: list[Due]
    due: dict[str, int]
    states: States
    undelivered: int


UsageAsked = TypedDict(
    "UsageAsked",
    {
        "status": Literal[200],
        "queryId": str,
        "from": NotRequired[Time],
        "to": NotRequired[Time],
        "principals": NotRequired[list[Principal]],
    },
)


class Use(Principal):
    """How often one decision was made about a key, an account or a stranger."""

    outcome: str
    reason: str
    decisions: int
    first: Time
    last: Time


class UsageFound(TypedDict):
    """What a query found."""

    status: Literal[200]
    usage: list[Use]
    bytesRead: int


type UsageAnswer = UsageAsked | UsageFound


class SignedKeys(TypedDict):
    """How many live keys there are under each signing key."""

    current: int
    previous: list[int]
    imported: int
    unknown: int


class Fingerprints(TypedDict):
    """The signing keys, in the same order."""

    current: str
    previous: list[str]


class Counted(TypedDict):
    """The keys under each signing key, as far as they were counted."""

    status: Literal[200]
    keys: NotRequired[SignedKeys]
    fingerprints: NotRequired[Fingerprints]
    nextToken: NotRequired[str]


class SigningRotateAnswer(Counted):
    """How far the rotation of the signing key is."""

    phase: Literal["announced", "promoted", "counted"]
    waitSeconds: NotRequired[int]


class SigningRetireAnswer(Counted):
    """What became of the signing key."""

    phase: Literal["retired", "counted"]
    effectiveWithinSeconds: NotRequired[int]
    recordTtlSeconds: NotRequired[int]


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
