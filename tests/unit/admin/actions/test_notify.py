"""The daily notices: who is told of which key, and what a run costs."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from admin.errors import Code, RefusedError
from admin.stores.engine import Absence, Page, Stored
from apikeys import timestamp
from apikeys.defaults import DAY
from tests.builders import NOW, a_key, record_text
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from admin.stores.event_bus import Event

_HOUR = 3_600


class Told:
    """A topic and a bus that keep what they are told, in order."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []
        self.events: list[Event] = []
        self.lost = 0

    def publish(self, subject: str, text: str) -> None:
        """Keep a message."""
        self.messages.append((subject, text))

    def put_all(self, events: list[Event]) -> int:
        """Keep events; say how many were lost."""
        self.events += events
        return self.lost

    def put(self, event: Event) -> None:
        """Take a life-cycle event, which no test here looks at."""


@pytest.fixture
def told() -> Told:
    """Return what was told."""
    return Told()


@pytest.fixture
def admin(aws: None, told: Told, monkeypatch: pytest.MonkeyPatch) -> Admin:
    """Return the actions of the function that the schedule invokes."""
    del aws
    for name in ("EventBus", "Topic"):
        monkeypatch.setattr(f"admin.deployment.{name}", lambda _client, _name: told)
    return Admin(
        CREDENTIALS="api-key,basic",
        EXPIRY_NOTICES="30,7,1",
        ALARM_TOPIC_ARN="arn:aws:sns:eu-west-1:123456789012:operators",
        EVENT_BUS_NAME="keys",
        STACK_NAME="apikeys-prod",
    )


def put(admin: Admin, seed: str, ends_in: float | None, **changes: object) -> str:
    """Store a key's record that ends in so many days; return its id."""
    key = a_key(seed)
    ends_at = None if ends_in is None else timestamp.format_utc(NOW + ends_in * DAY)
    text = record_text(key, **({"expirationDate": ends_at} | changes))
    admin.deployment.store.create(f"APIKEY_{key.key_id}", text, "API key record")
    return key.key_id


def test_a_key_is_told_of_on_the_days_of_the_list_and_no_other(
    admin: Admin, told: Told
) -> None:
    """It is due when its expiresInDays equals a threshold."""
    due = {put(admin, f"due {days}", days): days for days in (30, 7, 1)}
    for days in (31, 29, 8, 6, 2, 0.4, -1, None):
        put(admin, f"not {days}", days)
    answer = admin("notify")
    announced = {a["keyId"]: a["expiresInDays"] for a in answer["announced"]}
    assert announced == due
    assert answer["due"] == {"30": 1, "7": 1, "1": 1}
    assert {e.detail["keyId"] for e in told.events} == due.keys()
    assert {e.detail_type for e in told.events} == {"Key Expiring"}
    [(subject, text)] = told.messages
    assert subject == "apikeys-prod: 3 keys expire soon"
    for key_id, days in due.items():
        assert f"key {key_id} expires in {days} day" in text


def test_an_event_has_what_a_life_cycle_event_has_and_the_state(
    admin: Admin, told: Told
) -> None:
    """So that one rule can handle both."""
    key_id = put(admin, "a", 7, name="reports", enabled=False)
    admin("notify")
    [event] = told.events
    assert event.detail == {
        "keyId": key_id,
        "client": "Acme",
        "issuer": "Ops",
        "name": "reports",
        "roles": ["READER"],
        "expirationDate": timestamp.format_utc(NOW + 7 * DAY) + "Z",
        "expiresInDays": 7,
        "stack": "apikeys-prod",
        "state": "disabled",
    }


@pytest.mark.parametrize("hour", range(24))
def test_each_key_is_told_of_once_whenever_it_ends(
    admin: Admin, told: Told, hour: int
) -> None:
    """Though the daily runs begin at different minutes of their hour."""
    put(admin, "a", 30 + hour / 24)
    for day in range(4):
        # The window of the schedule: now late, now on time.
        admin.now = NOW + day * DAY + (0, 899)[(day + hour) % 2]
        admin("notify")
    assert len([e for e in told.events if e.detail["expiresInDays"] == 30]) == 1


def test_records_are_counted_by_state(admin: Admin) -> None:
    """The expired ones that nobody revoked among them; the revoked are gone."""
    put(admin, "a", 30)
    put(admin, "b", 9, enabled=False)
    put(admin, "c", -400)
    corrupt, _ = admin.issued()
    admin.overwrite(f"APIKEY_{corrupt.key_id}", '{"schemaVersion": 1}')
    admin.secrets.create_secret(Name="APIKEY_" + "1" * 16, SecretString="not ours")
    key, _ = admin.issued()
    admin("revoke", keyId=key.key_id)
    answer = admin("notify")
    assert answer["states"] == {"active": 1, "disabled": 1, "expired": 1, "corrupt": 1}
    assert admin.audit["states"] == answer["states"]
    assert admin.audit["due"] == answer["due"]


def test_the_summary_groups_by_client_and_quotes_what_records_say(
    admin: Admin, told: Told
) -> None:
    """Only ids and logins are in what may be pasted; a text can't break its line."""
    hostile = 'x"; apikeys revoke \xad`reboot`'
    first = put(admin, "a", 7, client="Beta", name=hostile)
    second = put(admin, "b", 1, client="Beta", replacedBy="0" * 16)
    third = put(admin, "c", 30, client="Alpha", enabled=False)
    admin("issue", client="Alpha", login="ann", lifetimeDays=7)
    put(admin, "d", -1)
    admin("notify")
    [(_, text)] = told.messages
    lines = text.splitlines()
    ends = {d: timestamp.format_utc(NOW + d * DAY) + "Z" for d in (1, 7, 30)}
    assert lines == [
        "apikeys-prod: 4 keys expire soon.",
        "Expired and not revoked: 1.",
        "",
        'Client "Alpha"',
        f"- login ann expires in 7 days, at {ends[7]}",
        f"- key {third} expires in 30 days, at {ends[30]}, disabled",
        "",
        'Client "Beta"',
        f"- key {second} expires in 1 day, at {ends[1]}, has a successor",
        f"- key {first} expires in 7 days, at {ends[7]}, named "
        r'"x\"; apikeys revoke ?`reboot`"',
        "",
        "A successor, which works beside the old one for a day:",
        "",
        "  apikeys rotate --login ann",
        f"  apikeys rotate {third}",
        f"  apikeys rotate {second}",
        f"  apikeys rotate {first}",
    ]


def test_one_key_is_one_key(admin: Admin, told: Told) -> None:
    """In the subject, which is ASCII and one line."""
    put(admin, "a", 1)
    admin("notify")
    [(subject, _)] = told.messages
    assert subject == "apikeys-prod: 1 key expires soon"


def test_a_quiet_day_sends_nothing(admin: Admin, told: Told) -> None:
    """But it is an answer: the run took place."""
    put(admin, "a", 12)
    assert admin("notify")["announced"] == []
    assert not told.messages
    assert not told.events


def test_events_that_were_lost_are_counted(admin: Admin, told: Told) -> None:
    """They fail no run: the topic was told."""
    put(admin, "a", 1)
    told.lost = 1
    assert admin("notify")["undelivered"] == 1
    assert admin.audit["undelivered"] == 1


def test_a_topic_that_is_down_fails_the_run_before_any_event(
    admin: Admin, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The repeat then tells nobody twice."""

    def fail(_subject: str, _text: str) -> None:
        raise RefusedError(Code.TOPIC_UNAVAILABLE, "down")

    put(admin, "a", 1)
    monkeypatch.setattr(told, "publish", fail)
    assert admin("notify")["error"]["code"] == "topic_unavailable"
    assert not told.events


def test_a_list_that_breaks_off_fails_the_run(
    admin: Admin, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the keys would be told of, and nobody would know of the others."""
    put(admin, "a", 1)
    records = admin.deployment.records
    pages = iter([Page({f"APIKEY_{a_key('a').key_id}": {}}, "more"), None])
    monkeypatch.setattr(records._store, "names", lambda *_, **__: next(pages))
    assert admin("notify")["error"]["code"] == "store_unavailable"
    assert not told.messages
    assert not told.events


def test_without_topic_and_bus_the_run_only_counts(aws: None) -> None:
    """The metric is there in any case."""
    del aws
    admin = Admin(EXPIRY_NOTICES="7")
    put(admin, "a", 7)
    assert admin("notify")["due"] == {"7": 1}


def test_a_function_without_thresholds_announces_nothing(aws: None) -> None:
    """The admin function itself: the schedule has one of its own."""
    del aws
    error = Admin()("notify")["error"]
    assert (error["code"], error["field"]) == ("not_permitted", "action")


class Memory:
    """An engine in memory that counts the calls which a real one would make."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts
        self._names = sorted(texts)
        self.lists = self.reads = 0

    def names(
        self, _prefixes: object, *, limit: int, token: str | None, **_: Any
    ) -> Page:
        """Return a page of names."""
        self.lists += 1
        start = int(token or 0)
        page = self._names[start : start + limit]
        more = start + limit < len(self._names)
        return Page({name: {} for name in page}, str(start + limit) if more else None)

    def read_many(self, names: list[str]) -> dict[str, Stored]:
        """Return values."""
        self.reads += len(names)
        return {name: Stored(self._texts[name], "1") for name in names}

    def read(self, _name: str) -> Absence:
        """Read one: no run does."""
        raise AssertionError


# What a read of Secrets Manager may take, at its slow end, and how many go at once.
_READ_SECONDS, _AT_ONCE = 0.25, 8
_TIMEOUT_SECONDS = 900


def test_ten_thousand_records_fit_into_one_run(admin: Admin, told: Told) -> None:
    """Each is read once, a hundred names a list, and ten events go in one call.

    At a quarter of a second a read, eight at once, that is a third of the time-out.
    """
    template = json.loads(record_text(a_key()))
    texts = {}
    for number in range(10_000):
        key_id = f"{number:016d}"
        ends_at = timestamp.format_utc(NOW + (number % 100) * DAY)
        fields = {"keyId": key_id, "expirationDate": ends_at}
        texts[f"APIKEY_{key_id}"] = json.dumps(template | fields)
    engine: Any = Memory(texts)
    admin.deployment.records._store = engine
    answer = admin("notify")
    assert (engine.lists, engine.reads) == (100, 10_000)
    assert answer["due"] == {"30": 100, "7": 100, "1": 100}
    assert len(told.events) == 300
    seconds = engine.reads / _AT_ONCE * _READ_SECONDS + engine.lists * _READ_SECONDS
    assert seconds < _TIMEOUT_SECONDS / 2


def test_a_message_stays_within_what_sns_takes(admin: Admin, told: Told) -> None:
    """However many keys end on one day: the first hundred, and how many more."""
    template = json.loads(record_text(a_key()))
    ends_at = timestamp.format_utc(NOW + 7 * DAY)
    texts = {
        f"APIKEY_{number:016d}": json.dumps(
            template
            | {
                "keyId": f"{number:016d}",
                "expirationDate": ends_at,
                "client": "\U0001f511" * 253 + f"{number:03d}",
                "name": "\U0001f511" * 256,
            }
        )
        for number in range(700)
    }
    admin.deployment.records._store = SimpleNamespace(  # type: ignore[assignment]
        names=Memory(texts).names, read_many=Memory(texts).read_many
    )
    admin("notify")
    [(subject, text)] = told.messages
    assert subject == "apikeys-prod: 700 keys expire soon"
    assert "And 600 more" in text
    assert text.count("apikeys rotate") == 100
    assert len(text.encode()) < 262_144
    assert len(told.events) == 700
