"""Every age is judged by both clocks.

Lambda's monotonic clock may stand still while the environment is frozen, and the wall
clock may be set. Whatever is remembered is as old as the older of the two says, and of
no known age once the wall clock has gone back.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from apikeys.decision import Reason
from apikeys.errors import MisconfiguredError, StoreUnavailableError
from apikeys.record import Record
from authorizer import source as source_module
from authorizer.authorize import Authorizer
from authorizer.cache import Aged
from authorizer.request_clock import RequestClock
from authorizer.settings import Settings
from tests.builders import (
    NOW,
    SIGNING_TEXT,
    a_key,
    event_with,
    record_text,
    reference,
    signing_secret,
)
from tests.fakes import ROLES_NAME, SIGNING_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fakes import FakeReader

_KEY = a_key()
_OUTAGE = StoreUnavailableError("down")
_STARTED = 1_000.0


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "_jitter", lambda: 1.0)


def _authorizer(reader: FakeReader) -> Authorizer:
    return Authorizer(Settings({"SIGNING_SECRET": SIGNING_NAME}), reader)


def _clock(wall: float, monotonic: float) -> RequestClock:
    """Return the time at which both clocks have gone on by so much."""
    return RequestClock(NOW + wall, _STARTED + monotonic)


# What each memory is asked for; below, what the store holds before and after a change.
def _record(authorizer: Authorizer, clock: RequestClock) -> object:
    found = authorizer._store.record(reference(_KEY.key_id), clock)
    return found.document["client"] if isinstance(found, Record) else found


def _signing_key(authorizer: Authorizer, clock: RequestClock) -> object:
    return authorizer._signing_keys.get(clock).current


def _roles(authorizer: Authorizer, clock: RequestClock) -> object:
    return list(authorizer._role_map.get(clock).roles)


def _failure(authorizer: Authorizer, clock: RequestClock) -> object:
    try:
        return authorizer._role_map.get(clock).roles.keys()
    except MisconfiguredError as error:
        return str(error)


type _Ask = Callable[[Authorizer, RequestClock], object]
_RECORD = f"APIKEY_{_KEY.key_id}"
_MEMORIES = {
    "records": (
        _record,
        30,
        _RECORD,
        record_text(_KEY),
        record_text(_KEY, client="New"),
    ),
    "absences": (_record, 5, _RECORD, Reason.UNKNOWN, record_text(_KEY)),
    "revocations": (_record, 5, _RECORD, Reason.REVOKED, record_text(_KEY)),
    "signing keys": (
        _signing_key,
        30,
        SIGNING_NAME,
        signing_secret(),
        signing_secret("n" * 64, SIGNING_TEXT),
    ),
    "role map": (
        _roles,
        30,
        ROLES_NAME,
        json.dumps({"roles": {"A": {}}}),
        json.dumps({"roles": {"B": {}}}),
    ),
    "remembered failures": (
        _failure,
        1,
        ROLES_NAME,
        Reason.UNKNOWN,
        json.dumps({"roles": {"B": {}}}),
    ),
}
_EACH = pytest.mark.parametrize(
    ("ask", "ttl", "name", "before", "after"), _MEMORIES.values(), ids=_MEMORIES
)


@_EACH
@pytest.mark.parametrize("clock", ["wall", "monotonic", "both"])
def test_a_value_serves_until_either_clock_says_that_its_ttl_is_over(
    reader: FakeReader,
    ask: _Ask,
    ttl: float,
    name: str,
    before: str | Reason,
    after: str,
    clock: str,
) -> None:
    """The other one may stand still: a millisecond less is fresh, the TTL is not."""
    authorizer = _authorizer(reader)

    def later(seconds: float) -> RequestClock:
        return _clock(
            0 if clock == "monotonic" else seconds, 0 if clock == "wall" else seconds
        )

    reader.values[name] = before
    first = ask(authorizer, later(0))
    reader.values[name] = after
    assert ask(authorizer, later(ttl - 0.001)) == first
    assert reader.reads.count(name) == 1
    assert ask(authorizer, later(ttl)) != first
    assert reader.reads.count(name) == 2


@_EACH
def test_a_value_is_stale_once_the_wall_clock_has_gone_back(
    reader: FakeReader,
    ask: _Ask,
    ttl: float,
    name: str,
    before: str | Reason,
    after: str,
) -> None:
    """However little, and whatever the monotonic clock says."""
    del ttl
    authorizer = _authorizer(reader)
    reader.values[name] = before
    first = ask(authorizer, _clock(0, 0))
    reader.values[name] = after
    assert ask(authorizer, _clock(-0.001, 0)) != first


_REQUIRED = pytest.mark.parametrize(
    "ask", [_record, _signing_key, _roles], ids=["records", "signing keys", "role map"]
)


@_REQUIRED
@pytest.mark.parametrize(
    ("wall", "monotonic"), [(330, 0), (0, 330), (330, 330), (-1, 0), (-1, 31)]
)
def test_nothing_serves_beyond_the_stale_bound_of_either_clock(
    reader: FakeReader, ask: _Ask, wall: float, monotonic: float
) -> None:
    """An outage is answered 500 then; so it is once the wall clock has gone back."""
    authorizer = _authorizer(reader)
    reader.keep(_KEY, record_text(_KEY))
    ask(authorizer, _clock(0, 0))
    reader.outage = _OUTAGE
    with pytest.raises(StoreUnavailableError):
        ask(authorizer, _clock(wall, monotonic))


@_REQUIRED
@pytest.mark.parametrize(
    ("wall", "monotonic"), [(329.999, 0), (0, 329.999), (100, 200)]
)
def test_a_stale_value_serves_within_the_bound_of_both_clocks(
    reader: FakeReader, ask: _Ask, wall: float, monotonic: float
) -> None:
    """TTL and stale seconds after the request that read it."""
    authorizer = _authorizer(reader)
    reader.keep(_KEY, record_text(_KEY))
    first = ask(authorizer, _clock(0, 0))
    reader.outage = _OUTAGE
    assert ask(authorizer, _clock(wall, monotonic)) == first


@_REQUIRED
@pytest.mark.parametrize(("wall", "monotonic"), [(5, 0), (0, 5), (-0.001, 4)])
def test_in_an_outage_either_clock_brings_the_next_try(
    reader: FakeReader, ask: _Ask, wall: float, monotonic: float
) -> None:
    """Five seconds after the last one, or once the wall clock went back."""
    authorizer = _authorizer(reader)
    reader.keep(_KEY, record_text(_KEY))
    ask(authorizer, _clock(0, 0))
    reader.outage = _OUTAGE
    ask(authorizer, _clock(60, 60))
    ask(authorizer, _clock(64.999, 60))
    ask(authorizer, _clock(60, 64.999))
    tries = len(reader.reads)
    ask(authorizer, _clock(60 + wall, 60 + monotonic))
    assert len(reader.reads) == tries + 1


@pytest.mark.parametrize(("wall", "monotonic"), [(31, 0), (0, 31), (-1, 0)])
def test_a_proof_is_as_old_as_the_signing_keys_that_gave_it(
    reader: FakeReader, wall: float, monotonic: float
) -> None:
    """A key whose signing key is gone is forged as soon as either clock says so."""
    authorizer = _authorizer(reader)
    reader.keep(_KEY, record_text(_KEY))

    def reason(clock: RequestClock) -> str:
        event = event_with({"X-API-Key": _KEY.text})
        return authorizer.authorize(event, clock).reason

    assert reason(_clock(0, 0)) == Reason.GRANTED
    reader.values[SIGNING_NAME] = signing_secret("n" * 64)
    assert reason(_clock(29, 29)) == Reason.GRANTED
    assert reason(_clock(wall, monotonic)) == Reason.FORGED


def test_a_value_read_again_is_as_old_as_its_last_reading(reader: FakeReader) -> None:
    """Also where the wall clock was set back in between."""
    authorizer = _authorizer(reader)
    reader.keep(_KEY, record_text(_KEY))
    for clock in (_clock(0, 0), _clock(-100, 1), _clock(-71, 30), _clock(-90, 2)):
        _record(authorizer, clock)
    assert reader.record_reads == 2


def test_the_time_of_a_value_never_grows_by_renewals() -> None:
    """Renewed as often as one likes, it ends where its reading said."""
    aged = Aged("value", _clock(0, 0), 30)
    for seconds in range(30, 40):
        aged.renew(_clock(seconds, seconds), 5, at_most=40)
    assert aged.is_fresh(_clock(39.9, 39.9))
    assert not aged.is_fresh(_clock(40, 39.9))
    assert not aged.is_fresh(_clock(39.9, 40))


# Where the monotonic clock may be read, or a request's start by it, and what for.
_DEADLINES = {
    "authorizer/request_clock.py": "makes deadlines and durations within one request",
    "authorizer/readers/connection.py": "time-outs of one exchange",
    "authorizer/readers/service.py": "time-outs of one read",
    "authorizer/readers/boto3_reader.py": "time-outs of one read",
    "apikeys_cli/batch/pace.py": "spaces the rows of one batch",
    "apikeys_cli/console/session.py": "ages of a session, beside the wall clock",
    "apikeys_cli/wait.py": "shows how long a person has waited",
}
_AGES = {
    "authorizer/cache.py": "Aged",
    "authorizer/token_bucket.py": "TokenBucket",
}
_MONOTONIC = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"}
_SOURCES = Path(__file__).parents[3] / "src"


def _uses(names: set[str]) -> Iterator[tuple[str, ast.AST]]:
    """Yield where ``src`` names one of ``names``, as an attribute or a plain name."""
    for path in sorted(_SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (isinstance(node, ast.Attribute) and node.attr in names) or (
                isinstance(node, ast.Name) and node.id in names
            ):
                yield path.relative_to(_SOURCES).as_posix(), node


def test_no_age_is_judged_only_by_the_monotonic_clock() -> None:
    """It is read for deadlines, and with the wall clock for ages, nowhere else."""
    found = {path for path, _ in _uses(_MONOTONIC)}
    assert found == set(_DEADLINES)
    # A request's start; elsewhere the word may mean what it likes.
    uses = (path for path, _ in _uses({"started"}))
    started = {path for path in uses if path.startswith("authorizer/")}
    assert started == {"authorizer/request_clock.py", *_AGES}


def test_no_age_is_judged_only_by_the_wall_clock() -> None:
    """The two classes that know ages ask both clocks in each method that asks one."""
    for path, name in _AGES.items():
        tree = ast.parse((_SOURCES / path).read_text(encoding="utf-8"))
        (judge,) = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and node.name == name
        ]
        for method in judge.body:
            asked = {
                node.attr
                for node in ast.walk(method)
                if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "clock"
            }
            assert asked in (set(), {"now", "started"}), (path, method)
    # Elsewhere a request's wall time says what has expired, or when a line was written.
    wall = {path for path, node in _uses({"now"}) if _is_of_a_moment(node)}
    assert wall == {
        "authorizer/admission.py",
        "authorizer/authorize.py",
        "authorizer/decision_log.py",
        "authorizer/request_clock.py",
        *_AGES,
    }


def test_the_wall_clock_is_read_once_for_a_request_and_for_its_signature() -> None:
    """So no module of the authorizer takes an age from a reading of its own."""
    read = {
        path
        for path, node in _uses({"time", "time_ns"})
        if isinstance(node, ast.Attribute) and path.startswith("authorizer/")
    }
    assert read == {"authorizer/request_clock.py", "authorizer/readers/service.py"}


def _is_of_a_moment(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"clock", "self"}
    )


def test_every_memory_is_tested_here() -> None:
    """Whoever keeps a value with an age has a row in the table above, or gets one."""
    keepers = {
        path
        for path, node in _uses({"Aged"})
        if path != "authorizer/cache.py" and isinstance(node, ast.Name)
    }
    assert keepers == {
        "authorizer/own_secret.py",
        "authorizer/source.py",
        "authorizer/store.py",
    }
