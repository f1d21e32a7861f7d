"""Basic accounts, from the header to the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apikeys import digest
from apikeys.decision import Reason
from apikeys.errors import OverloadedError, StoreUnavailableError
from authorizer.authorize import Authorizer
from authorizer.settings import Settings
from tests.builders import (
    BEFORE,
    LATER,
    STAGE_ARN,
    a_key,
    at,
    basic,
    event_with,
    login_text,
    record_text,
    slow_digest,
)
from tests.fakes import ROLES_NAME, SIGNING_NAME

if TYPE_CHECKING:
    from authorizer.decision import Decision
    from tests.fakes import FakeReader
    from tests.unit.authorizer.doubles import Handler

type Hashes = list[tuple[str, str]]

_LOGIN, _PASSWORD = "ada@example.org", "open: sésame"
_NAME = f"APIUSER_{_LOGIN}"
_EQUAL_WORK = "m=19456,t=2,p=1"


def _authorizer(reader: FakeReader, **environ: str) -> Authorizer:
    least = {"SIGNING_SECRET": SIGNING_NAME, "CREDENTIALS": "basic"}
    settings = Settings(least | environ)
    return Authorizer(settings, reader)


def _decision(
    authorizer: Authorizer,
    password: str = _PASSWORD,
    seconds: float = 0,
    login: str = _LOGIN,
) -> Decision:
    event = event_with({"Authorization": basic(login, password)})
    return authorizer.authorize(event, at(seconds))


def _reason(
    authorizer: Authorizer,
    password: str = _PASSWORD,
    seconds: float = 0,
    login: str = _LOGIN,
) -> str:
    return _decision(authorizer, password, seconds, login).reason


def _keep(reader: FakeReader, **changes: object) -> None:
    reader.values[_NAME] = login_text(_LOGIN, _PASSWORD, **changes)


def _flooded(authorizer: Authorizer, seconds: float = 0) -> None:
    """Use up what strangers may provoke at a time."""
    for number in range(100):
        try:
            _reason(authorizer, "a guess", seconds, f"stranger{number}")
        except OverloadedError:
            return
    pytest.fail("a flood has no end")


@pytest.mark.usefixtures("slow_hashes")
def test_a_good_login_gets_the_policy_of_its_roles(reader: FakeReader) -> None:
    """The whole answer, and what the log says."""
    session = {"environment": "P", "repository": "M", "profile": "A", "login": "ada"}
    _keep(reader, roles=["READER"], session=session, name="Ada")
    decision = _decision(_authorizer(reader))
    assert decision.answer == {
        "principalId": _LOGIN,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": [f"{STAGE_ARN}/GET/reports/*"],
                    "Condition": {
                        "DateLessThan": {"aws:CurrentTime": "2027-01-15T09:00:00Z"}
                    },
                }
            ],
        },
        "context": {
            "login": _LOGIN,
            "credential": "basic",
            "client": "Acme",
            "issuer": "Ops",
            "name": "Ada",
            "roles": "READER",
            "expirationDate": LATER,
            "sessionLogin": "ada",
            "environment": "P",
            "repository": "M",
            "profile": "A",
        },
    }
    assert (decision.verdict, decision.reason) == ("allow", "granted")
    assert (decision.key_id, decision.login, decision.cached) == (None, _LOGIN, False)
    # A login needs no signing key.
    assert reader.reads == [_NAME, ROLES_NAME]


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (Reason.UNKNOWN, "unknown"),
        (Reason.REVOKED, "revoked"),
        (Reason.CORRUPT, "corrupt"),
        ("not JSON", "corrupt"),
        ({"login": "eve"}, "corrupt"),
        ({"login": None, "keyId": _LOGIN}, "corrupt"),
        ({"schemaVersion": 2}, "corrupt"),
        ({"expirationDate": "", "enabled": False}, "corrupt"),
        (
            {"digest": slow_digest("x"), "enabled": False, "expirationDate": BEFORE},
            "mismatch",
        ),
        ({"digest": digest.fast("x"), "roles": []}, "mismatch"),
        ({"digest": slow_digest("x").replace("A" * 22, "A" * 13)}, "corrupt"),
        ({"enabled": False, "expirationDate": BEFORE, "roles": []}, "disabled"),
        ({"enabled": "true"}, "disabled"),
        ({"expirationDate": BEFORE, "roles": []}, "expired"),
        ({"expirationDate": "2027-01-15T08:00:00"}, "expired"),
        ({"roles": []}, "no_role"),
        ({}, "granted"),
    ],
)
def test_the_first_check_that_fails_decides_at_the_cost_of_one_slow_hash(
    reader: FakeReader, slow_hashes: Hashes, stored: Any, reason: str
) -> None:
    """Exist, match, enabled, not expired, roles; equal work under equal parameters."""
    if isinstance(stored, dict):
        _keep(reader, **stored)
    else:
        reader.values[_NAME] = stored
    decision = _decision(_authorizer(reader))
    assert decision.reason == reason
    assert (decision.answer is None) is (reason not in {"granted", "no_role"})
    assert decision.login == (None if reason == "unknown" else _LOGIN)
    assert decision.key_id is None
    assert slow_hashes == [(_EQUAL_WORK, _PASSWORD)]
    assert reader.reads[:1] == [_NAME]


def test_every_wrong_password_costs_one_slow_hash(
    reader: FakeReader, slow_hashes: Hashes
) -> None:
    """A login with a record and one without, the first time and the tenth."""
    _keep(reader)
    authorizer = _authorizer(reader)
    for number in range(1, 10):
        assert _reason(authorizer, "a guess") == "mismatch"
        assert _reason(authorizer, "a guess", login="eve") == "unknown"
        assert slow_hashes == [(_EQUAL_WORK, "a guess")] * (2 * number)


@pytest.mark.parametrize(
    "value",
    [
        *["Basic", "Basic x", "Bearer x", basic("a/b", "x"), basic("a-123456", "x")],
        *[basic("ada", ""), basic("ada", "\n"), basic("ada", "x" * 10_000)],
    ],
)
def test_a_malformed_login_costs_nothing(
    reader: FakeReader, slow_hashes: Hashes, value: str
) -> None:
    """No read, no slow hash, no token: as often as one likes."""
    authorizer = _authorizer(reader)
    event = event_with({"Authorization": value})
    for _ in range(50):
        decision = authorizer.authorize(event, at())
        assert (decision.reason, decision.login) == ("malformed", None)
    assert (reader.reads, slow_hashes) == ([], [])


def test_a_password_that_matched_is_not_hashed_again(
    reader: FakeReader, slow_hashes: Hashes
) -> None:
    """Whatever its record's state becomes, and however often it is read again."""
    _keep(reader)
    authorizer = _authorizer(reader)
    assert [_reason(authorizer, seconds=s) for s in (0, 1, 40)] == ["granted"] * 3
    _keep(reader, enabled=False)
    assert _reason(authorizer, seconds=80) == "disabled"
    assert len(slow_hashes) == 1
    # Another password is another question.
    reader.values[_NAME] = login_text(_LOGIN, "a new one")
    assert _reason(authorizer, seconds=120) == "mismatch"
    assert _reason(authorizer, "a new one", seconds=120) == "granted"
    assert len(slow_hashes) == 3


def test_a_password_is_the_same_from_every_keyboard(reader: FakeReader) -> None:
    """By a real digest: composed, decomposed, and the wrong ones."""
    stored = digest.slow("caf\u00e9: 密")
    reader.values["APIUSER_ada"] = login_text("ada", "", digest=stored)
    authorizer = _authorizer(reader)
    passwords = ["caf\u00e9: 密", "cafe\u0301: 密", "cafe: 密", "caf\u00e9"]
    found = [_reason(authorizer, text, login="ada") for text in passwords]
    assert found == ["granted", "granted", "mismatch", "mismatch"]


def test_a_digest_that_argon2_cannot_read_is_corrupt(reader: FakeReader) -> None:
    """And gives no token back."""
    _keep(reader, digest=slow_digest("x").replace("A" * 22, "A" * 13))
    authorizer = _authorizer(reader)
    assert {_reason(authorizer) for _ in range(20)} == {"corrupt"}
    with pytest.raises(OverloadedError):
        _reason(authorizer)


@pytest.mark.parametrize(
    "stored", [None, Reason.REVOKED, "not JSON", login_text(_LOGIN, "another")]
)
def test_guesses_are_bounded(
    reader: FakeReader, slow_hashes: Hashes, stored: Any
) -> None:
    """A burst of 20, then 2 a second, whether the record is known already or not."""
    if stored is not None:
        reader.values[_NAME] = stored
    authorizer = _authorizer(reader)
    assert len({_reason(authorizer) for _ in range(20)}) == 1
    reads = len(reader.reads)
    for _ in range(3):
        with pytest.raises(OverloadedError):
            _reason(authorizer)
    assert (len(slow_hashes), len(reader.reads)) == (20, reads)
    _reason(authorizer, seconds=0.5)
    with pytest.raises(OverloadedError):
        _reason(authorizer, seconds=0.5)
    assert [_reason(authorizer, seconds=1.5) for _ in range(2)]
    with pytest.raises(OverloadedError):
        _reason(authorizer, seconds=1.5)
    assert len(slow_hashes) == 23


@pytest.mark.usefixtures("slow_hashes")
def test_overload_does_not_tell_of_a_login(reader: FakeReader) -> None:
    """Nothing is known of it by then."""
    _keep(reader)
    authorizer = _authorizer(reader)
    _flooded(authorizer)
    with pytest.raises(OverloadedError) as caught:
        authorizer.authorize(
            event_with({"Authorization": basic(_LOGIN, _PASSWORD)}), at()
        )
    assert (caught.value.login, caught.value.key_id) == (None, None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "granted"),
        ({"enabled": False}, "disabled"),
        ({"expirationDate": BEFORE}, "expired"),
        ({"roles": []}, "no_role"),
    ],
)
@pytest.mark.usefixtures("slow_hashes")
def test_a_match_gives_its_token_back(
    reader: FakeReader, changes: dict[str, Any], reason: str
) -> None:
    """Any number of accounts with right passwords, whatever their state."""
    authorizer = _authorizer(reader)
    for number in range(50):
        login = f"user{number}"
        reader.values[f"APIUSER_{login}"] = login_text(login, "right", **changes)
        assert _reason(authorizer, "right", login=login) == reason


@pytest.mark.parametrize("ttl", ["30", "0"])
def test_an_owner_who_was_verified_is_never_shut_out_by_a_flood(
    reader: FakeReader, slow_hashes: Hashes, ttl: str
) -> None:
    """Not when the record has to be read again either, nor in an outage."""
    _keep(reader)
    authorizer = _authorizer(reader, RECORD_TTL_SECONDS=ttl)
    assert _reason(authorizer) == "granted"
    for seconds in (0, 10, 31, 62, 400, 3_000):
        _flooded(authorizer, seconds)
        hashed = len(slow_hashes)
        assert _reason(authorizer, seconds=seconds) == "granted"
        with pytest.raises(OverloadedError):
            _reason(authorizer, "a guess", seconds=seconds)
        assert len(slow_hashes) == hashed
    _flooded(authorizer, 3_040)
    reader.outage = StoreUnavailableError("down")
    assert _reason(authorizer, seconds=3_040) == "granted"


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (Reason.REVOKED, "revoked"),
        (Reason.UNKNOWN, "unknown"),
        ("not JSON", "corrupt"),
        (login_text(_LOGIN, "a new one"), "mismatch"),
    ],
)
def test_an_owner_of_old_is_a_stranger_from_the_next_reading_on(
    reader: FakeReader, slow_hashes: Hashes, stored: Any, reason: str
) -> None:
    """One reading finds out; from then on the old password draws, even past the TTL."""
    _keep(reader)
    authorizer = _authorizer(reader)
    assert _reason(authorizer) == "granted"
    reader.values[_NAME] = stored
    _flooded(authorizer, 40)
    assert _reason(authorizer, seconds=40) == reason
    hashed = len(slow_hashes)
    for seconds in (40, 40):
        with pytest.raises(OverloadedError):
            _reason(authorizer, seconds=seconds)
    _flooded(authorizer, 80)
    with pytest.raises(OverloadedError):
        _reason(authorizer, seconds=80)
    assert len(slow_hashes) == hashed + 20


def test_an_owner_stays_one_however_busy_others_are(
    reader: FakeReader, slow_hashes: Hashes
) -> None:
    """What was verified is remembered apart from the records, which are 1,024."""
    _keep(reader)
    authorizer = _authorizer(reader)
    assert _reason(authorizer) == "granted"
    for number in range(3_000):
        login = f"user{number}"
        reader.values[f"APIUSER_{login}"] = login_text(login, "right")
        assert _reason(authorizer, "right", login=login) == "granted"
    _flooded(authorizer)
    hashed = len(slow_hashes)
    assert _reason(authorizer) == "granted"
    assert len(slow_hashes) == hashed


@pytest.mark.usefixtures("slow_hashes")
def test_keys_that_are_genuine_pass_in_a_flood_of_logins(reader: FakeReader) -> None:
    """Both kinds on one API: a tag never draws on the bucket."""
    authorizer = _authorizer(reader, CREDENTIALS="api-key,basic")
    _flooded(authorizer)
    for number in range(50):
        key = a_key(f"key {number}")
        reader.keep(key, record_text(key))
        decision = authorizer.authorize(event_with({"X-API-Key": key.text}), at())
        assert decision.reason == "granted"


def test_what_is_remembered_of_a_login_is_its_own(
    reader: FakeReader, slow_hashes: Hashes
) -> None:
    """The same password of two accounts; the login is not the password."""
    authorizer = _authorizer(reader)
    for login in ("ada", "bob"):
        reader.values[f"APIUSER_{login}"] = login_text(login, "shared")
        assert _decision(authorizer, "shared", login=login).login == login
    assert _reason(authorizer, "ada", login="ada") == "mismatch"
    assert _reason(authorizer, "shared", login="Ada") == "unknown"
    assert [secret for _, secret in slow_hashes] == ["shared"] * 2 + ["ada", "shared"]


def test_trouble_with_the_store_is_a_fault_that_is_not_remembered(
    reader: FakeReader, slow_hashes: Hashes
) -> None:
    """Never unknown; nothing is hashed for it and no login told."""
    authorizer = _authorizer(reader)
    reader.outage = StoreUnavailableError("down")
    with pytest.raises(StoreUnavailableError) as caught:
        authorizer.authorize(
            event_with({"Authorization": basic(_LOGIN, _PASSWORD)}), at()
        )
    assert (slow_hashes, caught.value.login) == ([], None)
    reader.outage = None
    _keep(reader)
    assert _reason(authorizer) == "granted"


@pytest.mark.usefixtures("slow_hashes")
def test_the_log_has_logins_with_a_record_and_never_a_password(
    reader: FakeReader, handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger's login is not written down, whatever it is."""
    monkeypatch.setenv("CREDENTIALS", "basic")
    _keep(reader)
    presented = [
        (_LOGIN, _PASSWORD),
        (_LOGIN, "wrong-canary"),
        ("stranger.canary", "wrong-canary"),
        ("no/login.canary", "wrong-canary"),
    ]
    for login, password in presented:
        event = event_with({"Authorization": basic(login, password)})
        try:
            handler(event)
        except Exception as error:  # noqa: BLE001 - the only one there may be
            assert str(error) == "Unauthorized"
    lines = [
        (line["reason"], line["login"], line["key_id"]) for line in handler.lines()
    ]
    assert lines == [
        ("granted", _LOGIN, None),
        ("mismatch", _LOGIN, None),
        ("unknown", None, None),
        ("malformed", None, None),
    ]
    written = str(handler.lines())
    hidden = ["canary", "sésame", *(basic(*pair)[6:] for pair in presented)]
    assert [text for text in hidden if text in written] == []
