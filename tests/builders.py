"""Keys, records and events, built at run time: no key stands in this tree."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from apikeys import digest
from apikeys.key import Key, mint, random_key_id
from apikeys.record import Record
from apikeys.signing import SigningKeys
from authorizer.credential import Reference
from authorizer.moment import Moment

if TYPE_CHECKING:
    from collections.abc import Callable

type Fields = dict[str, Any]

# 2027-01-15T08:00:00Z
NOW = 1_800_000_000
LATER = "2027-01-15T09:00:00"
BEFORE = "2027-01-15T07:59:59"

STAGE_ARN = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod"

ROLE_MAP: Fields = {
    "unmapped": "deny",
    "roles": {
        "READER": {"allow": ["GET /reports/*"]},
        "WRITER": {"allow": ["POST /reports"]},
        "ADMINISTRATOR": {"allow": ["* /*"]},
    },
}


def entropy(seed: str) -> Callable[[int], bytes]:
    """Return a source of bytes that looks random and is the same at every run."""
    return hashlib.shake_256(seed.encode()).digest


SIGNING_TEXT = entropy("signing key")(32).hex()
SIGNING_KEYS = SigningKeys(SIGNING_TEXT.encode())


def signing_secret(current: str = SIGNING_TEXT, *previous: str) -> str:
    """Return a signing secret as it is stored."""
    return json.dumps({"current": current, "previous": list(previous)})


def a_key(
    seed: str = "a key", *, prefix: str = "ak", signing_keys: SigningKeys = SIGNING_KEYS
) -> Key:
    """Return the key that follows from a seed."""
    key_id = random_key_id(entropy(f"{seed}: id"))
    return mint(prefix, key_id, signing_keys, entropy(seed))


def forged(key: Key) -> str:
    """Return the text of a key with another last character."""
    return key.text[:-1] + ("0" if key.text[-1] != "0" else "1")


def record_fields(key: Key, **changes: object) -> Fields:
    """Return the fields of a record that opens what its roles say until ``LATER``."""
    return {
        "schemaVersion": 1,
        "keyId": key.key_id,
        "digest": digest.fast(key.text),
        "client": "Acme",
        "issuer": "Ops",
        "issueDate": "2027-01-01T00:00:00",
        "expirationDate": LATER,
        "enabled": True,
        "roles": ["READER"],
    } | changes


def record_text(key: Key, **changes: object) -> str:
    """Return a record as it is stored."""
    return json.dumps(record_fields(key, **changes))


def _parse(text: str, key_id: str) -> Record:
    return Record.parse(text, key_id=key_id)


def reference(key_id: str, prefix: str = "APIKEY_") -> Reference:
    """Return where the record of a key id is stored."""
    return Reference(f"{prefix}{key_id}", key_id, _parse)


def at(seconds: float = 0, *, now: float | None = None) -> Moment:
    """Return the moment so many seconds after ``NOW``, by both clocks."""
    return Moment(NOW + seconds if now is None else now, seconds, seconds + 3)


def rest_event(key: str | None = None, path: str = "GET/reports/7") -> Fields:
    """Return the event of a REST API's REQUEST authorizer."""
    headers = {"Accept": "*/*"} | ({} if key is None else {"X-API-Key": key})
    return {
        "type": "REQUEST",
        "methodArn": f"{STAGE_ARN}/{path}",
        "resource": "/reports/{id}",
        "path": "/reports/7",
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {},
        "pathParameters": {},
        "stageVariables": {},
        "requestContext": {"apiId": "a1b2c3d4e5", "stage": "prod"},
    }
