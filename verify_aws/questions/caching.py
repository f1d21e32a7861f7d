"""What API Gateway caches, at a TTL of 300 s: V7, V8, V12; V29, and V3 at TTL 0."""

import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Final

from local.scenarios.keys import forged
from verify_aws.question import Question, Seen
from verify_aws.run import EVERYTHING, RECORD_TTL_SECONDS, Run

_LIFE_SECONDS: Final = 60
_FLUSH_SECONDS: Final = 120.0
_OK: Final = 200
_UNKNOWN: Final = 401


def _status(run: Run, key: str | None, *headers: tuple[str, str]) -> int:
    return run.call("ExampleApiUrl", "/whoami", key, headers).status


def _expiry(run: Run) -> Seen:
    end = datetime.now(UTC) + timedelta(seconds=_LIFE_SECONDS)
    key, _ = run.issue(EVERYTHING, expirationDate=f"{end:%Y-%m-%dT%H:%M:%S}")
    first = _status(run, key)
    time.sleep(_LIFE_SECONDS + 5)
    second = _status(run, key)
    return Seen(f"{first}, then {second}", (first, second) == (_OK, 403))


def _raises(run: Run) -> Seen:
    key, key_id = run.issue(EVERYTHING)
    run.done("disable", keyId=key_id)
    time.sleep(RECORD_TTL_SECONDS)
    since = time.time()
    refused = [_status(run, key) for _ in range(3)]
    lines = len(run.decisions(since, "disabled", 3))
    run.done("enable", keyId=key_id)
    time.sleep(RECORD_TTL_SECONDS + 1)
    after = _status(run, key)
    text = f"{refused}, {lines} lines, then {after}"
    return Seen(text, (refused, lines, after) == ([_UNKNOWN] * 3, 3, _OK))


def _flush(run: Run) -> Seen:
    key, key_id = run.issue(EVERYTHING)
    first = _status(run, key)
    run.done("disable", keyId=key_id)
    time.sleep(RECORD_TTL_SECONDS + 1)
    cached = _status(run, key)
    answer = run.admin("flush")
    began = time.monotonic()
    while (last := _status(run, key)) == _OK:
        if time.monotonic() > began + _FLUSH_SECONDS:
            break
        time.sleep(0.5)
    seconds = time.monotonic() - began
    text = f"{first}, {cached}; flush {answer['status']}; {last} after {seconds:.1f} s"
    seen = (first, cached, answer["status"], last)
    return Seen(text, seen == (_OK, _OK, 200, _UNKNOWN))


def _headers(run: Run) -> Seen:
    key, _ = run.issue(EVERYTHING)
    name = "X-API-Key"
    seen = {
        "two": _status(run, None, (name, forged(key)), (name, key)),
        "spaces": _status(run, None, ("x-api-key", f"  {key}  ")),
        "empty": _status(run, None, (name, "")),
    }
    text = ", ".join(f"{what} {status}" for what, status in seen.items())
    return Seen(text, seen["two"] != _OK and seen["empty"] == _UNKNOWN)


def _basic(run: Run, *, key_passes: bool) -> Seen:
    login = "beside.keys" if key_passes else "alone"
    given = {"login": login, "client": "Verification", "roles": [EVERYTHING]}
    password = run.done("issue", **given)["password"]
    token = b64encode(f"{login}:{password}".encode()).decode()
    run.secrets |= {password, token}
    seen = {"login": _status(run, None, ("Authorization", f"Basic {token}"))}
    if key_passes:
        key, _ = run.issue(EVERYTHING)
        seen["key"] = _status(run, key)
    since = time.time()
    nothing = _status(run, None)
    lines = len(run.decisions(since, "missing"))
    text = ", ".join(f"{what} {status}" for what, status in seen.items())
    text += f", nothing {nothing} ({'invoked' if lines else 'not invoked'})"
    return Seen(text, set(seen.values()) == {_OK} and nothing == _UNKNOWN)


_NO_CONDITION: Final = "it judges no condition of a policy"
_NOT_DEPLOYED_AGAIN: Final = "a new deployment gives its API another id"
EXPIRY: Final = Question(
    "V7",
    "Is the date condition of a cached policy judged on every call?",
    "200, then 403",
    _expiry,
    _NO_CONDITION,
)
RAISES: Final = Question(
    "V8",
    "Is a raised 401 cached?",
    "three times 401 with three lines, then 200",
    _raises,
    _NOT_DEPLOYED_AGAIN,
)
FLUSH: Final = Question(
    "V12",
    "Does a flush reach the cache, and how soon?",
    "200, 200 from the cache; flush 200; 401 within seconds",
    _flush,
    "a flush is answered that there is no such stage",
)
HEADERS: Final = Question(
    "V29",
    "What happens to odd headers?",
    "never 200 for two, 401 for an empty one",
    _headers,
)
BASIC: Final = Question(
    "V3",
    "Does a login pass at TTL 0, where the one header that is read is asked for?",
    "200 for the login, 401 for nothing",
    lambda run: _basic(run, key_passes=False),
    _NOT_DEPLOYED_AGAIN,
)
BOTH: Final = Question(
    "V3",
    "Do a login and a key pass at TTL 0 without an identity source?",
    "200 for either, 401 for nothing, with an invocation",
    lambda run: _basic(run, key_passes=True),
    _NOT_DEPLOYED_AGAIN,
)
