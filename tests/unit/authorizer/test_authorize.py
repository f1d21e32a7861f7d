"""One request's way from the event to the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from apikeys import digest, policy
from apikeys.decision import Reason
from apikeys.errors import (
    FaultError,
    MisconfiguredError,
    OverloadedError,
    StoreRefusedError,
    StoreUnavailableError,
)
from authorizer.authorize import Authorizer, _unexpected
from authorizer.decision import Decision
from authorizer.settings import Settings
from tests.builders import (
    BEFORE,
    LATER,
    STAGE_ARN,
    a_key,
    at,
    forged,
    record_text,
    rest_event,
    signing_secret,
)
from tests.fakes import ROLES_NAME, SIGNING_NAME, FakeReader
from tests.gateway_events import KINDS, key_event

if TYPE_CHECKING:
    from apikeys.key import Key

_KEY = a_key()
_ANOTHER = a_key("another key")
_SESSION = {"environment": "P", "repository": "M", "profile": "A"}


def _authorizer(reader: FakeReader, **environ: str) -> Authorizer:
    settings = Settings({"SIGNING_SECRET": SIGNING_NAME} | environ)
    return Authorizer(settings, reader)


def _fields(
    authorizer: Authorizer, event: object, seconds: float = 0
) -> dict[str, object]:
    """Return every field of the outcome but the answer, and whether there is one."""
    decision = authorizer.authorize(event, at(seconds))
    found = {name: getattr(decision, name) for name in Decision.__slots__}
    # What is made of the others, for the log.
    del found["said"]
    return found | {"answer": decision.answer is not None}


def _reason(authorizer: Authorizer, key: str | None, seconds: float = 0) -> object:
    return _fields(authorizer, rest_event(key), seconds)["reason"]


def _answer(authorizer: Authorizer, key: Key) -> Any:
    decision = authorizer.authorize(rest_event(key.text), at())
    return decision.answer


_REFUSED: dict[str, object] = {
    "answer": False,
    "api": "a1b2c3d4e5",
    "cached": False,
    "login": None,
    "key_id": _KEY.key_id,
    "verdict": "refuse",
    "reason": "",
    "shut": (),
    "stage": "prod",
}


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the secrets that argon2 was asked to hash; only 'right' ones match."""
    asked: list[bytes] = []

    def hashed(secret: bytes, _salt: bytes, *, length: int, **_cost: int) -> bytes:
        asked.append(secret)
        return bytes([0 if secret.decode() == _KEY.text else 1]) * length

    monkeypatch.setattr(digest, "argon2id", hashed)
    return asked


_SLOW = f"$argon2id$v=19$m=19456,t=2,p=1${'A' * 22}${'A' * 43}"


def test_a_good_key_gets_the_policy_of_its_roles(reader: FakeReader) -> None:
    """The whole answer to API Gateway."""
    reader.keep(_KEY, record_text(_KEY, roles=["READER", "WRITER", "UNHEARD_OF"]))
    assert _answer(_authorizer(reader), _KEY) == {
        "principalId": _KEY.key_id,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": [
                        f"{STAGE_ARN}/GET/reports/*",
                        f"{STAGE_ARN}/POST/reports",
                    ],
                    "Condition": {
                        "DateLessThan": {"aws:CurrentTime": "2027-01-15T09:00:00Z"}
                    },
                }
            ],
        },
        "context": {
            "keyId": _KEY.key_id,
            "credential": "api-key",
            "client": "Acme",
            "issuer": "Ops",
            "roles": "READER UNHEARD_OF WRITER",
            "expirationDate": LATER,
        },
    }


def test_the_outcome_of_a_good_key(reader: FakeReader) -> None:
    """What the log says of it, at the first and at the second request."""
    reader.keep(_KEY, record_text(_KEY))
    authorizer, event = _authorizer(reader), rest_event(_KEY.text)
    allowed = _REFUSED | {"answer": True, "verdict": "allow", "reason": "granted"}
    assert _fields(authorizer, event) == allowed
    assert _fields(authorizer, event, 1) == allowed | {"cached": True}


def test_a_refusal_is_that_of_its_kind_stage_and_reason(reader: FakeReader) -> None:
    """Made once for each, and never given to another."""
    authorizer, rest = _authorizer(reader), rest_event()
    http = rest | {"version": "1.0"}
    other_stage = rest | {"methodArn": f"{STAGE_ARN}2/GET/reports"}
    malformed = rest_event("not-a-key")

    def refused(event: object) -> tuple[object, ...]:
        found = authorizer.authorize(event, at(0))
        return found.verdict, found.reason, found.stage, found.answer

    stage = STAGE_ARN.rpartition("/")[2]
    for _ in range(2):
        assert refused(rest) == ("refuse", "missing", stage, None)
        assert refused(http)[3] == policy.refusal(STAGE_ARN)
        assert refused(other_stage) == ("refuse", "missing", f"{stage}2", None)
        assert refused(malformed) == ("refuse", "malformed", stage, None)


@pytest.mark.parametrize("roles", [[], None, ["UNHEARD_OF"], "READER"])
def test_a_key_without_a_route_is_answered_with_a_deny(
    reader: FakeReader, roles: object
) -> None:
    """403, not 401: the credential is good; and the operator reads why."""
    reader.keep(_KEY, record_text(_KEY, roles=roles))
    authorizer = _authorizer(reader)
    assert _fields(authorizer, rest_event(_KEY.text)) == _REFUSED | {
        "answer": True,
        "reason": "no_role",
    }
    assert _answer(authorizer, _KEY)["policyDocument"]["Statement"] == [
        {
            "Action": "execute-api:Invoke",
            "Effect": "Deny",
            "Resource": [f"{STAGE_ARN}/*"],
        }
    ]


@pytest.mark.parametrize("path", ["GET/reports/7", "DELETE/", "POST/a:b/*?${x}%2F"])
def test_the_policy_does_not_depend_on_the_route_called(
    reader: FakeReader, path: str
) -> None:
    """API Gateway caches it for all of them."""
    reader.keep(_KEY, record_text(_KEY))
    decision = _authorizer(reader).authorize(rest_event(_KEY.text, path), at())
    assert decision.answer == _answer(_authorizer(reader), _KEY)


def test_a_read_only_session_keeps_reading_routes(reader: FakeReader) -> None:
    """Of a role that opens everything, GET, HEAD and OPTIONS."""
    session = _SESSION | {"connectionMode": "READ_ONLY"}
    reader.keep(_KEY, record_text(_KEY, roles=["ADMINISTRATOR"], session=session))
    answer = _answer(_authorizer(reader), _KEY)
    assert answer["policyDocument"]["Statement"][0]["Resource"] == [
        f"{STAGE_ARN}/{method}/*" for method in ("GET", "HEAD", "OPTIONS")
    ]
    assert answer["context"]["connectionMode"] == "READ_ONLY"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "missing"),
        ({"X-API-Key": "a,b"}, "ambiguous"),
        ({"X-API-Key": "é"}, "malformed"),
        ({"X-API-Key": "no key"}, "malformed"),
        ({"X-API-Key": f"{_KEY.text}x"}, "malformed"),
        ({"X-API-Key": "x" * 1_000_000}, "malformed"),
        ({"X-API-Key": forged(_KEY)}, "forged"),
        ({"X-API-Key": f"zz{_KEY.text[2:]}"}, "forged"),
    ],
)
def test_a_key_that_is_not_genuine_is_refused_without_reading_a_record(
    reader: FakeReader, headers: dict[str, str], reason: str
) -> None:
    """Counted over many requests; and no byte of it reaches the log."""
    reader.keep(_KEY, record_text(_KEY))
    authorizer = _authorizer(reader)
    event = rest_event() | {"headers": headers, "multiValueHeaders": None}
    expected = _REFUSED | {"reason": reason, "key_id": None, "cached": None}
    assert [_fields(authorizer, event) for _ in range(10)] == [expected] * 10
    assert reader.record_reads == 0
    # The signing secret, where there was a tag to check, once.
    assert reader.reads == ([SIGNING_NAME] if reason == "forged" else [])


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (Reason.UNKNOWN, "unknown"),
        (Reason.REVOKED, "revoked"),
        (Reason.CORRUPT, "corrupt"),
        ("not JSON", "corrupt"),
        (record_text(_KEY, keyId="0" * 16), "corrupt"),
        (record_text(_KEY, schemaVersion=2), "corrupt"),
        (record_text(_KEY, expirationDate=""), "corrupt"),
        (record_text(_KEY, digest=digest.fast(_ANOTHER.text)), "mismatch"),
        (record_text(_KEY, digest=digest.fast("x"), enabled=False), "mismatch"),
        (record_text(_KEY, enabled="true"), "disabled"),
        (record_text(_KEY, enabled=False, expirationDate=BEFORE), "disabled"),
        (record_text(_KEY, expirationDate=BEFORE), "expired"),
        (record_text(_KEY, expirationDate="2027-01-15T08:00:00"), "expired"),
        (record_text(_KEY, digest=_SLOW.replace("A" * 22, "A" * 13)), "corrupt"),
    ],
)
def test_a_genuine_key_is_refused_for_the_first_reason_that_holds(
    reader: FakeReader, record: str | Reason, reason: str
) -> None:
    """No answer, so 401; the key id is known by then."""
    reader.keep(_KEY, record)
    found = _fields(_authorizer(reader), rest_event(_KEY.text))
    assert found == _REFUSED | {"reason": reason}
    # Without a right no role map is read.
    assert reader.reads == [SIGNING_NAME, f"APIKEY_{_KEY.key_id}"]


def test_every_check_runs_again_on_a_cached_record(reader: FakeReader) -> None:
    """A record that expires while it is cached is refused at that instant."""
    reader.keep(_KEY, record_text(_KEY, expirationDate="2027-01-15T08:00:10"))
    authorizer = _authorizer(reader)
    found = [_reason(authorizer, _KEY.text, s) for s in (0, 9.999_999, 10, 11)]
    assert found == ["granted", "granted", "expired", "expired"]
    assert reader.reads_of(_KEY) == 1


def test_secret_record_and_role_map_are_read_once_in_their_ttl(
    reader: FakeReader,
) -> None:
    """Three reads for any number of requests."""
    reader.keep(_KEY, record_text(_KEY))
    authorizer = _authorizer(reader)
    for seconds in range(27):
        assert _reason(authorizer, _KEY.text, seconds) == "granted"
        assert _reason(authorizer, forged(_KEY), seconds) == "forged"
    assert sorted(reader.reads) == [f"APIKEY_{_KEY.key_id}", ROLES_NAME, SIGNING_NAME]


def test_a_key_of_a_previous_signing_key_passes(reader: FakeReader) -> None:
    """Until the operator drops that one."""
    before = reader.values[SIGNING_NAME]
    assert isinstance(before, str)
    current = json.loads(before)["current"]
    reader.keep(_KEY, record_text(_KEY))
    reader.values[SIGNING_NAME] = signing_secret("n" * 64, current)
    assert _reason(_authorizer(reader), _KEY.text) == "granted"
    reader.values[SIGNING_NAME] = signing_secret("n" * 64)
    assert _reason(_authorizer(reader), _KEY.text) == "forged"


@pytest.mark.parametrize("name", [SIGNING_NAME, f"APIKEY_{_KEY.key_id}", ROLES_NAME])
@pytest.mark.parametrize("fault", [StoreUnavailableError(), StoreRefusedError()])
def test_trouble_with_the_store_is_a_fault(
    reader: FakeReader, name: str, fault: FaultError
) -> None:
    """Whichever read fails: 500, never 401, and soon nothing is remembered of it."""
    reader.keep(_KEY, record_text(_KEY))
    good = reader.values[name]
    authorizer = _authorizer(reader)
    reader.values[name] = fault
    for _ in range(2):
        with pytest.raises(type(fault)):
            _fields(authorizer, rest_event(_KEY.text))
    reader.values[name] = good
    # At once where it was a record's read, which strangers can't bring about.
    later = 0 if name.startswith("APIKEY_") else 1
    assert _reason(authorizer, _KEY.text, later) == "granted"


@pytest.mark.parametrize(
    ("name", "presented"), [(SIGNING_NAME, forged(_KEY)), (ROLES_NAME, _KEY.text)]
)
def test_strangers_cause_no_stampede_on_what_every_request_needs(
    reader: FakeReader, name: str, presented: str
) -> None:
    """While it is missing or down it is asked for once a second, not a request."""
    reader.keep(_KEY, record_text(_KEY))
    reader.values[name] = StoreUnavailableError("down")
    authorizer = _authorizer(reader)
    for tenth in range(20):
        with pytest.raises(StoreUnavailableError, match=r"^down$"):
            _fields(authorizer, rest_event(presented), tenth / 10)
    assert reader.reads.count(name) == 2


def test_without_a_role_map_a_good_key_is_a_fault(reader: FakeReader) -> None:
    """Misconfigured: the operator has not said what roles open."""
    reader.keep(_KEY, record_text(_KEY))
    del reader.values[ROLES_NAME]
    with pytest.raises(MisconfiguredError, match=r"^the stored secret APIROLES is unk"):
        _fields(_authorizer(reader), rest_event(_KEY.text))


def test_an_event_of_another_kind_is_a_fault_before_any_read(
    reader: FakeReader,
) -> None:
    """Nothing is looked up for it."""
    with pytest.raises(MisconfiguredError):
        _fields(_authorizer(reader), rest_event(_KEY.text) | {"type": "token"})
    assert reader.reads == []


_BOUND = {"schemaVersion": 2, "allowedCidrs": ["198.51.100.0/24", "2001:db8::/32"]}


def _called_from(kind: str, address: object, **environ: str) -> str:
    """Return what becomes of a key with networks that is presented from an address."""
    reader = FakeReader()
    reader.values[ROLES_NAME] = json.dumps(
        {"roles": {"READER": {"allow": ["GET /reports/*", "$connect"]}}}
    )
    reader.keep(_KEY, record_text(_KEY, **_BOUND))
    event = key_event(kind, _KEY.text)
    if "requestContext" in event:
        sender = "http" if kind == "http-api-2.0" else "identity"
        event["requestContext"][sender]["sourceIp"] = address
    decision = _authorizer(reader, **environ).authorize(event, at())
    if decision.reason == "address":
        assert decision.verdict == "refuse"
        assert decision.key_id == _KEY.key_id
        is_policy = decision.answer is not None
        assert is_policy == kind.startswith("http-api")
    return str(decision.reason)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("address", "is_right"),
    [
        ("198.51.100.7", True),
        ("2001:db8::7", True),
        ("203.0.113.7", False),
        ("test-invoke-source-ip", False),
        (None, False),
    ],
)
def test_where_nothing_is_cached_a_call_from_elsewhere_is_refused(
    kind: str, address: object, *, is_right: bool
) -> None:
    """At TTL 0, and always at the start of a WebSocket; TOKEN tells no address."""
    uncached = _called_from(kind, address, AUTHORIZER_CACHE_SECONDS="0")
    cached = _called_from(kind, address)
    is_told = kind != "rest-token"
    assert uncached == ("granted" if is_right or not is_told else "address")
    is_refused = kind == "websocket-connect" and not is_right
    assert cached == ("address" if is_refused else "granted")


def test_under_a_cache_no_answer_depends_on_the_address_of_one_call(
    reader: FakeReader,
) -> None:
    """A thief elsewhere could lock the owner out; the policy refuses the thief."""
    reader.keep(_KEY, record_text(_KEY, **_BOUND))
    authorizer = _authorizer(reader, SOURCE_IP_KEY="aws:VpcSourceIp")
    answers = []
    for address in ("198.51.100.7", "203.0.113.7"):
        event = key_event("rest-request", _KEY.text)
        event["requestContext"]["identity"]["sourceIp"] = address
        answers.append(authorizer.authorize(event, at()).answer)
    first: Any = answers[0]
    assert answers == [first] * 2
    assert first["policyDocument"]["Statement"][-1]["Condition"] == {
        "NotIpAddress": {"aws:VpcSourceIp": _BOUND["allowedCidrs"]}
    }


def test_the_address_is_the_last_that_is_judged(reader: FakeReader) -> None:
    """Nobody without the key learns that it is bound to networks."""
    elsewhere = key_event("rest-request", _KEY.text)
    for changes, reason in (
        ({"digest": digest.fast("x")}, "mismatch"),
        ({"enabled": False}, "disabled"),
        ({"expirationDate": BEFORE}, "expired"),
        ({"roles": []}, "address"),
    ):
        reader.keep(_KEY, record_text(_KEY, **_BOUND, **changes))
        authorizer = _authorizer(reader, AUTHORIZER_CACHE_SECONDS="0")
        assert _fields(authorizer, elsewhere)["reason"] == reason


@pytest.mark.parametrize(
    "changes",
    [
        {"allowedCidrs": []},
        {"allowedCidrs": ["10.0.0.1/8"]},
        {"allowedCidrs": None},
        {"schemaVersion": 1},
        {"schemaVersion": 3},
    ],
)
def test_a_record_whose_networks_are_not_sound_is_corrupt(
    reader: FakeReader, changes: dict[str, object]
) -> None:
    """Never one without networks."""
    reader.keep(_KEY, record_text(_KEY, **_BOUND | changes))
    assert _reason(_authorizer(reader), _KEY.text) == "corrupt"


def test_a_policy_over_8_kb_is_a_fault(reader: FakeReader) -> None:
    """Roles that were fine each may be too much together."""
    routes = {
        name: {"allow": [f"GET /{name.lower() * 40}/{n:03}" for n in range(60)]}
        for name in ("A", "B")
    }
    reader.values[ROLES_NAME] = json.dumps({"roles": routes})
    reader.keep(_KEY, record_text(_KEY, roles=["A"]))
    reader.keep(_ANOTHER, record_text(_ANOTHER, roles=["A", "B"]))
    authorizer = _authorizer(reader)
    assert _reason(authorizer, _KEY.text) == "granted"
    with pytest.raises(MisconfiguredError) as caught:
        _reason(authorizer, _ANOTHER.text)
    expected = f"the policy of {_ANOTHER.key_id} is over 8192 bytes"
    assert str(caught.value) == expected


def test_what_roles_lose_together_is_said_once(reader: FakeReader) -> None:
    """The key goes on working; neither a repeat nor another such key says it again."""
    roles = {
        "A": {"allow": ["GET /{x}/{y}"]},
        "B": {"allow": ["GET /a/{x}/b"]},
        "C": {"allow": ["GET /a/{x}"]},
    }
    reader.values[ROLES_NAME] = json.dumps({"roles": roles})
    for key in (_KEY, _ANOTHER):
        reader.keep(key, record_text(key, roles=["A", "B"]))
    authorizer = _authorizer(reader)
    found = [
        authorizer.authorize(rest_event(key.text), at(seconds))
        for key, seconds in ((_KEY, 0), (_KEY, 1), (_ANOTHER, 2), (_KEY, 100))
    ]
    assert [decision.reason for decision in found] == ["granted"] * 4
    assert [len(decision.shut) for decision in found] == [1, 0, 0, 0]
    assert found[0].shut[0].startswith("'GET /a/{x}/b' is shut: ")
    roles["D"] = {}
    reader.values[ROLES_NAME] = json.dumps({"roles": roles})
    again = authorizer.authorize(rest_event(_KEY.text), at(200))
    assert again.shut == found[0].shut


def test_a_slow_digest_is_hashed_once_for_a_correct_key(
    reader: FakeReader, hashes: list[bytes]
) -> None:
    """Under ``KeyHash=argon2id``: one slow hash, remembered."""
    reader.keep(_KEY, record_text(_KEY, digest=_SLOW))
    authorizer = _authorizer(reader)
    found = [_reason(authorizer, _KEY.text, seconds) for seconds in (0, 1, 40)]
    assert found == ["granted"] * 3
    assert hashes == [_KEY.text.encode()]


@pytest.mark.parametrize(
    "changes", [{}, {"enabled": False}, {"expirationDate": BEFORE}, {"roles": []}]
)
def test_a_wrong_credential_costs_the_same_whatever_the_state(
    reader: FakeReader, hashes: list[bytes], changes: dict[str, Any]
) -> None:
    """One slow hash, then mismatch: neither cost nor answer tells of the record."""
    twin = a_key("a twin with the same id")
    reader.keep(twin, record_text(twin, digest=_SLOW, **changes))
    assert _reason(_authorizer(reader), twin.text) == "mismatch"
    assert len(hashes) == 1


def _with_other_secret(number: int) -> str:
    """Return a key with the id of ``_KEY``, which only a forger could present."""
    return f"{_KEY.text[:20]}{number:065}"


def test_without_the_tag_check_the_digest_still_decides(reader: FakeReader) -> None:
    """``TAG_CHECK=off`` is not a way in, and needs no signing secret."""
    del reader.values[SIGNING_NAME]
    reader.keep(_KEY, record_text(_KEY))
    authorizer = _authorizer(reader, TAG_CHECK="off")
    found = [_reason(authorizer, text) for text in (_KEY.text, forged(_KEY))]
    assert found == ["granted", "mismatch"]
    assert SIGNING_NAME not in reader.reads


def test_without_the_tag_check_look_ups_are_bounded(reader: FakeReader) -> None:
    """A burst of 20 unknown ids, then 2 a second; beyond it a fault, no read."""
    authorizer = _authorizer(reader, TAG_CHECK="off")
    strangers = [a_key(f"stranger {number}").text for number in range(23)]
    assert [_reason(authorizer, text) for text in strangers[:20]] == ["unknown"] * 20
    with pytest.raises(OverloadedError):
        _reason(authorizer, strangers[20])
    assert _reason(authorizer, strangers[20], 0.5) == "unknown"
    assert reader.record_reads == 21


def test_without_the_tag_check_slow_hashes_are_bounded(
    reader: FakeReader, hashes: list[bytes]
) -> None:
    """20 wrong guesses at one id; the right key, once verified, passes meanwhile."""
    reader.keep(_KEY, record_text(_KEY, digest=_SLOW))
    authorizer = _authorizer(reader, TAG_CHECK="off")
    assert _reason(authorizer, _KEY.text) == "granted"
    guesses = [_reason(authorizer, _with_other_secret(n)) for n in range(20)]
    assert guesses == ["mismatch"] * 20
    with pytest.raises(OverloadedError):
        _reason(authorizer, _with_other_secret(20))
    assert _reason(authorizer, _KEY.text) == "granted"
    assert len(hashes) == 21


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({}, "granted"), ({"enabled": False}, "disabled")],
)
def test_without_the_tag_check_a_match_gives_its_token_back(
    reader: FakeReader, changes: dict[str, Any], reason: str
) -> None:
    """Clients with good keys never use up the bucket, whatever their state."""
    keys = [a_key(f"client {number}") for number in range(50)]
    for key in keys:
        reader.keep(key, record_text(key, **changes))
    authorizer = _authorizer(reader, TAG_CHECK="off")
    assert [_reason(authorizer, key.text) for key in keys] == [reason] * 50


@pytest.mark.parametrize("value", ["not JSON", Reason.REVOKED])
def test_without_the_tag_check_a_cached_refusal_draws_nothing(
    reader: FakeReader, value: str | Reason
) -> None:
    """Asked again within the unknown TTL it costs no read."""
    reader.keep(_KEY, value)
    authorizer = _authorizer(reader, TAG_CHECK="off")
    assert len({_reason(authorizer, _KEY.text) for _ in range(50)}) == 1
    assert reader.record_reads == 1


def test_without_the_tag_check_an_unreadable_hash_keeps_its_token(
    reader: FakeReader,
) -> None:
    """A corrupt slow digest can't be used to draw without end."""
    digest_text = _SLOW.replace("A" * 22, "A" * 13)
    reader.keep(_KEY, record_text(_KEY, digest=digest_text))
    authorizer = _authorizer(reader, TAG_CHECK="off")
    assert [_reason(authorizer, _KEY.text) for _ in range(20)] == ["corrupt"] * 20
    with pytest.raises(OverloadedError):
        _reason(authorizer, _KEY.text)


def test_with_the_tag_check_genuine_keys_never_draw(reader: FakeReader) -> None:
    """Any number of unknown ones: the holder of a tag is not a stranger."""
    authorizer = _authorizer(reader)
    keys = [a_key(f"deleted {number}").text for number in range(100)]
    assert {_reason(authorizer, text) for text in keys} == {"unknown"}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (Reason.UNKNOWN, "unknown"),
        (Reason.REVOKED, "revoked"),
        ("not JSON", "corrupt"),
        (record_text(_KEY, digest=digest.fast("x")), "mismatch"),
        (record_text(_KEY, enabled=False), "disabled"),
        (record_text(_KEY), "granted"),
    ],
)
@pytest.mark.parametrize("tag_check", ["on", "off"])
def test_a_key_minted_here_costs_no_slow_hash_whatever_its_state(
    reader: FakeReader,
    slow_hashes: list[tuple[str, str]],
    record: str | Reason,
    reason: str,
    tag_check: str,
) -> None:
    """Known or not: its secret needs none."""
    reader.keep(_KEY, record)
    authorizer = _authorizer(reader, TAG_CHECK=tag_check)
    assert [_reason(authorizer, _KEY.text) for _ in range(2)] == [reason] * 2
    assert slow_hashes == []


def test_without_the_tag_check_guesses_at_a_fresh_record_cost_nothing(
    reader: FakeReader,
) -> None:
    """No read, no slow hash, so no token either."""
    reader.keep(_KEY, record_text(_KEY))
    authorizer = _authorizer(reader, TAG_CHECK="off")
    assert _reason(authorizer, _KEY.text) == "granted"
    guesses = {_reason(authorizer, _with_other_secret(n)) for n in range(50)}
    assert guesses == {"mismatch"}
    assert reader.record_reads == 1


def test_an_error_without_a_traceback_is_reported_by_its_name() -> None:
    """Only its kind is known then."""
    assert str(_unexpected(ValueError("canary"))) == "unexpected ValueError"


def test_what_failed_at_start_up_is_asked_for_by_the_first_request(
    reader: FakeReader,
) -> None:
    """A throttled cold start is not a reason to refuse those who wait for it."""
    reader.keep(_KEY, record_text(_KEY))
    authorizer, reader.outage = _authorizer(reader), StoreUnavailableError("down")
    authorizer.warm_up(at(0))
    reader.outage = None
    assert _reason(authorizer, _KEY.text, 0.1) == "granted"


def test_what_was_read_at_start_up_is_not_read_by_the_first_request(
    reader: FakeReader,
) -> None:
    """The signing secret and the role map, both of which every request needs."""
    reader.keep(_KEY, record_text(_KEY))
    authorizer = _authorizer(reader)
    authorizer.warm_up(at(0))
    assert sorted(reader.reads) == sorted([SIGNING_NAME, ROLES_NAME])
    assert _reason(authorizer, _KEY.text) == "granted"
    assert len(reader.reads) == 3


def test_without_a_role_map_a_key_is_still_proven(reader: FakeReader) -> None:
    """One that is refused gets its 401, one that would pass its 500."""
    reader.values[ROLES_NAME] = StoreUnavailableError("down")
    authorizer = _authorizer(reader)
    assert _reason(authorizer, forged(_KEY)) == "forged"
    assert _reason(authorizer, _KEY.text) == "unknown"
    reader.keep(_ANOTHER, record_text(_ANOTHER))
    with pytest.raises(StoreUnavailableError) as caught:
        _reason(authorizer, _ANOTHER.text)
    fault = caught.value
    assert (fault.api, fault.stage, fault.key_id, fault.cached) == (
        "a1b2c3d4e5",
        "prod",
        _ANOTHER.key_id,
        False,
    )


def test_with_a_ttl_of_0_what_every_request_needs_is_read_once_a_second(
    reader: FakeReader,
) -> None:
    """A hundred forged keys cause one read of the signing secret, good keys no more."""
    authorizer = _authorizer(reader, RECORD_TTL_SECONDS="0")
    reader.keep(_KEY, record_text(_KEY))
    for _ in range(100):
        assert _reason(authorizer, forged(_KEY)) == "forged"
    assert reader.reads == [SIGNING_NAME]
    for _ in range(3):
        assert _reason(authorizer, _KEY.text, 0.8) == "granted"
    counts = [reader.reads.count(name) for name in (SIGNING_NAME, ROLES_NAME)]
    assert (counts, reader.record_reads) == ([1, 1], 3)
    assert _reason(authorizer, _KEY.text, 1) == "granted"
    counts = [reader.reads.count(name) for name in (SIGNING_NAME, ROLES_NAME)]
    assert counts == [2, 1]


def _flood_of_genuine_tags(authorizer: Authorizer, count: int, seconds: float) -> int:
    """Present keys that are signed and were never issued; return how many were read."""
    admitted = 0
    for number in range(count):
        try:
            reason = _reason(authorizer, a_key(f"{seconds}-{number}").text, seconds)
        except OverloadedError:
            continue
        assert reason == "unknown"
        admitted += 1
    return admitted


def test_a_leaked_signing_key_does_not_cause_reads_without_end(
    reader: FakeReader,
) -> None:
    """A burst of 200 keys that were never issued, then 20 a second."""
    authorizer = _authorizer(reader)
    assert _flood_of_genuine_tags(authorizer, 1_000, 0) == 200
    assert _flood_of_genuine_tags(authorizer, 100, 0.5) == 10
    assert _flood_of_genuine_tags(authorizer, 100, 1.5) == 20
    assert reader.record_reads == 230


def test_who_was_read_before_passes_in_a_flood_of_genuine_tags(
    reader: FakeReader,
) -> None:
    """Also when the record has to be read again; a key never seen here has to wait."""
    authorizer = _authorizer(reader)
    reader.keep(_KEY, record_text(_KEY))
    reader.keep(_ANOTHER, record_text(_ANOTHER))
    assert _reason(authorizer, _KEY.text) == "granted"
    for seconds in (0, 40):
        _flood_of_genuine_tags(authorizer, 1_000, seconds)
        assert _reason(authorizer, _KEY.text, seconds) == "granted"
        with pytest.raises(OverloadedError) as caught:
            _reason(authorizer, _ANOTHER.text, seconds)
        assert caught.value.reason == "overloaded"
    assert _reason(authorizer, _ANOTHER.text, 41) == "granted"


def test_issued_keys_draw_on_no_bucket(reader: FakeReader) -> None:
    """Any number at once, whatever state they are in; nor does an outage empty it."""
    authorizer = _authorizer(reader)
    states: list[dict[str, Any]] = [{}, {"enabled": False}, {"expirationDate": BEFORE}]
    for number in range(600):
        key = a_key(f"issued {number}")
        reader.keep(key, record_text(key, **states[number % 3]))
        assert _reason(authorizer, key.text) in {"granted", "disabled", "expired"}
    reader.outage = StoreUnavailableError("down")
    for number in range(300):
        with pytest.raises(StoreUnavailableError):
            _reason(authorizer, a_key(f"new {number}").text)
    reader.outage = None
    assert _flood_of_genuine_tags(authorizer, 300, 0) == 200


class _Table(FakeReader):
    """Records that are not secrets."""

    def __init__(self) -> None:
        super().__init__()
        self.values = {}


def _apart(secrets: FakeReader, table: _Table, **environ: str) -> Authorizer:
    settings = Settings({"SIGNING_SECRET": SIGNING_NAME} | environ)
    return Authorizer(settings, secrets, table)


def test_records_may_be_read_apart_from_secrets(reader: FakeReader) -> None:
    """A decision costs one read of the table, none of a record that is a secret."""
    table = _Table()
    table.keep(_KEY, record_text(_KEY))
    authorizer = _apart(reader, table)
    assert _reason(authorizer, _KEY.text) == "granted"
    assert _reason(authorizer, _ANOTHER.text) == "unknown"
    assert table.reads == [f"APIKEY_{_KEY.key_id}", f"APIKEY_{_ANOTHER.key_id}"]
    assert sorted(reader.reads) == sorted([SIGNING_NAME, ROLES_NAME])
    # Cached, as ever.
    assert _reason(authorizer, _KEY.text) == "granted"
    assert len(table.reads) == 2


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        (Reason.REVOKED, "revoked"),
        (Reason.CORRUPT, "corrupt"),
        (MisconfiguredError("the table of the records is missing"), "misconfigured"),
        (StoreUnavailableError("throttled"), "store_unavailable"),
        (StoreRefusedError("denied"), "store_unavailable"),
    ],
)
def test_what_a_table_answers_is_decided_as_what_a_secret_does(
    reader: FakeReader, value: Reason | Exception, outcome: str
) -> None:
    """A missing table is a fault, of which no client is told that its key is not."""
    table = _Table()
    table.keep(_KEY, value)
    try:
        found = _reason(_apart(reader, table), _KEY.text)
    except FaultError as fault:
        found = fault.reason
    assert found == outcome


def test_a_table_that_is_throttled_may_be_answered_stale(reader: FakeReader) -> None:
    """As any outage; one that went missing is a decision, and nothing stale serves."""
    table = _Table()
    table.keep(_KEY, record_text(_KEY))
    authorizer = _apart(reader, table)
    assert _reason(authorizer, _KEY.text) == "granted"
    table.keep(_KEY, StoreUnavailableError("throttled"))
    assert _reason(authorizer, _KEY.text, 31) == "granted"
    table.keep(_KEY, MisconfiguredError("the table of the records is missing"))
    for seconds in (62, 63):
        with pytest.raises(MisconfiguredError):
            _reason(authorizer, _KEY.text, seconds)
