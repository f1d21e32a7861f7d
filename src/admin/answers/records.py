"""The answers to requests that show and change records."""

from typing import Literal, NotRequired, TypedDict

from admin.answers.parts import Change, Changed, Record, Revoked, Time


class GetAnswer(TypedDict):
    """A record."""

    status: Literal[200]
    record: Record | Revoked


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
