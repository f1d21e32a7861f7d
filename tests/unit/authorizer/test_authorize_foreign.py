"""Keys that were minted elsewhere, from the header to the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from apikeys import digest
from apikeys.decision import Reason
from apikeys.errors import MisconfiguredError, OverloadedError, StoreUnavailableError
from authorizer.authorize import Authorizer
from authorizer.settings import Settings
from tests import independent
from tests.builders import (
    BEFORE,
    LATER,
    LOOKUP_TEXT,
    SIGNING_TEXT,
    STAGE_ARN,
    a_key,
    at,
    event_with,
    foreign_key,
    forged,
    ontopop_text,
    record_fields,
    record_text,
    signing_secret,
    signing_secret_with_lookup,
    slow_digest,
)
from tests.fakes import ROLES_NAME, SIGNING_NAME

if TYPE_CHECKING:
    from authorizer.decision import Decision
    from tests.fakes import FakeReader
    from tests.unit.authorizer.doubles import Handler

type Hashes = list[tuple[str, str]]

_KEY = foreign_key()
_KEY_ID = independent.foreign_key_id(LOOKUP_TEXT, _KEY)
_IMPORTED, _OWN = f"APIKEY_{_KEY_ID}", f"APIKEY_{_KEY}"
_EQUAL_WORK = "m=19456,t=2,p=1"
_MINTED = a_key()


@pytest.fixture(autouse=True)
def _lookup_key(reader: FakeReader) -> None:
    reader.values[SIGNING_NAME] = signing_secret_with_lookup()


def _authorizer(
    reader: FakeReader, mode: str = "ontopop", **environ: str
) -> Authorizer:
    least = {"SIGNING_SECRET": SIGNING_NAME, "LEGACY_KEYS": mode}
    settings = Settings(least | environ)
    return Authorizer(settings, reader)


def _decision(authorizer: Authorizer, key: str = _KEY, seconds: float = 0) -> Decision:
    return authorizer.authorize(event_with({"X-API-Key": key}), at(seconds))


def _reason(authorizer: Authorizer, key: str = _KEY, seconds: float = 0) -> str:
    return _decision(authorizer, key, seconds).reason


def _imported_text(key: str, /, **changes: object) -> str:
    key_id = independent.foreign_key_id(LOOKUP_TEXT, key)
    fields = record_fields(_MINTED, keyId=key_id, digest=slow_digest(key))
    return json.dumps(fields | changes)


def _record_reads(reader: FakeReader) -> list[str]:
    return [name for name in reader.reads if name not in {SIGNING_NAME, ROLES_NAME}]


def _flooded(authorizer: Authorizer, seconds: float = 0) -> None:
    """Use up what strangers may provoke at a time."""
    for number in range(100):
        try:
            _reason(authorizer, foreign_key(f"stranger {number}"), seconds)
        except OverloadedError:
            return
    pytest.fail("a flood has no end")


@pytest.mark.parametrize("mode", ["imported", "ontopop"])
@pytest.mark.usefixtures("slow_hashes")
def test_an_imported_key_gets_the_policy_of_its_roles(
    reader: FakeReader, mode: str
) -> None:
    """The whole answer; OntoPop's own record is not even read."""
    reader.values[_IMPORTED] = _imported_text(_KEY)
    decision = _decision(_authorizer(reader, mode))
    assert decision.answer is not None
    assert decision.answer["principalId"] == _KEY_ID
    assert decision.answer["context"] == {
        "keyId": _KEY_ID,
        "credential": "api-key",
        "client": "Acme",
        "issuer": "Ops",
        "roles": "READER",
        "expirationDate": LATER,
    }
    assert (decision.verdict, decision.reason) == ("allow", "granted")
    assert (decision.key_id, decision.login, decision.cached) == (_KEY_ID, None, False)
    assert reader.reads == [SIGNING_NAME, _IMPORTED, ROLES_NAME]


@pytest.mark.usefixtures("slow_hashes")
def test_a_key_of_ontopops_own_gets_the_policy_of_its_roles(reader: FakeReader) -> None:
    """Under a name that tells nothing of the key; lower-case roles are raised."""
    reader.values[_OWN] = ontopop_text(_KEY, roles=["reader", "WRITER"], later=[1])
    decision = _decision(_authorizer(reader))
    assert decision.answer == {
        "principalId": _KEY_ID,
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
            "keyId": _KEY_ID,
            "credential": "api-key",
            "client": "Test App",
            "issuer": "HyperLearning AI",
            "roles": "READER WRITER",
            "expirationDate": LATER,
        },
    }
    assert (decision.key_id, decision.login) == (_KEY_ID, None)
    assert reader.reads == [SIGNING_NAME, _IMPORTED, _OWN, ROLES_NAME]


def test_before_the_first_import_only_ontopops_own_is_read(reader: FakeReader) -> None:
    """There is no lookup key yet; what stands for the key follows from the other."""
    reader.values[SIGNING_NAME] = signing_secret()
    reader.values[_OWN] = ontopop_text(_KEY)
    key_id = independent.foreign_key_id(SIGNING_TEXT, _KEY)
    assert _decision(_authorizer(reader)).key_id == key_id
    assert _record_reads(reader) == [_OWN]
    assert _reason(_authorizer(reader, "imported")) == "unknown"
    assert _record_reads(reader) == [_OWN]


_ABSENT: list[tuple[Any, str]] = [
    (Reason.REVOKED, "revoked"),
    (Reason.CORRUPT, "corrupt"),
    ("not JSON", "corrupt"),
]


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (Reason.UNKNOWN, "unknown"),
        *_ABSENT,
        ({"keyId": "0" * 16}, "corrupt"),
        ({"schemaVersion": None}, "corrupt"),
        ({"expirationDate": ""}, "corrupt"),
        (
            {"digest": slow_digest("x"), "enabled": False, "expirationDate": BEFORE},
            "mismatch",
        ),
        ({"digest": digest.fast("x")}, "mismatch"),
        ({"enabled": False, "expirationDate": BEFORE, "roles": []}, "disabled"),
        ({"expirationDate": BEFORE, "roles": []}, "expired"),
        ({"roles": []}, "no_role"),
        ({}, "granted"),
        ({"digest": digest.fast(_KEY)}, "granted"),
    ],
)
def test_an_imported_key_costs_one_slow_hash_whatever_its_state(
    reader: FakeReader, slow_hashes: Hashes, stored: Any, reason: str
) -> None:
    """The first check that fails decides."""
    is_record = isinstance(stored, dict)
    reader.values[_IMPORTED] = _imported_text(_KEY, **stored) if is_record else stored
    decision = _decision(_authorizer(reader, "imported"))
    assert decision.reason == reason
    assert (decision.answer is None) is (reason not in {"granted", "no_role"})
    assert decision.key_id == (None if reason == "unknown" else _KEY_ID)
    assert slow_hashes == [(_EQUAL_WORK, _KEY)]
    assert _record_reads(reader) == [_IMPORTED]


def _without(field: str) -> str:
    fields = json.loads(ontopop_text(_KEY))
    del fields[field]
    return json.dumps(fields)


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (Reason.UNKNOWN, "unknown"),
        *_ABSENT,
        (_without("key"), "corrupt"),
        (_without("expirationDate"), "corrupt"),
        (ontopop_text(_KEY, expirationDate="", enabled=False), "corrupt"),
        (ontopop_text(_KEY, expirationDate="2027-02-30T00:00:00"), "corrupt"),
        (ontopop_text(_KEY, schemaVersion=1), "unknown"),
        (ontopop_text(_KEY + "\ud800"), "corrupt"),
        (_imported_text(_KEY), "unknown"),
        (record_text(_MINTED), "unknown"),
        (ontopop_text(f"{_KEY}x", enabled=False), "mismatch"),
        (ontopop_text(_KEY[:-1]), "mismatch"),
        (ontopop_text(_KEY.lower(), expirationDate=BEFORE), "mismatch"),
        (_without("enabled"), "disabled"),
        (ontopop_text(_KEY, enabled="true", expirationDate=BEFORE), "disabled"),
        (ontopop_text(_KEY, expirationDate=BEFORE, roles=None), "expired"),
        (ontopop_text(_KEY, expirationDate="2027-01-15T08:00:00"), "expired"),
        (_without("roles"), "no_role"),
        (ontopop_text(_KEY, roles=None), "no_role"),
        (ontopop_text(_KEY, expirationDate=None), "granted"),
        (ontopop_text(_KEY, session="x", digest="y", login="z"), "granted"),
    ],
)
def test_a_key_of_ontopops_own_costs_one_slow_hash_whatever_its_state(
    reader: FakeReader, slow_hashes: Hashes, stored: Any, reason: str
) -> None:
    """Exist, enabled, not expired, roles; the work does not tell which."""
    reader.values[_OWN] = stored
    decision = _decision(_authorizer(reader))
    assert decision.reason == reason
    assert (decision.answer is None) is (reason not in {"granted", "no_role"})
    assert decision.key_id == (None if reason == "unknown" else _KEY_ID)
    assert slow_hashes == [(_EQUAL_WORK, _KEY)]
    assert _record_reads(reader) == [_IMPORTED, _OWN]


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        *_ABSENT,
        (_imported_text(_KEY, digest=slow_digest("x")), "mismatch"),
        (_imported_text(_KEY, enabled=False), "disabled"),
        (_imported_text(_KEY, expirationDate=BEFORE), "expired"),
        (_imported_text(_KEY, roles=[]), "no_role"),
        (StoreUnavailableError("down"), None),
    ],
)
@pytest.mark.usefixtures("slow_hashes")
def test_the_imported_record_decides(
    reader: FakeReader, stored: Any, reason: str | None
) -> None:
    """Revoked it stays revoked though OntoPop's own exists, cached or not."""
    reader.values |= {_IMPORTED: stored, _OWN: ontopop_text(_KEY)}
    authorizer = _authorizer(reader)
    for seconds in (0, 1, 40):
        if reason is None:
            with pytest.raises(StoreUnavailableError):
                _reason(authorizer, seconds=seconds)
        else:
            assert _reason(authorizer, seconds=seconds) == reason
    assert _OWN not in reader.reads


@pytest.mark.usefixtures("slow_hashes")
def test_an_import_takes_effect_within_the_unknown_ttl(reader: FakeReader) -> None:
    """Though OntoPop's own record is known and fresh."""
    reader.values[_OWN] = ontopop_text(_KEY)
    authorizer = _authorizer(reader)
    assert _reason(authorizer) == "granted"
    reader.values[_IMPORTED] = Reason.REVOKED
    assert _reason(authorizer, seconds=4.9) == "granted"
    assert _reason(authorizer, seconds=5) == "revoked"
    assert reader.reads.count(_OWN) == 1


def test_a_key_that_matched_is_not_hashed_again(
    reader: FakeReader, slow_hashes: Hashes
) -> None:
    """Imported or OntoPop's own, read again or disabled since."""
    other = foreign_key("another")
    reader.values |= {
        _IMPORTED: _imported_text(_KEY),
        f"APIKEY_{other}": ontopop_text(other),
    }
    authorizer = _authorizer(reader)
    for seconds in (0, 1, 40):
        for key in (_KEY, other):
            assert _reason(authorizer, key, seconds) == "granted"
    reader.values[f"APIKEY_{other}"] = ontopop_text(other, enabled=False)
    assert _reason(authorizer, other, 80) == "disabled"
    assert [secret for _, secret in slow_hashes] == [_KEY, other]


@pytest.mark.parametrize("mode", ["off", "imported", "ontopop"])
@pytest.mark.parametrize(
    "key",
    [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:APIKEY_x-AbCdEf",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:signing",
        "a b" * 10,
        "a" * 257,
        "a" * 1_000_000,
        "a?" * 10,
        "é" * 20,
        "-abc123",
        "x-abc123",
    ],
)
def test_what_is_not_a_name_causes_no_call(
    reader: FakeReader, slow_hashes: Hashes, mode: str, key: str
) -> None:
    """No read, no slow hash, no token; as often as one likes."""
    authorizer = _authorizer(reader, mode)
    assert {_reason(authorizer, key) for _ in range(50)} == {"malformed"}
    assert (reader.reads, slow_hashes) == ([], [])


@pytest.mark.parametrize(
    "key", ["../../APIUSER_ada", "/" * 20, "../signing", f"{'a' * 30}-abc123"]
)
@pytest.mark.usefixtures("slow_hashes")
def test_a_path_or_a_suffix_never_leaves_the_prefix(
    reader: FakeReader, key: str
) -> None:
    """The prefix stands before it; what ends like an ARN has its key id alone."""
    assert _reason(_authorizer(reader)) == "unknown"
    reader.reads.clear()
    assert _reason(_authorizer(reader), key) == "unknown"
    asked = _record_reads(reader)
    key_id = independent.foreign_key_id(LOOKUP_TEXT, key)
    expected = [f"APIKEY_{key_id}"] if len(key) >= 20 else []
    expected += [] if key[-7] == "-" else [f"APIKEY_{key}"]
    assert asked == expected


@pytest.mark.parametrize("first", ["key", "key id"])
@pytest.mark.usefixtures("slow_hashes")
def test_a_bare_key_id_opens_nothing_and_shuts_nobody_out(
    reader: FakeReader, first: str
) -> None:
    """It leads to another's record, which stays what it is to its owner."""
    reader.keep(_MINTED, record_text(_MINTED))
    reader.values[_IMPORTED] = _imported_text(_KEY)
    authorizer = _authorizer(reader)
    owners, key_ids = [_MINTED.text, _KEY], [_MINTED.key_id, _KEY_ID]
    for keys in [owners, key_ids] if first == "key" else [key_ids, owners]:
        found = [_decision(authorizer, key) for key in keys]
        granted = [decision.answer is not None for decision in found]
        assert granted == [keys is owners] * 2
    for seconds in (0, 3, 6, 40):
        assert {_reason(authorizer, key, seconds) for key in owners} == {"granted"}
        for key_id in key_ids:
            assert _decision(authorizer, key_id, seconds).answer is None


@pytest.mark.parametrize("mode", ["off", "imported"])
@pytest.mark.usefixtures("slow_hashes")
def test_a_bare_key_id_is_malformed_unless_ontopops_own_count(
    reader: FakeReader, mode: str
) -> None:
    """It is shorter than any key that was imported."""
    reader.keep(_MINTED, record_text(_MINTED))
    assert _reason(_authorizer(reader, mode), _MINTED.key_id) == "malformed"
    assert _record_reads(reader) == []


def test_the_shape_of_a_key_minted_here_is_never_looked_up_as_foreign(
    reader: FakeReader, slow_hashes: Hashes
) -> None:
    """Not even without the tag check; even if it stood there in clear."""
    forgery = forged(_MINTED)
    key_id = independent.foreign_key_id(LOOKUP_TEXT, forgery)
    reader.values |= {
        f"APIKEY_{forgery}": ontopop_text(forgery),
        f"APIKEY_{key_id}": _imported_text(forgery),
    }
    assert _reason(_authorizer(reader), forgery) == "forged"
    assert _record_reads(reader) == []
    assert _reason(_authorizer(reader, TAG_CHECK="off"), forgery) == "unknown"
    assert _record_reads(reader) == [f"APIKEY_{_MINTED.key_id}"]
    assert slow_hashes == []


@pytest.mark.parametrize("stored", [None, *[found for found, _ in _ABSENT]])
@pytest.mark.parametrize("mode", ["imported", "ontopop"])
def test_look_ups_of_unknown_keys_are_bounded(
    reader: FakeReader, slow_hashes: Hashes, mode: str, stored: Any
) -> None:
    """A burst of 20, then 2 a second; beyond it no read and no hash."""
    keys = [foreign_key(f"stranger {number}") for number in range(30)]
    for key in keys if stored is not None else []:
        name = f"APIKEY_{independent.foreign_key_id(LOOKUP_TEXT, key)}"
        reader.values[name] = stored
    authorizer = _authorizer(reader, mode)
    assert len({_reason(authorizer, key) for key in keys[:20]}) == 1
    reads = len(reader.reads)
    for key in (*keys[20:], keys[0]):
        with pytest.raises(OverloadedError):
            _reason(authorizer, key)
    assert (len(reader.reads), len(slow_hashes)) == (reads, 20)
    _reason(authorizer, keys[20], 0.5)
    with pytest.raises(OverloadedError):
        _reason(authorizer, keys[21], 0.5)
    assert len(slow_hashes) == 21


def test_guesses_at_a_record_of_ontopops_own_are_bounded(
    reader: FakeReader, slow_hashes: Hashes
) -> None:
    """A record whose key is another: each try is hashed and draws, cached or not."""
    reader.values[_OWN] = ontopop_text("another key")
    authorizer = _authorizer(reader)
    assert {_reason(authorizer) for _ in range(20)} == {"mismatch"}
    with pytest.raises(OverloadedError):
        _reason(authorizer)
    assert slow_hashes == [(_EQUAL_WORK, _KEY)] * 20


@pytest.mark.parametrize("mode", ["imported", "ontopop"])
@pytest.mark.usefixtures("slow_hashes")
def test_clients_with_good_keys_never_use_up_the_bucket(
    reader: FakeReader, mode: str
) -> None:
    """A match gives its token back; even where the record is disabled."""
    authorizer = _authorizer(reader, mode)
    for number in range(50):
        key = foreign_key(f"client {number}")
        key_id = independent.foreign_key_id(LOOKUP_TEXT, key)
        enabled = number % 2 == 0
        reader.values |= (
            {f"APIKEY_{key_id}": _imported_text(key, enabled=enabled)}
            if mode == "imported"
            else {f"APIKEY_{key}": ontopop_text(key, enabled=enabled)}
        )
        assert _reason(authorizer, key) == ("granted" if enabled else "disabled")


@pytest.mark.parametrize("mode", ["imported", "ontopop"])
@pytest.mark.usefixtures("slow_hashes")
def test_a_client_that_was_verified_is_never_shut_out_by_a_flood(
    reader: FakeReader, mode: str
) -> None:
    """Not when its records have to be read again either."""
    stored = (
        {_IMPORTED: _imported_text(_KEY)}
        if mode == "imported"
        else {_OWN: ontopop_text(_KEY)}
    )
    reader.values |= stored
    authorizer = _authorizer(reader, mode)
    assert _reason(authorizer) == "granted"
    for seconds in (0, 6, 31, 400, 3_000):
        _flooded(authorizer, seconds)
        assert _reason(authorizer, seconds=seconds) == "granted"


def test_a_client_revoked_after_its_import_cannot_hash_without_end(
    reader: FakeReader, slow_hashes: Hashes
) -> None:
    """Though OntoPop's own record, which it matched once, is still remembered."""
    reader.values[_OWN] = ontopop_text(_KEY)
    authorizer = _authorizer(reader)
    assert _reason(authorizer) == "granted"
    reader.values[_IMPORTED] = Reason.REVOKED
    assert _reason(authorizer, seconds=6) == "revoked"
    for seconds in (6, 12, 40):
        _flooded(authorizer, seconds)
        hashed = len(slow_hashes)
        with pytest.raises(OverloadedError):
            _reason(authorizer, seconds=seconds)
        assert len(slow_hashes) == hashed


@pytest.mark.usefixtures("slow_hashes")
def test_without_the_tag_check_a_verified_key_passes_in_a_flood(
    reader: FakeReader,
) -> None:
    """Minted here, read again after its TTL; a guess at it draws."""
    reader.keep(_MINTED, record_text(_MINTED))
    authorizer = _authorizer(reader, TAG_CHECK="off")
    assert _reason(authorizer, _MINTED.text) == "granted"
    for seconds in (40, 80):
        _flooded(authorizer, seconds)
        with pytest.raises(OverloadedError):
            _reason(authorizer, forged(_MINTED), seconds)
        assert _reason(authorizer, _MINTED.text, seconds) == "granted"


def test_without_a_signing_secret_a_foreign_key_is_a_fault(reader: FakeReader) -> None:
    """Where its record is can't be told; never unknown."""
    del reader.values[SIGNING_NAME]
    for tag_check in ("on", "off"):
        with pytest.raises(MisconfiguredError):
            _reason(_authorizer(reader, TAG_CHECK=tag_check))


@pytest.mark.usefixtures("slow_hashes")
def test_the_log_never_has_a_foreign_key(
    reader: FakeReader, handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its key id, where it has a record; of a stranger's text nothing."""
    monkeypatch.setenv("LEGACY_KEYS", "ontopop")
    stranger, other = foreign_key("stranger"), foreign_key("other")
    reader.values[_OWN] = ontopop_text(_KEY)
    reader.values[f"APIKEY_{other}"] = ontopop_text("x", roles="canary")
    for key in (_KEY, other, stranger, f"{stranger}:"):
        try:
            handler(event_with({"X-API-Key": key}))
        except Exception as error:  # noqa: BLE001 - the only one there may be
            assert str(error) == "Unauthorized"
    lines = [
        (line["reason"], line["login"], line["key_id"]) for line in handler.lines()
    ]
    assert lines == [
        ("granted", None, _KEY_ID),
        ("mismatch", None, independent.foreign_key_id(LOOKUP_TEXT, other)),
        ("unknown", None, None),
        ("malformed", None, None),
    ]
    written = str(handler.lines())
    assert [key for key in (_KEY, other, stranger, "canary") if key in written] == []
