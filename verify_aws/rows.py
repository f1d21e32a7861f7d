"""The demo's rows for every kind of API: one authorizer, one key, each answer."""

import json
import time
from collections.abc import Iterator
from typing import Final

from local.kinds import HTTP, HTTP_FORMAT_1, HTTP_STAGE, REST, TOKEN, WEBSOCKET, Kind
from local.scenarios.keys import forged
from local.websocket import OPENED
from verify_aws.question import EXPECTED, OTHERWISE, Answer
from verify_aws.run import MANAGEMENT, TRIPLESTORE, Run

_KINDS: Final = (REST, TOKEN, HTTP, HTTP_STAGE, HTTP_FORMAT_1)
_UNKNOWN: Final = 401
_MALFORMED: Final = "not a key at all"


def rows(run: Run) -> Iterator[Answer]:
    """Yield a row for each kind of API and each credential, up to the revoked key."""
    key, key_id = run.issue(MANAGEMENT)
    other, other_id = run.issue(TRIPLESTORE)
    for kind in _KINDS:
        name = kind.name
        yield _row(f"{name}: no key", _UNKNOWN, _status(run, kind, None))
        for credential, text in (("malformed", _MALFORMED), ("forged", forged(key))):
            yield _refused(run, kind, credential, text)
        yield _row(f"{name}: the key", 200, _status(run, kind, key))
        second = _status(run, kind, key, "/management/users")
        yield _row(f"{name}: a second route by the cached policy", 200, second)
        shut = _status(run, kind, key, "/triplestore/q")
        yield _row(f"{name}: no role for it", 403, shut)
    yield from _websocket(run, key, key_id, other)
    run.done("disable", keyId=other_id)
    run.done("revoke", keyId=key_id, recoveryDays=7)
    time.sleep(run.settling_seconds)
    for kind in (*_KINDS, WEBSOCKET):
        yield _refused(run, kind, "disabled", other)
        yield _refused(run, kind, "revoked", key)


def _websocket(run: Run, key: str, key_id: str, other: str) -> Iterator[Answer]:
    name = WEBSOCKET.name
    yield _row(f"{name}: no key", _UNKNOWN, run.connect(None)[0])
    yield _refused(run, WEBSOCKET, "forged", forged(key))
    yield _row(f"{name}: no role for it", 403, run.connect(other)[0])
    status, body = run.connect(key)
    yield _row(f"{name}: opens", OPENED, status)
    told = json.loads(body).get("keyId") if status == OPENED else None
    is_told = told == key_id
    verdict = EXPECTED if is_told else OTHERWISE
    text = f"{name}: a message's context names the key"
    yield Answer("row", text, "yes", "yes" if is_told else "no", verdict)


def _refused(run: Run, kind: Kind, credential: str, key: str) -> Answer:
    is_emulated = run.account.is_emulated
    expected = kind.refused if is_emulated else kind.refused_by_aws
    return _row(f"{kind.name}: {credential}", expected, _status(run, kind, key))


def _status(run: Run, kind: Kind, key: str | None, path: str = "/whoami") -> int:
    if kind is WEBSOCKET:
        return run.connect(key)[0]
    return run.call(kind.output, f"{kind.stage}{path}", key).status


def _row(text: str, expected: int, seen: int) -> Answer:
    verdict = EXPECTED if seen == expected else OTHERWISE
    return Answer("row", text, str(expected), str(seen), verdict)
