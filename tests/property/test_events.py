"""Mutated events of every kind: nobody gets in whom the documents would not let in.

The oracle below judges an event by AWS's description of it and shares nothing with the
authorizer. Events are drawn by a generator with a seed: hypothesis would take minutes
for as many. ``EVENTS=1000000 SEED=7 pytest …`` tries others.
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from collections import Counter
from functools import cache
from hashlib import sha256
from itertools import islice
from random import Random  # noqa: TID251 - the same events at every run
from typing import TYPE_CHECKING, Any

import pytest

from apikeys import digest
from apikeys.decision import Reason
from apikeys.errors import MisconfiguredError
from authorizer.authorize import Authorizer
from authorizer.settings import Settings
from tests.builders import (
    BEFORE,
    NOW,
    STAGE_ARN,
    a_key,
    at,
    basic,
    forged,
    login_text,
    record_text,
)
from tests.fakes import ROLES_NAME, SIGNING_NAME, FakeReader
from tests.gateway_events import KINDS, event_of
from tests.iam import is_allowed
from tests.meaning import Call, Meaning

if TYPE_CHECKING:
    from collections.abc import Iterator

    type Event = Any
    # Whom an event lets in and on which stage, "refuse" or "fault".
    type Judgement = tuple[str, str] | str

_EVENTS = int(os.environ.get("EVENTS", "100000"))
_SEED = int(os.environ.get("SEED", "14"))

_ROLE_MAP: dict[str, Any] = {
    "roles": {
        "READER": {"allow": ["GET /reports/*", "$connect"]},
        "WRITER": {"allow": ["POST /reports"]},
    }
}
_GOOD = {a_key(role): role for role in ("READER", "WRITER")}
_BAD = {a_key(state): state for state in ("disabled", "expired", "revoked", "unknown")}
_PASSWORDS = {"ada": "open sesame", "eve": "lets-me-in"}
_HELD = {key.key_id: {role} for key, role in _GOOD.items()} | {"ada": {"READER"}}
# What the documents let in: the texts themselves, nothing computed.
_GOOD_KEYS = {key.text: key.key_id for key in _GOOD}
_GOOD_TOKENS = {b64encode(b"ada:open sesame").decode(): "ada"}

_CALLS = [
    Call(method, path)
    for method in ("GET", "POST")
    for path in ("/reports", "/reports/7", "/reports/a:b//c", "/other", "/")
]


def _store() -> FakeReader:
    reader = FakeReader()
    reader.values[ROLES_NAME] = json.dumps(_ROLE_MAP)
    for key, role in _GOOD.items():
        reader.keep(key, record_text(key, roles=[role], expirationDate=None))
    changes: dict[str, dict[str, object]] = {
        "disabled": {"enabled": False},
        "expired": {"expirationDate": BEFORE},
    }
    for key, state in _BAD.items():
        if state in changes:
            reader.keep(key, record_text(key, **changes[state]))
        elif state == "revoked":
            reader.keep(key, Reason.REVOKED)
    for login, password in _PASSWORDS.items():
        reader.values[f"APIUSER_{login}"] = login_text(
            login, password, expirationDate=None, enabled=login == "ada"
        )
    return reader


# --- What is drawn ------------------------------------------------------------------

_CREDENTIALS = [
    *(key.text for key in (*_GOOD, *_BAD)),
    *[key.text for key in _GOOD] * 3,
    *(forged(key) for key in _GOOD),
    *(basic(login, password) for login, password in _PASSWORDS.items()),
    basic("ada", "open sesame", "bAsIc"),
    basic("ada", "open sesame", "Basic  "),
    basic("ada", "open sesame", "Bearer"),
    *(basic("ada", "wrong"), basic("nobody", "x"), basic("ada", "")),
    *("", " ", "Basic", "Basic x", "no key", "é", "a,b", "\n", "*", "ak_"),
    b64encode(b"ada:open sesame").decode(),
]
_NAMES = [
    *("X-API-Key", "x-api-key", "X-Api-Key") * 2,
    *("Authorization", "authorization") * 2,
    *("X-API-\u212aEY", "X-API-Key ", "Cookie", "x-api-keys", "Proxy-Authorization"),
]
_JUNK = [None, 0, 1, True, False, "", "x", [], {}, ["x"], {"x": "y"}, 2.0, "2.0", "1.0"]
_PATHS = [
    *("GET/reports/7", "GET/", "POST/reports", "$connect", "GET/a:b/c%2Fd//e/../f"),
    *("GET/*", "${aws:username}/?", "GET/reports/7\n", "", "/", "$default"),
]
_STAGES = [
    STAGE_ARN,
    STAGE_ARN.replace("/prod", "/$default"),
    STAGE_ARN.replace("arn:aws:", "arn:aws-us-gov:"),
    STAGE_ARN.replace("arn:aws:", "arn:aws-iso-b:"),
    STAGE_ARN.replace("/prod", "/other-stage_9"),
    STAGE_ARN.replace("/prod", "/*"),
    STAGE_ARN.replace("a1b2c3d4e5", "*"),
    STAGE_ARN.replace("execute-api", "lambda"),
    STAGE_ARN.replace("/prod", ""),
    STAGE_ARN.replace("/prod", "/$other"),
]


def _drawn(random: Random) -> Iterator[Event]:
    """Draw events without end: one of a kind, with credentials, then mutated."""
    while True:
        headers = {
            random.choice(_NAMES): _credential(random)
            for _ in range(random.choice((0, 1, 1, 1, 2)))
        }
        event = event_of(random.choice(KINDS), headers)
        for _ in range(random.choice((0, 0, 1, 1, 2, 4))):
            random.choice(_MUTATIONS)(random, event)
        yield event


def _credential(random: Random) -> str:
    text = random.choice(_CREDENTIALS)
    chance = random.random()
    if chance < 0.03:
        return f"{text},{random.choice(_CREDENTIALS)}"
    if chance < 0.08:
        place = random.randrange(len(text) + 1)
        character = random.choice("aZ0_ \t:=,")
        return text[:place] + character + text[place + random.randrange(2) :]
    return text


def _change_headers(random: Random, event: Event) -> None:
    headers = event.setdefault(random.choice(("headers", "multiValueHeaders")), {})
    if not isinstance(headers, dict):
        return
    name = random.choice([*_NAMES, *headers])
    value = random.choice([_credential(random), *random.sample(_JUNK, 2)])
    match random.randrange(5):
        case 0:
            headers.pop(name, None)
        case 1:
            headers[name] = value
        case 2:
            headers[name] = [value]
        case 3:
            headers[name] = [value, _credential(random)]
        case _:
            headers.clear()


def _agree(_random: Random, event: Event) -> None:
    if isinstance(headers := event.get("headers"), dict):
        event["multiValueHeaders"] = {name: [text] for name, text in headers.items()}


def _change_arn(random: Random, event: Event) -> None:
    name = random.choice(("methodArn", "methodArn", "routeArn"))
    event[name] = f"{random.choice(_STAGES)}/{random.choice(_PATHS)}"


def _change_token(random: Random, event: Event) -> None:
    name = random.choice(("authorizationToken", "identitySource"))
    event[name] = random.choice([_credential(random), random.choice(_JUNK)])


def _change_kind(random: Random, event: Event) -> None:
    name = random.choice(("type", "version"))
    value = random.choice(["TOKEN", "REQUEST", "1.0", "2.0", "3.0", *_JUNK])
    if value is False:
        event.pop(name, None)
    else:
        event[name] = value


def _change_context(random: Random, event: Event) -> None:
    if isinstance(context := event.get("requestContext"), dict):
        context["eventType"] = random.choice(["CONNECT", "CONNECT", "MESSAGE", None])
    else:
        event["requestContext"] = random.choice([{"eventType": "CONNECT"}, *_JUNK])


def _put_elsewhere(random: Random, event: Event) -> None:
    key = next(iter(_GOOD_KEYS))
    place = random.choice(("queryStringParameters", "stageVariables", "identity"))
    event[place] = {"x-api-key": key, "X-API-Key": key, "apiKey": key}
    event["cookies"] = [f"x-api-key={key}"]
    event["body"] = key


def _spoil(random: Random, event: Event) -> None:
    name = random.choice(list(event) or ["type"])
    if random.random() < 0.5:
        event.pop(name, None)
    else:
        event[name] = random.choice(_JUNK)


_MUTATIONS = [
    *(_change_headers,) * 4,
    _agree,
    _change_arn,
    _change_token,
    _change_kind,
    _change_context,
    _put_elsewhere,
    _spoil,
]


# --- What the documents say of it ---------------------------------------------------

_PLAIN = re.compile(r"[ !-+\--~]+")
_BASIC = re.compile(r"[Bb][Aa][Ss][Ii][Cc] +(\S+)")
_SCHEME = re.compile(r"(^|,)\s*[Bb][Aa][Ss][Ii][Cc](\s|,|$)")
_STAGE = re.compile(r"[A-Za-z0-9_-]{1,128}|[$]default")
_CONNECT = re.compile(r"[^/]+/[^/]+/[$]connect")
# A header that came in a way that nobody can tell what was meant.
_SPOILT = object()


def _judged(event: Event, kinds: str) -> Judgement:
    """Return whom an event must let in, or what must become of it."""
    kind = _kind(event)
    arn = event.get("routeArn" if kind == "2.0" else "methodArn")
    if kind == "CONNECT" and not (isinstance(arn, str) and _CONNECT.fullmatch(arn)):
        arn = None
    if kind == "TOKEN":
        return _verdict(_of_token(event.get("authorizationToken"), kinds), arn)
    first = event.get("headers")
    second = None if kind == "2.0" else event.get("multiValueHeaders")
    are_headers = all(one is None or type(one) is dict for one in (first, second))
    if kind is None or not are_headers:
        return "fault"
    return _verdict(_of_headers(first or {}, second or {}, kinds), arn)


def _kind(event: Event) -> str | None:
    match event:
        case {"type": "TOKEN"}:
            return "TOKEN"
        case {"version": "1.0" | "2.0" as version}:
            return str(version)
        case {"version": _}:
            return None
        case {"requestContext": {"eventType": "CONNECT"}}:
            return "CONNECT"
        case {"type": "REQUEST"}:
            return "REQUEST"
    return None


def _verdict(principal: str | None, arn: object) -> Judgement:
    stage_arn = _stage_arn(arn)
    if stage_arn is None:
        return "fault"
    return "refuse" if principal is None else (principal, stage_arn)


def _stage_arn(arn: object) -> str | None:
    """Return what precedes the method, None for what is not a method's ARN."""
    head, _, tail = arn.partition("/") if isinstance(arn, str) else ("", "", "")
    stage, _, route = tail.partition("/")
    match head.split(":"):
        case ["arn", partition, "execute-api", "eu-west-1", "123456789012", api] if (
            partition.startswith("aws") and api.isalnum() and _STAGE.fullmatch(stage)
        ):
            return f"{head}/{stage}" if route else None
    return None


def _of_token(value: object, kinds: str) -> str | None:
    found = None
    if isinstance(value, str) and "api-key" in kinds:
        found = _GOOD_KEYS.get(value)
    return _of_login(value) if found is None and "basic" in kinds else found


def _of_headers(first: Event, second: Event, kinds: str) -> str | None:
    key = _one(first, second, "x-api-key")
    login = _one(first, second, "authorization")
    if kinds == "basic" or (
        kinds == "api-key,basic" and _has_scheme(first, second) and key is None
    ):
        return _of_login(login)
    if kinds == "api-key,basic" and _has_scheme(first, second):
        return None
    return _GOOD_KEYS.get(key) if isinstance(key, str) else None


def _of_login(value: object) -> str | None:
    found = _BASIC.fullmatch(value) if isinstance(value, str) else None
    return _GOOD_TOKENS.get(found[1]) if found else None


def _one(first: Event, second: Event, name: str) -> object:
    """Return the one value of a header, None where there is none, or ``_SPOILT``."""
    texts = [v for n, v in first.items() if _is(n, name)]
    lists = [v for n, v in second.items() if _is(n, name)]
    if not texts and not lists:
        return None
    if len(texts) != 1 or (second and lists != [texts]):
        return _SPOILT
    (value,) = texts
    if value == "":
        return None
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else _SPOILT


def _has_scheme(first: Event, second: Event) -> bool:
    for value in (
        value
        for reading in (first, second)
        for name, held in reading.items()
        if _is(name, "authorization")
        for value in (held if isinstance(held, list) else [held])
    ):
        if isinstance(value, str) and _SCHEME.search(value):
            return True
    return False


@cache
def _is(name: str, wanted: str) -> bool:
    return name.encode("ascii", "replace").lower() == wanted.encode()


# --- The two beside each other ------------------------------------------------------


@pytest.fixture
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let argon2 be SHA-256, as ``slow_digest`` has it."""
    monkeypatch.setattr(
        digest, "argon2id", lambda secret, _salt, **_cost: sha256(secret).digest()
    )


def _found(authorizer: Authorizer, event: Event, seconds: float) -> tuple[Any, Any]:
    """Return what became of an event in the oracle's words, and the answer."""
    try:
        decision = authorizer.authorize(event, at(seconds))
    except MisconfiguredError:
        return "fault", None
    if decision.verdict == "refuse":
        return "refuse", decision.answer
    assert decision.answer is not None
    return decision.answer["principalId"], decision.answer


def _opens_what_the_roles_say(answer: Event, stage_arn: str) -> bool:
    policy, meaning = answer["policyDocument"], Meaning(_ROLE_MAP)
    roles = _HELD[answer["principalId"]]
    connects = is_allowed(policy, f"{stage_arn}/$connect", NOW)
    elsewhere = f"{stage_arn}x/GET/reports/7"
    return (
        connects == ("READER" in roles)
        and not is_allowed(policy, elsewhere, NOW)
        and all(
            is_allowed(policy, f"{stage_arn}/{call.method}{call.path}", NOW)
            == meaning.opens(roles, call)
            for call in _CALLS
        )
    )


def _is_refused_alike(event: Event, answer: Event) -> bool:
    """Return whether an HTTP API gets its Deny and the others nothing."""
    kind = _kind(event)
    if kind not in ("1.0", "2.0"):
        return answer is None
    arn = event["routeArn" if kind == "2.0" else "methodArn"]
    resource = [f"{_stage_arn(arn)}/*"]
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Deny",
        "Resource": resource,
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return bool(answer == {"principalId": "refused", "policyDocument": document})


@pytest.mark.usefixtures("_cheap_hashes")
def test_no_event_lets_in_whom_the_documents_would_not() -> None:
    """And each is answered as its kind is, for one stage, by the roles held."""
    authorizers = {
        kinds: Authorizer(
            Settings({"SIGNING_SECRET": SIGNING_NAME, "CREDENTIALS": kinds}), _store()
        )
        for kinds in ("api-key", "basic", "api-key,basic")
    }
    random = Random(_SEED)  # noqa: S311 - as above
    answers: dict[tuple[str, str], Event] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for number, event in enumerate(islice(_drawn(random), _EVENTS)):
        kinds = random.choice(tuple(authorizers))
        expected = _judged(event, kinds)
        found, answer = _found(authorizers[kinds], event, number)
        if isinstance(expected, str):
            verdict = expected
            is_right = found == expected and (
                expected == "fault" or _is_refused_alike(event, answer)
            )
        else:
            verdict = "allow"
            principal, stage_arn = expected
            is_right = found == principal and (
                answer == answers[expected]
                if expected in answers
                else _opens_what_the_roles_say(answer, stage_arn)
            )
            answers.setdefault(expected, answer)
        assert is_right, f"event {number}, {kinds}: {found}, {json.dumps(event)}"
        seen[str(_kind(event)), verdict] += 1
    # The generator finds its way into every corner, or the rest says nothing.
    for kind in ("TOKEN", "2.0", "1.0", "CONNECT", "REQUEST"):
        for verdict in ("allow", "refuse", "fault"):
            assert seen[kind, verdict] * 500 > _EVENTS, (kind, verdict, seen)
    assert {principal for principal, _ in answers} == set(_HELD)
