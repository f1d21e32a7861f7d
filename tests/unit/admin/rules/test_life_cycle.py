"""Which actions tell an event, and what stands in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import ROLE_MAP, foreign_key
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from admin.stores.event_bus import Event

SECRETS = ("key", "password", "digest", "usageIdentifierKey", "credential")


class Bus:
    """An event bus that keeps what it is told, and refuses it where it has a word."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.problem: str | None = None

    def put(self, event: Event) -> str | None:
        """Keep an event."""
        self.events.append(event)
        return self.problem


@pytest.fixture
def bus() -> Bus:
    """Return the bus."""
    return Bus()


@pytest.fixture
def admin(aws: None, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> Admin:
    """Return the actions of a deployment that has the bus."""
    del aws
    monkeypatch.setattr("admin.deployment.EventBus", lambda _client, _name: bus)
    return Admin(
        CREDENTIALS="api-key,basic",
        LEGACY_KEYS="imported",
        EVENT_BUS_NAME="keys",
        STACK_NAME="apikeys-prod",
    )


def told(bus: Bus) -> Any:
    """Return the one event that was told since the last time."""
    [event] = bus.events
    bus.events.clear()
    return event


def test_an_issued_key_is_told_with_these_fields(admin: Admin, bus: Bus) -> None:
    """Whose it is, what it opens, when it ends, and of which stack."""
    key, answer = admin.issued(
        client="Acme", name="reports", roles=["READER"], lifetimeDays=30
    )
    event = told(bus)
    assert event.detail_type == "Key Issued"
    assert event.detail == {
        "keyId": key.key_id,
        "client": "Acme",
        "issuer": "apikeys",
        "name": "reports",
        "roles": ["READER"],
        "expirationDate": answer["record"]["expirationDate"],
        "expiresInDays": 30,
        "stack": "apikeys-prod",
    }
    assert admin.audit["event"] == "delivered"
    assert "event_error" not in admin.audit


@pytest.mark.parametrize(
    ("action", "fields", "detail_type"),
    [
        ("clone", {}, "Key Issued"),
        ("rotate", {}, "Key Rotated"),
        ("update", {"name": "other"}, "Key Updated"),
        ("disable", {}, "Key Disabled"),
        ("enable", {}, "Key Enabled"),
        ("revoke", {}, "Key Revoked"),
    ],
)
def test_every_act_on_a_key_is_told(
    admin: Admin, bus: Bus, action: str, fields: dict[str, object], detail_type: str
) -> None:
    """With the name of the key that the answer is about."""
    key, _ = admin.issued()
    told(bus)
    answer = admin(action, keyId=key.key_id, **fields)
    event = told(bus)
    assert event.detail_type == detail_type
    assert event.detail["keyId"] == answer["record"]["keyId"]
    assert event.detail["client"] == "Acme"


def test_a_rotation_tells_which_key_is_replaced(admin: Admin, bus: Bus) -> None:
    """The event is about the new key."""
    key, _ = admin.issued()
    told(bus)
    admin("rotate", keyId=key.key_id)
    assert told(bus).detail["replaces"] == key.key_id


def test_a_restored_key_is_told(admin: Admin, bus: Bus) -> None:
    """As it is again."""
    key, _ = admin.issued()
    admin("revoke", keyId=key.key_id)
    bus.events.clear()
    admin("restore", keyId=key.key_id)
    assert told(bus).detail_type == "Key Restored"


def test_an_account_is_told_by_its_login(admin: Admin, bus: Bus) -> None:
    """Without its password."""
    admin("issue", client="Acme", login="ann")
    event = told(bus)
    assert event.detail_type == "Key Issued"
    assert event.detail["login"] == "ann"
    assert "keyId" not in event.detail


def test_an_import_is_told_once(admin: Admin, bus: Bus) -> None:
    """A repeat of it did nothing."""
    request = {"key": foreign_key(), "client": "Acme", "roles": ["READER"]}
    admin("import", **request)
    assert told(bus).detail_type == "Key Imported"
    assert admin("import", **request)["repeated"]
    assert not bus.events
    assert "event" not in admin.audit


def test_what_concerns_every_key_is_told(admin: Admin, bus: Bus) -> None:
    """The role map by its version, the signing key by its phase; a count is none."""
    version = admin("roles.put", roleMap=ROLE_MAP)["version"]
    assert told(bus) == (
        "Role Map Changed",
        {"version": version, "stack": "apikeys-prod"},
    )
    first = admin("signing.rotate")
    assert told(bus) == (
        "Signing Key Rotated",
        {"phase": "announced", "stack": "apikeys-prod"},
    )
    admin.now += first["waitSeconds"]
    promoted = admin("signing.rotate")
    assert told(bus).detail["phase"] == "promoted"
    [former] = promoted["fingerprints"]["previous"]
    assert admin("signing.retire", fingerprint=former, countOnly=True)["status"] == 200
    assert not bus.events
    assert admin("signing.retire", fingerprint=former)["status"] == 200
    assert told(bus).detail["phase"] == "retired"


@pytest.mark.parametrize(
    "request_",
    [
        {"action": "get"},
        {"action": "confirm"},
        {"action": "disable", "keyId": "0" * 16},
        {"action": "unheard-of"},
    ],
)
def test_what_changes_nothing_tells_nothing(
    admin: Admin, bus: Bus, request_: dict[str, str]
) -> None:
    """A look, a confirmation, a refusal."""
    key, _ = admin.issued()
    bus.events.clear()
    admin.send({"keyId": key.key_id} | request_)
    assert not bus.events
    assert "event" not in admin.audit


def test_no_event_holds_a_secret(admin: Admin, bus: Bus) -> None:
    """Neither a key nor a password, nor what proves one."""
    key, _ = admin.issued(description="c4n4ry")
    rotated = admin("rotate", keyId=key.key_id)
    account = admin("issue", client="Acme", login="ann")
    texts = json.dumps([event.detail for event in bus.events])
    for secret in (key.text, rotated["key"]):
        assert secret.split("_")[2][:8] not in texts
    assert account["password"] not in texts
    assert "c4n4ry" not in texts
    for event in bus.events:
        assert not event.detail.keys() & set(SECRETS)


def test_an_event_that_is_not_taken_fails_nothing(admin: Admin, bus: Bus) -> None:
    """The answer is the same; the audit line says so, and why."""
    bus.problem = "Timeout"
    _, answer = admin.issued()
    assert answer["status"] == 201
    assert (admin.audit["event"], admin.audit["event_error"]) == (
        "undelivered",
        "Timeout",
    )


def test_without_a_bus_nothing_is_told(aws: None) -> None:
    """Off by default: there is no bus, and no line says anything of one."""
    del aws
    admin = Admin()
    admin.issued()
    assert admin.deployment.event_bus is None
    assert "event" not in admin.audit
