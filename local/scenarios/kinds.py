"""The demo's second part: one authorizer and one key for every kind of API."""

import json
import time
from collections.abc import Iterator
from typing import Final

from local.clients import apikeys
from local.deployment import Stack
from local.kinds import HTTP, HTTP_FORMAT_1, HTTP_STAGE, TOKEN, WEBSOCKET, Kind
from local.scenarios.keys import TRIPLESTORE, Row, answered, forged, issue
from local.websocket import OPENED

_WHOAMI: Final = "/whoami"
_SECOND: Final = "/management/users"
_CLOSED: Final = "/triplestore/q"


def tell_of_kinds(stack: Stack) -> Iterator[Row]:
    """Yield the rows of each kind, and those of the key once it is revoked."""
    issued = issue(stack, "--client", "All Kinds")
    key, key_id = issued["key"], issued["record"]["keyId"]
    for kind in (TOKEN, HTTP, HTTP_STAGE, HTTP_FORMAT_1):
        yield from _before(stack, kind, key)
    yield from _of_a_websocket(stack, key, key_id)
    revoked = apikeys(stack, "revoke", key_id, "--yes")
    time.sleep(revoked["effectiveWithinSeconds"])
    for kind in (TOKEN, HTTP, HTTP_STAGE, HTTP_FORMAT_1, WEBSOCKET):
        yield _refused(stack, kind, "revoked", key)


def _before(stack: Stack, kind: Kind, key: str) -> Iterator[Row]:
    name = kind.name
    yield answered(f"{name}: no key", 401, kind.call(stack, _WHOAMI, None))
    yield _refused(stack, kind, "a forged tag", forged(key))
    yield answered(f"{name}: the key", 200, kind.call(stack, _WHOAMI, key))
    # From here on the gateway evaluates the policy that it cached.
    yield answered(f"{name}: a second route", 200, kind.call(stack, _SECOND, key))
    yield answered(f"{name}: no role for it", 403, kind.call(stack, _CLOSED, key))


def _of_a_websocket(stack: Stack, key: str, key_id: str) -> Iterator[Row]:
    name = WEBSOCKET.name
    yield answered(f"{name}: no key", 401, WEBSOCKET.call(stack, "", None))
    yield _refused(stack, WEBSOCKET, "a forged tag", forged(key))
    other = apikeys(stack, "issue", "--role", TRIPLESTORE, "--client", "No Socket")
    shut = WEBSOCKET.call(stack, "", other["key"])
    yield answered(f"{name}: no role for it", 403, shut)
    opened = WEBSOCKET.call(stack, "", key)
    yield answered(f"{name}: opens", OPENED, opened)
    told = json.loads(opened.body).get("keyId") if opened.status == OPENED else None
    yield Row(f"{name}: a message has its context", 200, 200 if told == key_id else 403)


def _refused(stack: Stack, kind: Kind, credential: str, key: str) -> Row:
    """Return the row of a refused credential, with AWS's status if that differs."""
    answer = kind.call(stack, _WHOAMI, key)
    request = f"{kind.name}: {credential}"
    if kind.refused != kind.refused_by_aws:
        request += f" ({kind.refused_by_aws} on AWS)"
    return answered(request, kind.refused, answer)
