"""The answers to requests about the whole deployment."""

from typing import Literal, NotRequired, TypedDict

from admin.answers.parts import Change, Finding, Principal, Time


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
    roleMap: dict[str, object]  # noqa: N815 - the field of the JSON
    version: str
    findings: list[Finding]


class FlushAnswer(TypedDict):
    """The stages whose flush API Gateway accepted."""

    status: Literal[200]
    flushed: list[str]


class Due(Principal):
    """A key or an account that was announced."""

    expiresInDays: int  # noqa: N815 - the field of the JSON


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
