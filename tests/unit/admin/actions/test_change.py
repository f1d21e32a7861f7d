"""The actions on keys that were issued before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.record import Record
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from apikeys.key import Key

_ID = "0123456789abcdef"
_BOUND = {"effectiveWithinSeconds": 60, "recordTtlSeconds": 30}


@pytest.fixture
def key(admin: Admin) -> Key:
    """Return an issued key."""
    return admin.issued(roles=["READER"])[0]


def _name(key: Key) -> str:
    return f"APIKEY_{key.key_id}"


def _corrupt(admin: Admin, key: Key, text: str = "canary") -> None:
    admin.overwrite(_name(key), text)


@pytest.mark.only_in("secretsmanager")
def test_a_record_is_shown_without_what_it_proves_the_key_by(
    admin: Admin, key: Key
) -> None:
    """An allow-list: no digest, no gateway key, no unknown field."""
    hidden = {"usageIdentifierKey": "canary", "key": "canary", "later": "canary"}
    shown = {"replaces": "a", "replacedBy": "b", "usageKeyId": "k", "usagePlanId": "p"}
    admin.overwrite(_name(key), json.dumps(admin.record(key.key_id) | hidden | shown))
    answer = admin("get", keyId=key.key_id)
    version = answer["record"].pop("version")
    current = admin.secrets.get_secret_value(
        SecretId=_name(key), VersionStage="AWSCURRENT"
    )
    assert version == current["VersionId"]
    assert answer == {
        "status": 200,
        "record": {
            "keyId": key.key_id,
            "client": "Acme",
            "issuer": "apikeys",
            "issueDate": "2027-01-15T08:00:00Z",
            "expirationDate": "2027-04-15T08:00:00Z",
            "enabled": True,
            "roles": ["READER"],
            "schemaVersion": 1,
            "state": "active",
            "expiresInDays": 90,
            **shown,
        },
    }


@pytest.mark.parametrize(
    ("days", "enabled", "state", "left"),
    [
        (0, True, "active", 90),
        (0, False, "disabled", 90),
        (1, True, "active", 89),
        (88.4, True, "active", 2),
        (89.6, True, "active", 0),
        (90 - 1e-5, True, "active", 0),
        (90, True, "expired", 0),
        (90, False, "expired", 0),
        (400, True, "expired", 0),
    ],
)
def test_the_state_is_that_of_the_moment(
    admin: Admin, days: float, state: str, left: int, *, enabled: bool
) -> None:
    """Expired goes before disabled; days are the nearest number, never negative."""
    key, _ = admin.issued(enabled=enabled)
    admin.now += days * 86_400
    record = admin("get", keyId=key.key_id)["record"]
    assert (record["state"], record["expiresInDays"]) == (state, left)


def test_a_record_that_does_not_say_when_it_was_issued_is_shown_without(
    admin: Admin, key: Key
) -> None:
    """The authorizer needs no date of issue; nobody makes one up."""
    record = admin.record(key.key_id)
    del record["issueDate"]
    admin.overwrite(_name(key), json.dumps(record))
    answer = admin("get", keyId=key.key_id)
    assert (answer["status"], answer["record"]["state"]) == (200, "active")
    assert "issueDate" not in answer["record"]


@pytest.mark.parametrize("action", ["get", "enable", "disable", "revoke"])
def test_a_key_that_was_never_issued_is_not_found(admin: Admin, action: str) -> None:
    """404, and nothing is written."""
    before = admin.contents()
    assert admin(action, keyId=_ID) == {
        "status": 404,
        "error": {
            "code": "key_not_found",
            "message": "no key has this id",
            "field": "keyId",
        },
    }
    assert admin.contents() == before


@pytest.mark.parametrize("text", ["canary", "{}", '{"canary": 1}'])
@pytest.mark.parametrize("action", ["get", "enable", "disable"])
def test_a_corrupt_record_can_only_be_revoked(
    admin: Admin, key: Key, action: str, text: str
) -> None:
    """409 without its content, and it is left as it is."""
    _corrupt(admin, key, text)
    before = admin.contents()
    answer = admin(action, keyId=key.key_id)
    assert (answer["status"], answer["error"]["code"]) == (409, "record_corrupt")
    assert answer["error"]["message"].endswith("; it can only be revoked")
    assert "canary" not in json.dumps(answer)
    assert admin.contents() == before


@pytest.mark.only_in("secretsmanager")
def test_a_binary_value_is_a_corrupt_record(admin: Admin, key: Key) -> None:
    """As the authorizer sees it."""
    admin.secrets.put_secret_value(SecretId=_name(key), SecretBinary=b"canary")
    assert admin("get", keyId=key.key_id)["error"]["code"] == "record_corrupt"
    assert admin("revoke", keyId=key.key_id)["status"] == 200


def test_disable_and_enable_switch_one_field(admin: Admin, key: Key) -> None:
    """And say how soon that takes effect; nothing else in the record changes."""
    before = admin.record(key.key_id)
    disabled = admin("disable", keyId=key.key_id)
    assert admin.record(key.key_id) == before | {"enabled": False}
    enabled = admin("enable", keyId=key.key_id)
    assert admin.record(key.key_id) == before
    states = []
    for answer in (disabled, enabled):
        assert answer == {"status": 200, "record": answer["record"], **_BOUND}
        states.append((answer["record"]["state"], answer["record"]["enabled"]))
    assert states == [("disabled", False), ("active", True)]
    version = admin("get", keyId=key.key_id)["record"]["version"]
    assert version == enabled["record"]["version"] != disabled["record"]["version"]


@pytest.mark.parametrize(
    ("environ", "bound"),
    [
        ({"AUTHORIZER_CACHE_SECONDS": "300", "RECORD_TTL_SECONDS": "5"}, (305, 5)),
        ({"AUTHORIZER_CACHE_SECONDS": "0", "RECORD_TTL_SECONDS": "0"}, (0, 0)),
    ],
)
def test_the_bound_is_gateway_ttl_and_record_ttl(
    aws: None, environ: dict[str, str], bound: tuple[int, int]
) -> None:
    """As deployed, in every answer that takes rights away."""
    del aws
    admin = Admin(**environ)
    key, _ = admin.issued()
    for action in ("disable", "revoke"):
        answer = admin(action, keyId=key.key_id)
        found = answer["effectiveWithinSeconds"], answer["recordTtlSeconds"]
        assert found == bound


@pytest.mark.parametrize(
    ("record_ttl", "unknown_ttl", "bound"),
    [("30", "5", (330, 30)), ("0", "60", (360, 60))],
)
def test_what_lets_pass_waits_for_remembered_absence_too(
    aws: None, record_ttl: str, unknown_ttl: str, bound: tuple[int, int]
) -> None:
    """Tried too early, a key is refused by the authorizer's memory and the gateway's.

    The bound of each answer that lets a credential pass: the gateway's TTL, and the
    longer of the two for which the authorizer remembers a record or the lack of one.
    """
    del aws
    admin = Admin(
        AUTHORIZER_CACHE_SECONDS="300",
        RECORD_TTL_SECONDS=record_ttl,
        UNKNOWN_TTL_SECONDS=unknown_ttl,
        CREDENTIALS="api-key,basic",
        LEGACY_KEYS="imported",
    )
    key, _ = admin.issued()
    named = {"keyId": key.key_id}
    admin("revoke", **named)
    account = {"login": "webservice", "client": "HOPEX", "requestToken": "0" * 32}
    foreign = {"key": "a-key-of-another-house-1", "client": "Acme"}
    answers = [
        admin("restore", **named),
        admin("enable", **named),
        admin("update", **named, enabled=True),
        admin("clone", **named),
        admin("issue", client="Acme"),
        # Then repeated: each gives another password, or the answer once more.
        *(admin("issue", **account) for _ in range(2)),
        *(admin("import", **foreign) for _ in range(2)),
    ]
    found = {(a["effectiveWithinSeconds"], a["recordTtlSeconds"]) for a in answers}
    assert found == {bound}


@pytest.mark.parametrize("action", ["enable", "disable"])
def test_switching_what_is_switched_writes_nothing(
    admin: Admin, key: Key, action: str
) -> None:
    """200, the same version: a second try is harmless and uses up no version."""
    first = admin(action, keyId=key.key_id)
    assert admin(action, keyId=key.key_id) == first


@pytest.mark.parametrize("enabled", ["true", 1, None])
def test_enable_makes_a_readable_switch_of_any_value(
    admin: Admin, key: Key, enabled: object
) -> None:
    """Only JSON true enables; that is what is written."""
    admin.overwrite(
        _name(key), json.dumps(admin.record(key.key_id) | {"enabled": enabled})
    )
    assert admin("enable", keyId=key.key_id)["record"]["state"] == "active"
    assert admin.record(key.key_id)["enabled"] is True


def test_unknown_fields_survive_a_change(admin: Admin, key: Key) -> None:
    """A record of a later version loses nothing here."""
    later = admin.record(key.key_id) | {"later": {"é": [1.5, None]}}
    admin.overwrite(_name(key), json.dumps(later))
    admin("disable", keyId=key.key_id)
    assert admin.record(key.key_id) == later | {"enabled": False}


def test_a_write_in_between_wins_and_the_loser_is_told(
    admin: Admin, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compare-and-swap: 409, and the first write stays in force."""
    theirs = json.dumps(admin.record(key.key_id) | {"name": "Theirs"})
    changed = Record.changed

    def overtaken(record: Record, **fields: object) -> Record:
        admin.overwrite(_name(key), theirs)
        return changed(record, **fields)

    monkeypatch.setattr(Record, "changed", overtaken)
    answer = admin("disable", keyId=key.key_id)
    assert answer == {
        "status": 409,
        "error": {
            "code": "version_conflict",
            "message": "the stored value was changed by somebody else; read it again",
        },
    }
    assert admin.stored(_name(key)) == theirs
    monkeypatch.undo()
    assert admin("disable", keyId=key.key_id)["status"] == 200
    assert admin.record(key.key_id) == json.loads(theirs) | {"enabled": False}


def test_a_revoke_in_between_wins(
    admin: Admin, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No write brings a revoked key back."""
    changed = Record.changed

    def overtaken(record: Record, **fields: object) -> Record:
        admin("revoke", keyId=key.key_id)
        return changed(record, **fields)

    monkeypatch.setattr(Record, "changed", overtaken)
    admin("disable", keyId=key.key_id)
    assert admin("get", keyId=key.key_id)["record"]["state"] == "revoked"


@pytest.mark.only_in("secretsmanager")
def test_a_revoked_key_is_gone_and_says_so(admin: Admin, key: Key) -> None:
    """Scheduled for deletion after 30 days; its client can still be seen."""
    answer = admin("revoke", keyId=key.key_id)
    revoked = {
        "keyId": key.key_id,
        "client": "Acme",
        "issueDate": "2027-01-15T08:00:00Z",
        "expirationDate": "2027-04-15T08:00:00Z",
        "restorableUntil": "2027-02-14T08:00:00Z",
        "state": "revoked",
    }
    assert answer == {"status": 200, "record": revoked, **_BOUND}
    assert admin("get", keyId=key.key_id) == {"status": 200, "record": revoked}
    described = admin.secrets.describe_secret(SecretId=_name(key))
    assert "DeletedDate" in described


@pytest.mark.parametrize("client", ["Müller & Söhne <東京>", "c" * 256, "京" * 256])
def test_a_revoked_key_keeps_its_client(admin: Admin, client: str) -> None:
    """Whatever its letters are; of a long name the beginning."""
    key, _ = admin.issued(client=client)
    until = admin("revoke", keyId=key.key_id, recoveryDays=7)["record"]
    assert until["restorableUntil"] == "2027-01-22T08:00:00Z"
    kept = admin("get", keyId=key.key_id)["record"]["client"]
    assert client.startswith(kept)
    assert kept == client or len(kept.encode()) > 180
    assert "restorableUntil" not in admin("restore", keyId=key.key_id)["record"]


@pytest.mark.only_in("secretsmanager")
def test_a_revoked_key_without_notes_is_shown_all_the_same(
    admin: Admin, key: Key
) -> None:
    """As one is that an earlier release revoked."""
    admin.secrets.delete_secret(SecretId=_name(key), RecoveryWindowInDays=30)
    shown = {"keyId": key.key_id, "state": "revoked"}
    assert admin("get", keyId=key.key_id) == {"status": 200, "record": shown}


@pytest.mark.only_in("secretsmanager")
@pytest.mark.parametrize(("fields", "days"), [({}, 30), ({"recoveryDays": 7}, 7)])
def test_the_recovery_window_is_asked_for(
    admin: Admin,
    key: Key,
    monkeypatch: pytest.MonkeyPatch,
    fields: dict[str, Any],
    days: int,
) -> None:
    """30 days unless told otherwise; never deleted at once."""
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(
        admin.secrets, "delete_secret", lambda **kw: asked.append(kw) or {}
    )
    admin("revoke", keyId=key.key_id, **fields)
    assert asked == [{"SecretId": _name(key), "RecoveryWindowInDays": days}]


def test_revoking_twice_is_revoking_once(admin: Admin, key: Key) -> None:
    """200 both times; the second changes nothing."""
    first = admin("revoke", keyId=key.key_id)
    before = admin.contents()
    assert admin("revoke", keyId=key.key_id, recoveryDays=7) == first
    assert admin.contents() == before


@pytest.mark.parametrize("action", ["enable", "disable"])
def test_a_revoked_key_can_not_be_switched(admin: Admin, key: Key, action: str) -> None:
    """409: only ``restore`` brings it back."""
    admin("revoke", keyId=key.key_id)
    before = admin.contents()
    assert admin(action, keyId=key.key_id) == {
        "status": 409,
        "error": {
            "code": "key_revoked",
            "message": "the key is revoked; restore it first",
            "field": "keyId",
        },
    }
    assert admin.contents() == before


def test_a_corrupt_record_can_be_revoked(admin: Admin, key: Key) -> None:
    """Always possible, whatever is stored."""
    _corrupt(admin, key)
    assert admin("revoke", keyId=key.key_id)["status"] == 200
    assert admin("get", keyId=key.key_id)["record"]["state"] == "revoked"


@pytest.mark.only_in("secretsmanager")
def test_revoking_writes_no_version(admin: Admin, key: Key) -> None:
    """It works where Secrets Manager takes no further version."""
    versions = admin.secrets.list_secret_version_ids(
        SecretId=_name(key), IncludeDeprecated=True
    )["Versions"]
    admin("revoke", keyId=key.key_id)
    admin.secrets.restore_secret(SecretId=_name(key))
    after = admin.secrets.list_secret_version_ids(
        SecretId=_name(key), IncludeDeprecated=True
    )["Versions"]
    assert len(after) == len(versions)


def test_revoking_removes_the_gateway_key(admin: Admin) -> None:
    """It goes with the last live record that names it."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(usagePlanId=plan)
    assert len(admin.gateway_keys()) == 1
    assert admin("revoke", keyId=key.key_id)["status"] == 200
    assert admin.gateway_keys() == []


def test_a_gateway_key_that_is_gone_already_does_not_stop_a_revoke(
    admin: Admin,
) -> None:
    """Somebody may have deleted it by hand."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(usagePlanId=plan)
    admin.gateway.delete_api_key(apiKey=admin.gateway_keys()[0])
    assert admin("revoke", keyId=key.key_id)["status"] == 200
