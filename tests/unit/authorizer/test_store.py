"""Records, signing keys and role map, read through caches."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from apikeys.decision import Reason
from apikeys.errors import (
    MalformedRecordError,
    MisconfiguredError,
    StoreRefusedError,
    StoreUnavailableError,
)
from apikeys.record import Record
from authorizer import store as store_module
from authorizer.credential import Reference
from authorizer.settings import Settings
from authorizer.store import MAX_ENTRIES, Store
from tests.builders import (
    SIGNING_TEXT,
    a_key,
    at,
    record_text,
    reference,
    signing_secret,
)
from tests.fakes import ROLES_NAME, SIGNING_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes import FakeReader

_KEY = a_key()
_OUTAGE = StoreUnavailableError("down")
_DENIED = StoreRefusedError("denied")
_jitter = store_module._jitter


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_jitter", lambda: 1.0)


def _store(reader: FakeReader, **environ: str) -> Store:
    return Store(reader, Settings({"SIGNING_SECRET": SIGNING_NAME} | environ))


def _client(found: Record | Reason) -> object:
    """Return what tells records apart, or the reason there is none."""
    return found.document["client"] if isinstance(found, Record) else found


def test_a_record_is_read_once_in_its_ttl(reader: FakeReader) -> None:
    """From 0 to just before 30 s, whoever asks, and again from then on."""
    store = _store(reader)
    reader.keep(_KEY, record_text(_KEY))
    found = [
        _client(store.record(reference(_KEY.key_id), at(s))) for s in (0, 1, 29.999)
    ]
    assert (found, reader.reads) == (["Acme"] * 3, [f"APIKEY_{_KEY.key_id}"])
    reader.keep(_KEY, record_text(_KEY, client="New"))
    assert _client(store.record(reference(_KEY.key_id), at(30))) == "New"
    assert reader.record_reads == 2


def test_the_prefix_of_names_is_a_setting(reader: FakeReader) -> None:
    """And the key id is all that follows."""
    _store(reader, SECRET_NAME_PREFIX="dev/").record(
        reference(_KEY.key_id, "dev/"), at()
    )
    assert reader.reads == [f"dev/{_KEY.key_id}"]


def test_the_deadline_of_the_request_is_handed_on(reader: FakeReader) -> None:
    """To every read."""
    store = _store(reader)
    store.signing_keys(at(7))
    store.role_map(at(7))
    store.record(reference(_KEY.key_id), at(7))
    assert reader.deadlines == [10, 10, 10]


def test_the_age_counts_from_the_start_of_the_request(reader: FakeReader) -> None:
    """A slow read that began before a revoke does not serve longer for being slow."""
    store = _store(reader)
    reader.keep(_KEY, record_text(_KEY))
    store.record(reference(_KEY.key_id), at(0))
    reader.keep(_KEY, Reason.REVOKED)
    found = [_client(store.record(reference(_KEY.key_id), at(s))) for s in (29.9, 30)]
    assert found == ["Acme", Reason.REVOKED]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Reason.UNKNOWN, Reason.UNKNOWN),
        (Reason.REVOKED, Reason.REVOKED),
        (Reason.CORRUPT, Reason.CORRUPT),
        ("not a record", Reason.CORRUPT),
        (record_text(a_key("another key")), Reason.CORRUPT),
    ],
)
def test_what_is_no_record_is_remembered_for_the_unknown_ttl(
    reader: FakeReader, value: str | Reason, reason: Reason
) -> None:
    """5 s without a read; then a new record is found."""
    store = _store(reader)
    reader.keep(_KEY, value)
    found = [_client(store.record(reference(_KEY.key_id), at(s))) for s in (0, 4.999)]
    assert (found, reader.record_reads) == ([reason] * 2, 1)
    reader.keep(_KEY, record_text(_KEY))
    assert _client(store.record(reference(_KEY.key_id), at(5))) == "Acme"


def test_a_record_read_before_is_dropped_at_once_when_it_is_gone(
    reader: FakeReader,
) -> None:
    """Revoked is a decision: not even an outage brings the record back."""
    store = _store(reader)
    reader.keep(_KEY, record_text(_KEY))
    store.record(reference(_KEY.key_id), at(0))
    reader.keep(_KEY, Reason.REVOKED)
    assert store.record(reference(_KEY.key_id), at(30)) is Reason.REVOKED
    reader.keep(_KEY, _OUTAGE)
    assert store.record(reference(_KEY.key_id), at(34.9)) is Reason.REVOKED
    with pytest.raises(StoreUnavailableError):
        store.record(reference(_KEY.key_id), at(35))


@pytest.mark.parametrize("fault", [_OUTAGE, _DENIED])
def test_a_fault_is_never_remembered_as_unknown(
    reader: FakeReader, fault: Exception
) -> None:
    """The next request asks again and finds the record."""
    store = _store(reader)
    reader.keep(_KEY, fault)
    with pytest.raises(type(fault)):
        store.record(reference(_KEY.key_id), at(0))
    reader.keep(_KEY, record_text(_KEY))
    assert _client(store.record(reference(_KEY.key_id), at(0))) == "Acme"


def test_in_an_outage_a_record_serves_until_ttl_and_stale_seconds(
    reader: FakeReader,
) -> None:
    """330 s after the request that read it, and not an instant longer."""
    store = _store(reader)
    reader.keep(_KEY, record_text(_KEY))
    store.record(reference(_KEY.key_id), at(0))
    reader.outage = _OUTAGE
    assert _client(store.record(reference(_KEY.key_id), at(30))) == "Acme"
    assert _client(store.record(reference(_KEY.key_id), at(329.999))) == "Acme"
    with pytest.raises(StoreUnavailableError):
        store.record(reference(_KEY.key_id), at(330))


def test_in_an_outage_the_store_is_asked_every_5_seconds(reader: FakeReader) -> None:
    """A client would pay the time-out at each request otherwise."""
    store = _store(reader)
    reader.keep(_KEY, record_text(_KEY))
    store.record(reference(_KEY.key_id), at(0))
    reader.outage = _OUTAGE
    for seconds in (30, 30, 34.999, 35, 39, 328, 329.5):
        store.record(reference(_KEY.key_id), at(seconds))
    assert reader.record_reads == 1 + 3
    with pytest.raises(StoreUnavailableError):
        store.record(reference(_KEY.key_id), at(330))


def test_after_an_outage_the_store_is_believed_again(reader: FakeReader) -> None:
    """Within five seconds, with a new age."""
    store = _store(reader)
    reader.keep(_KEY, record_text(_KEY))
    store.record(reference(_KEY.key_id), at(0))
    reader.outage = _OUTAGE
    store.record(reference(_KEY.key_id), at(100))
    reader.outage = None
    reader.keep(_KEY, record_text(_KEY, client="New"))
    assert _client(store.record(reference(_KEY.key_id), at(105))) == "New"
    reader.outage = _OUTAGE
    assert _client(store.record(reference(_KEY.key_id), at(105 + 329))) == "New"


def test_without_stale_seconds_an_outage_is_a_fault_at_once(reader: FakeReader) -> None:
    """``STALE_SECONDS=0`` means never."""
    store = _store(reader, STALE_SECONDS="0")
    reader.keep(_KEY, record_text(_KEY))
    store.record(reference(_KEY.key_id), at(0))
    reader.outage = _OUTAGE
    assert _client(store.record(reference(_KEY.key_id), at(29.9))) == "Acme"
    with pytest.raises(StoreUnavailableError):
        store.record(reference(_KEY.key_id), at(30))


def test_access_denied_takes_a_record_away_at_once(reader: FakeReader) -> None:
    """It is a decision; an outage after it finds nothing that could go stale."""
    store = _store(reader)
    reader.keep(_KEY, record_text(_KEY))
    store.record(reference(_KEY.key_id), at(0))
    reader.outage = _DENIED
    with pytest.raises(StoreRefusedError):
        store.record(reference(_KEY.key_id), at(30))
    reader.outage = _OUTAGE
    with pytest.raises(StoreUnavailableError):
        store.record(reference(_KEY.key_id), at(31))


def test_with_a_ttl_of_0_every_request_reads(reader: FakeReader) -> None:
    """Records and unknown ids alike."""
    store = _store(reader, RECORD_TTL_SECONDS="0", UNKNOWN_TTL_SECONDS="0")
    store.record(reference(_KEY.key_id), at(0))
    reader.keep(_KEY, record_text(_KEY))
    store.record(reference(_KEY.key_id), at(0))
    store.record(reference(_KEY.key_id), at(0))
    assert reader.record_reads == 3


def test_jitter_only_shortens_the_ttl() -> None:
    """To nine tenths at most, so that a change is never later than promised."""
    drawn = {_jitter() for _ in range(5_000)}
    assert 0.9 < min(drawn) < 0.91
    assert 0.99 < max(drawn) <= 1


def test_the_ttl_is_jittered(
    reader: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Environments that started together do not all read together."""
    monkeypatch.setattr(store_module, "_jitter", lambda: 0.9)
    store = _store(reader)
    reader.keep(_KEY, record_text(_KEY))
    for seconds in (0, 26.999, 27):
        store.record(reference(_KEY.key_id), at(seconds))
    assert reader.record_reads == 2


def test_the_store_knows_what_it_would_answer_from_a_cache(reader: FakeReader) -> None:
    """Records and unknown ids, while they are fresh; asking reads nothing."""
    store = _store(reader)
    other = a_key("another key")
    reader.keep(_KEY, record_text(_KEY))
    before = store.known(reference(_KEY.key_id), at(0))
    store.record(reference(_KEY.key_id), at(0))
    store.record(reference(other.key_id), at(0))
    known = [
        [
            store.known(reference(key.key_id), at(seconds))
            for seconds in (0, 4.999, 5, 29.999, 30)
        ]
        for key in (_KEY, other)
    ]
    assert (before, reader.record_reads) == (None, 2)
    assert [[found is not None for found in each] for each in known] == [
        [True] * 4 + [False],
        [True] * 2 + [False] * 3,
    ]


def test_records_and_unknown_ids_are_bounded(reader: FakeReader) -> None:
    """1,024 of each, whatever strangers ask for; good records stay meanwhile."""
    store = _store(reader)
    reader.keep(_KEY, record_text(_KEY))
    store.record(reference(_KEY.key_id), at(0))
    for number in range(MAX_ENTRIES + 500):
        store.record(reference(f"{number:016}"), at(0))
    assert (len(store._absent), len(store._records)) == (MAX_ENTRIES, 1)
    assert store.known(reference(_KEY.key_id), at(0))


def test_the_size_of_all_records_is_bounded(reader: FakeReader) -> None:
    """4 MiB of stored text."""
    store = _store(reader)
    text = record_text(_KEY, later="x" * 60_000)
    for number in range(100):
        key_id = f"{number:016}"
        reader.values[f"APIKEY_{key_id}"] = text.replace(_KEY.key_id, key_id)
        store.record(reference(key_id), at(0))
    assert len(store._records) == 4 * 1_024 * 1_024 // len(text)


def test_signing_keys_are_read_once_in_their_ttl(reader: FakeReader) -> None:
    """And a rotation is seen after it."""
    store = _store(reader)
    for seconds in (0, 10, 29.9):
        assert store.signing_keys(at(seconds)).current == SIGNING_TEXT.encode()
    reader.values[SIGNING_NAME] = signing_secret("n" * 64, SIGNING_TEXT)
    found = store.signing_keys(at(30))
    assert (found.current, found.previous) == (b"n" * 64, (SIGNING_TEXT.encode(),))
    assert reader.reads == [SIGNING_NAME] * 2


def test_the_role_map_is_read_once_in_its_ttl(reader: FakeReader) -> None:
    """And a new one is seen after it."""
    store = _store(reader, ROLES_SECRET="roles")
    reader.values["roles"] = json.dumps({"roles": {"A": {}}})
    names = [list(store.role_map(at(s)).roles) for s in (0, 10, 29.9)]
    reader.values["roles"] = json.dumps({"roles": {"B": {}}})
    names.append(list(store.role_map(at(30)).roles))
    assert names == [["A"]] * 3 + [["B"]]
    assert reader.reads == ["roles"] * 2


def _signing(store: Store, seconds: float) -> object:
    return store.signing_keys(at(seconds))


def _role_map(store: Store, seconds: float) -> object:
    return store.role_map(at(seconds))


_DOCUMENTS = pytest.mark.parametrize(
    ("name", "ask"), [(SIGNING_NAME, _signing), (ROLES_NAME, _role_map)]
)


@_DOCUMENTS
def test_own_documents_go_stale_by_the_same_rule(
    reader: FakeReader, name: str, ask: Callable[[Store, float], object]
) -> None:
    """An outage leaves the last known one in force until TTL and stale seconds."""
    store = _store(reader)
    known = ask(store, 0)
    reader.values[name] = _OUTAGE
    assert [ask(store, 30), ask(store, 329.9)] == [known] * 2
    with pytest.raises(StoreUnavailableError):
        ask(store, 330)


@_DOCUMENTS
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Reason.UNKNOWN, "the stored secret {} is unknown"),
        (Reason.REVOKED, "the stored secret {} is revoked"),
        (Reason.CORRUPT, "the stored secret {} is corrupt"),
        ("canary", "not a JSON object"),
        ('{"roles": "canary", "current": "canary"}', ""),
    ],
)
def test_a_missing_or_unreadable_document_is_misconfigured(
    reader: FakeReader,
    name: str,
    ask: Callable[[Store, float], object],
    value: str | Reason,
    message: str,
) -> None:
    """500, at once, though one was known; and it is mended by the next read."""
    store = _store(reader)
    ask(store, 0)
    before = reader.values[name]
    reader.values[name] = value
    with pytest.raises(MisconfiguredError) as caught:
        ask(store, 30)
    assert message.format(name) in str(caught.value)
    assert "canary" not in str(caught.value)
    reader.values[name] = _OUTAGE
    with pytest.raises(StoreUnavailableError):
        ask(store, 31)
    reader.values[name] = before
    assert ask(store, 32)


@_DOCUMENTS
def test_access_denied_takes_a_document_away_at_once(
    reader: FakeReader, name: str, ask: Callable[[Store, float], object]
) -> None:
    """The store's decision about the signing secret or the role map holds."""
    store = _store(reader)
    ask(store, 0)
    reader.values[name] = _DENIED
    with pytest.raises(StoreRefusedError):
        ask(store, 30)
    reader.values[name] = _OUTAGE
    with pytest.raises(StoreUnavailableError):
        ask(store, 31)


def test_what_was_read_last_is_told_however_old(reader: FakeReader) -> None:
    """The record, then that it was deleted, then the record again; never by a read."""
    store, place = _store(reader), reference(_KEY.key_id)
    assert store.last_known(place) is None
    reader.keep(_KEY, record_text(_KEY))
    record = store.record(place, at(0))
    assert store.last_known(place) is record
    assert store.known(place, at(1_000)) is None
    reader.keep(_KEY, Reason.REVOKED)
    store.record(place, at(1_000))
    assert store.last_known(place) is Reason.REVOKED
    reader.keep(_KEY, record_text(_KEY))
    again = store.record(place, at(2_000))
    assert store.last_known(place) is again
    assert reader.record_reads == 3


def test_one_place_that_is_read_in_two_ways_is_remembered_twice(
    reader: FakeReader,
) -> None:
    """What is no record for one credential does not displace another's."""

    def other(_text: str, _principal: str) -> Record:
        raise MalformedRecordError

    store, place = _store(reader), reference(_KEY.key_id)
    twin = Reference(place.name, "another principal", other)
    reader.keep(_KEY, record_text(_KEY))
    record = store.record(place, at(0))
    assert store.record(twin, at(0)) is Reason.CORRUPT
    assert store.known(place, at(0)) is record
    assert store.known(twin, at(0)) is Reason.CORRUPT
    assert reader.reads_of(_KEY) == 2


@_DOCUMENTS
@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (_OUTAGE, StoreUnavailableError),
        (_DENIED, StoreRefusedError),
        (Reason.UNKNOWN, MisconfiguredError),
        ("not JSON", MisconfiguredError),
    ],
)
def test_a_failure_to_read_a_document_is_remembered_for_a_second(
    reader: FakeReader,
    name: str,
    ask: Callable[[Store, float], object],
    value: str | Reason | Exception,
    kind: type[Exception],
) -> None:
    """The same fault without a read; then what an operator has mended is seen."""
    store, good = _store(reader), reader.values[name]
    reader.values[name] = value
    told = []
    for seconds in (0, 0.5, 0.999):
        with pytest.raises(kind) as caught:
            ask(store, seconds)
        assert type(caught.value) is kind
        told.append(str(caught.value))
    assert len(set(told)) == 1
    assert reader.reads == [name]
    reader.values[name] = good
    assert ask(store, 1)


def test_a_remembered_failure_is_raised_anew(reader: FakeReader) -> None:
    """One exception raised again and again would grow with every raising."""
    reader.values[SIGNING_NAME] = _DENIED
    store, errors = _store(reader), []
    for _ in range(3):
        with pytest.raises(StoreRefusedError) as caught:
            store.signing_keys(at())
        errors.append(caught.value)
    assert len({id(error) for error in errors}) == 3
    assert store._failures[SIGNING_NAME].value.__traceback__ is None


def test_one_document_s_failure_is_not_another_s(reader: FakeReader) -> None:
    """Without a role map keys are still proven."""
    reader.values[ROLES_NAME] = _OUTAGE
    store = _store(reader)
    with pytest.raises(StoreUnavailableError):
        store.role_map(at())
    assert store.signing_keys(at())


def test_what_failed_at_start_up_is_asked_for_by_the_first_request(
    reader: FakeReader,
) -> None:
    """A throttled cold start is no reason to refuse who waits for it."""
    good = reader.values[SIGNING_NAME]
    reader.values[SIGNING_NAME] = _OUTAGE
    store = _store(reader)
    store.warm_up(at(0))
    reader.values[SIGNING_NAME] = good
    assert store.signing_keys(at(0.1))


def test_in_an_outage_a_stale_document_is_no_failure(reader: FakeReader) -> None:
    """It serves, and is asked for every five seconds."""
    store = _store(reader)
    store.role_map(at(0))
    reader.values[ROLES_NAME] = _OUTAGE
    for seconds in (30, 31, 34.9, 35):
        assert store.role_map(at(seconds))
    assert reader.reads == [ROLES_NAME] * 3
    assert store._failures == {}
