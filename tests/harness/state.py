"""What is stored, told so that two ways to it can be compared.

What every run draws anew is left out: versions, digests, ids of gateway keys. Said
instead is what follows from it: which credentials open a record, and which records
share a gateway key that is there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from apikeys import digest, timestamp
from apikeys.errors import ApiKeyError
from apikeys.record import Record
from tests.builders import NOW, SIGNING_TEXT
from tests.fakes import ROLES_NAME, SIGNING_NAME
from tests.harness.account import DELIVERED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.harness.account import Account
    from tests.harness.held import Held

_PREFIXES = {"APIKEY_": "key_id", "APIUSER_": "login"}
_DRAWN = ("digest", "signedBy", "attempt", "usageIdentifierKey", "usageKeyId")
_DATES = ("issueDate", "expirationDate")
_HANDOVER = "apikeys:handover"


class State(NamedTuple):
    """What an account holds.

    Attributes:
        live: the records that can be read, by the names of their stored secrets.
        revoked: those of the records that were there at first and wait for deletion.
        others: the role map and the shape of the signing secret.
    """

    live: dict[str, dict[str, Any]]
    revoked: dict[str, dict[str, Any]]
    others: dict[str, Any]


def state_of(
    account: Account, credentials: Mapping[str, str], at_first: frozenset[str]
) -> State:
    """Return what an account holds, and which of some credentials open it."""
    live, revoked = {}, {}
    for name, secret in records_in(account).items():
        fields = _fields(secret)
        if not secret.is_deleted:
            fields["opened by"] = _openers(account, name, credentials)
            fields["gateway key of"] = _sharers(account, secret)
            live[name] = fields
        elif name in at_first:
            revoked[name] = fields
    return State(live, revoked, _others(account))


def records_in(account: Account) -> dict[str, Held]:
    """Return the stored secrets that hold records, by name."""
    return {
        name: secret
        for name, secret in sorted(account.held().items())
        if name.startswith(tuple(_PREFIXES))
    }


def record_in(account: Account, name: str) -> Record | None:
    """Return the record that the authorizer would read, None where there is none."""
    secret = account.held().get(name)
    if secret is None or secret.is_deleted or secret.text is None:
        return None
    for prefix, named in _PREFIXES.items():
        if name.startswith(prefix):
            principal: dict[str, Any] = {named: name.removeprefix(prefix)}
            try:
                return Record.parse(secret.text, **principal)
            except (ApiKeyError, ValueError):
                return None
    return None


def is_enabled(account: Account, name: str) -> bool:
    """Return whether there is a record that can be read and is enabled."""
    record = record_in(account, name)
    return record is not None and record.enabled


def opens(account: Account, name: str, credential: str) -> bool:
    """Return whether a credential is one of a readable record's."""
    record = record_in(account, name)
    return record is not None and digest.matches_any(
        record.digests(account.now), credential
    )


def delivered(account: Account, prefix: str = DELIVERED) -> dict[str, list[str]]:
    """Return which records each client's secret opens, by the secret's name."""
    return {
        name: [n for n in records_in(account) if opens(account, n, secret.text or "")]
        for name, secret in sorted(account.secrets.secrets.items())
        if name.startswith(prefix)
    }


def readable(account: Account) -> list[dict[str, Any]]:
    """Return the records that can be read.

    What is disabled or expired is among them: it can be enabled or given a later end.
    """
    return [
        _document(secret)
        for secret in records_in(account).values()
        if not secret.is_deleted
    ]


def _document(secret: Held) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(secret.text or "{}")
    return found


def _fields(secret: Held) -> dict[str, Any]:
    fields = {k: v for k, v in _document(secret).items() if k not in _DRAWN}
    if isinstance(fields.get("previous"), dict):
        ends_at = fields["previous"].get("expirationDate")
        fields["previous"] = {"expirationDate": _minute(ends_at)}
    fields |= {date: _minute(fields[date]) for date in _DATES if date in fields}
    fields["hand-over"] = secret.notes.get(_HANDOVER)
    return fields


def _minute(date: object) -> object:
    """Return a date to the minute: a repeat may come a moment later."""
    return None if date is None else round((timestamp.parse(str(date)) - NOW) / 60)


def _openers(account: Account, name: str, credentials: Mapping[str, str]) -> list[str]:
    return sorted(
        whose for whose, text in credentials.items() if opens(account, name, text)
    )


def _sharers(account: Account, secret: Held) -> list[str]:
    """Return the records that name the same gateway key as this."""
    key_id = _document(secret).get("usageKeyId")
    return [
        name
        for name, other in records_in(account).items()
        if key_id is not None
        and not other.is_deleted
        and _document(other).get("usageKeyId") == key_id
    ]


def _others(account: Account) -> dict[str, Any]:
    secrets = account.held()
    signing = _document(secrets[SIGNING_NAME])
    return {
        "role map": _document(secrets[ROLES_NAME]) if ROLES_NAME in secrets else None,
        "signing key": signing["current"] == SIGNING_TEXT,
        "previous": len(signing["previous"]),
        "lookup key": signing.get("lookup"),
        "announced": "announced" in signing,
        "delivered": delivered(account),
    }
