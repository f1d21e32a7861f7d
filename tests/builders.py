"""Keys, records and events, built at run time: no key stands in this tree."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from apikeys import digest
from apikeys.key import Key, mint, random_key_id
from apikeys.record import Record
from apikeys.signing import SigningKeys
from authorizer.credential import Reference
from authorizer.request_clock import RequestClock

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

# Its role's policy fits by denials that end within a segment: "GET/docs/page-00*" shuts
# "page-00x", which is held.
SHORTENED: Fields = {
    "roles": {
        "READER": {
            "allow": ["GET /docs/*", "GET /docs/page-00x", "GET /docs/page"],
            "deny": [f"GET /docs/page-{number:02}" for number in range(70)],
        }
    }
}


def entropy(seed: str) -> Callable[[int], bytes]:
    """Return a source of bytes that looks random and is the same at every run."""
    return hashlib.shake_256(seed.encode()).digest


SIGNING_TEXT = entropy("signing key")(32).hex()
PREVIOUS_TEXT = entropy("the signing key before")(32).hex()
SIGNING_KEYS = SigningKeys(SIGNING_TEXT.encode())


LOOKUP_TEXT = entropy("lookup key")(32).hex()


def signing_secret(current: str = SIGNING_TEXT, *previous: str) -> str:
    """Return a signing secret as it is stored."""
    return json.dumps({"current": current, "previous": list(previous)})


def signing_secret_with_lookup(*previous: str) -> str:
    """Return a signing secret as it is stored from the first import on."""
    stored = json.loads(signing_secret(SIGNING_TEXT, *previous))
    return json.dumps(stored | {"lookup": LOOKUP_TEXT})


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


def slow_digest(credential: str) -> str:
    """Return what the fixture ``slow_hashes`` takes for a credential's slow digest."""
    made = b64encode(hashlib.sha256(credential.encode()).digest()).decode()
    return f"$argon2id$v=19$m=19456,t=2,p=1${'A' * 22}${made.rstrip('=')}"


def login_text(login: str, password: str, /, **changes: object) -> str:
    """Return the record of a Basic account as it is stored."""
    fields = record_fields(a_key(), login=login, digest=slow_digest(password))
    del fields["keyId"]
    return json.dumps(fields | changes)


def foreign_key(seed: str = "a foreign key") -> str:
    """Return a key as other systems mint them, with all the characters it may have."""
    return f"L3gacy/_+=.@-{entropy(seed)(12).hex()}"


def ontopop_text(key: str, /, **changes: object) -> str:
    """Return a record as OntoPop itself wrote it."""
    fields = {
        "key": key,
        "issueDate": "2027-01-01T00:00:00",
        "expirationDate": LATER,
        "issuer": "HyperLearning AI",
        "client": "Test App",
        "enabled": True,
        "roles": ["READER"],
    }
    return json.dumps(fields | changes)


def _parse(text: str, key_id: str) -> Record:
    return Record.parse(text, key_id=key_id)


def reference(key_id: str, prefix: str = "APIKEY_") -> Reference:
    """Return where the record of a key id is stored."""
    return Reference(f"{prefix}{key_id}", key_id, _parse)


def at(seconds: float = 0, *, now: float | None = None) -> RequestClock:
    """Return the moment so many seconds after ``NOW``, by both clocks."""
    return RequestClock(NOW + seconds if now is None else now, seconds)


def basic(login: str, password: str, scheme: str = "Basic") -> str:
    """Return the value of an ``Authorization`` header."""
    return f"{scheme} {b64encode(f'{login}:{password}'.encode()).decode()}"


def event_with(headers: object, multi: object = None) -> Fields:
    """Return an event with these headers, by default without their second reading."""
    return rest_event() | {"headers": headers, "multiValueHeaders": multi}


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
