"""Records, read through a cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apikeys.decision import Reason
from apikeys.errors import (
    MalformedRecordError,
    StoreRefusedError,
    StoreUnavailableError,
)
from apikeys.record import Record
from authorizer import source as source_module
from authorizer.credential import Reference
from authorizer.settings import Settings
from authorizer.source import Source
from authorizer.store import MAX_ENTRIES, Store
from tests.builders import (
    a_key,
    at,
    record_text,
    reference,
)
from tests.fakes import SIGNING_NAME

if TYPE_CHECKING:
    from tests.fakes import FakeReader

_KEY = a_key()
_OUTAGE = StoreUnavailableError("down")
_DENIED = StoreRefusedError("denied")


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "_jitter", lambda: 1.0)


def _store(reader: FakeReader, **environ: str) -> Store:
    settings = Settings({"SIGNING_SECRET": SIGNING_NAME} | environ)
    return Store(Source(reader, settings.stale_seconds), settings)


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
    """To the read."""
    _store(reader).record(reference(_KEY.key_id), at(7))
    assert reader.deadlines == [10]


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
def test_what_is_not_a_record_is_remembered_for_the_unknown_ttl(
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


def test_the_ttl_is_jittered(
    reader: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Environments that started together do not all read together."""
    monkeypatch.setattr(source_module, "_jitter", lambda: 0.9)
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


def test_a_record_that_was_read_is_known_to_have_been_there(
    reader: FakeReader,
) -> None:
    """However long ago; not where nothing was found, and no longer once it is gone."""
    store, place = _store(reader), reference(_KEY.key_id)
    before = store.has_read(place)
    store.record(place, at(0))
    absent = store.has_read(place)
    reader.keep(_KEY, record_text(_KEY))
    store.record(place, at(5))
    read = [store.has_read(place), store.known(place, at(1_000)), store.has_read(place)]
    reader.keep(_KEY, Reason.REVOKED)
    store.record(place, at(1_000))
    assert (before, absent, read, store.has_read(place)) == (
        False,
        False,
        [True, None, True],
        False,
    )


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


def test_one_place_that_is_read_in_two_ways_is_remembered_twice(
    reader: FakeReader,
) -> None:
    """What is not a record for one credential does not displace another's."""

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
