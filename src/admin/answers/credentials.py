"""The answers to requests that make, take, hand over or judge a credential."""

from typing import Literal, NotRequired, TypedDict

from admin.answers.parts import Change, Finding, Principal, Record, Replaced, Revoked
from apikeys.decision import Reason


class Made(Change):
    """A new credential, shown here once unless it was given or delivered."""

    status: Literal[201]
    key: NotRequired[str]
    password: NotRequired[str]
    deliveredTo: NotRequired[str]  # noqa: N815 - the field of the JSON
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
