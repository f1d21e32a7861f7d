"""Rotation: a sister key, and the old one's end after an overlap."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from apikeys import digest
from apikeys.key import derived_key_id
from tests.builders import NOW
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from collections.abc import Callable

    from apikeys.key import Key

_DAY = 86_400
_ID = "0123456789abcdef"
_TOKEN = "0123456789abcdef-0123456789ABCDEF"
_DESCRIBED: dict[str, Any] = {
    "client": "Acme",
    "issuer": "Ops",
    "name": "Nightly",
    "description": "Text",
    "roles": ["READER"],
    "session": {"environment": "P", "repository": "M", "profile": "A"},
}


def _view(admin: Admin, key_id: str) -> dict[str, Any]:
    return dict(admin("get", keyId=key_id)["record"])


def test_a_rotated_key_has_a_sister_and_an_end(admin: Admin) -> None:
    """201 with the new key; both records as ``get`` shows them, and the bound."""
    old, _ = admin.issued(**_DESCRIBED)
    admin.now += _DAY
    answer = admin("rotate", keyId=old.key_id)
    new = answer["record"]["keyId"]
    assert answer == {
        "status": 201,
        "key": answer["key"],
        "record": _view(admin, new),
        "previous": _view(admin, old.key_id),
        "effectiveWithinSeconds": 60,
        "recordTtlSeconds": 30,
    }
    assert {name: answer["record"][name] for name in _DESCRIBED} == _DESCRIBED
    links = answer["record"]["replaces"], answer["previous"]["replacedBy"]
    assert links == (old.key_id, new)
    # As long a life as the old one's, from now; a day of overlap.
    assert answer["record"]["issueDate"] == "2027-01-16T08:00:00Z"
    assert answer["record"]["expirationDate"] == "2027-04-16T08:00:00Z"
    assert answer["previous"]["expirationDate"] == "2027-01-17T08:00:00Z"
    assert digest.matches(admin.record(new)["digest"], answer["key"])


@pytest.mark.parametrize(
    ("life", "overlap", "ends_at"),
    [
        ({}, {"overlapSeconds": 0}, NOW),
        ({}, {"overlapSeconds": 60}, NOW + 60),
        ({}, {}, NOW + _DAY),
        ({"neverExpires": True}, {}, NOW + _DAY),
        ({"lifetimeDays": 1}, {"overlapSeconds": 30 * _DAY}, NOW + _DAY),
    ],
)
def test_the_old_key_ends_after_the_overlap_and_never_later_than_before(
    admin: Admin, life: dict[str, Any], overlap: dict[str, Any], ends_at: int
) -> None:
    """Its own end, where that comes first."""
    old, _ = admin.issued(**life)
    admin("rotate", keyId=old.key_id, **overlap)
    admin.now = ends_at - 0.001
    before = _view(admin, old.key_id)["state"]
    admin.now = ends_at
    assert (before, _view(admin, old.key_id)["state"]) == ("active", "expired")


@pytest.mark.parametrize(
    ("life", "asked", "ends_at"),
    [
        ({"lifetimeDays": 7}, {}, "2027-01-22T08:00:00Z"),
        ({"lifetimeDays": 7}, {"lifetimeDays": 1}, "2027-01-16T08:00:00Z"),
        ({"lifetimeDays": 7}, {"neverExpires": True}, None),
        ({"neverExpires": True}, {}, None),
        (
            {"neverExpires": True},
            {"expirationDate": "2027-02-01T00:00:00"},
            "2027-02-01T00:00:00Z",
        ),
    ],
)
def test_the_sister_lives_as_long_unless_told_otherwise(
    admin: Admin, life: dict[str, Any], asked: dict[str, Any], ends_at: str | None
) -> None:
    """Counted from its own issue."""
    old, _ = admin.issued(**life)
    answer = admin("rotate", keyId=old.key_id, **asked)
    assert answer["record"]["expirationDate"] == ends_at


@pytest.mark.parametrize(
    ("enabled", "asked", "expected"),
    [(True, {}, True), (False, {}, False), (False, {"enabled": True}, True)],
)
def test_the_sister_is_enabled_as_the_old_key_is(
    admin: Admin, asked: dict[str, Any], *, enabled: bool, expected: bool
) -> None:
    """Rotation lifts no disable by itself."""
    old, _ = admin.issued(enabled=enabled)
    answer = admin("rotate", keyId=old.key_id, **asked)
    found = answer["record"]["enabled"], answer["previous"]["enabled"]
    assert found == (expected, enabled)


def test_the_sister_shares_the_gateway_key(admin: Admin) -> None:
    """The client's quota does not double; the last of both takes the key along."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    old, _ = admin.issued(usagePlanId=plan)
    new = admin("rotate", keyId=old.key_id)["record"]["keyId"]
    names = ("usageIdentifierKey", "usageKeyId", "usagePlanId")
    records = [admin.record(key_id) for key_id in (old.key_id, new)]
    assert [records[0][n] for n in names] == [records[1][n] for n in names]
    admin("revoke", keyId=old.key_id)
    assert len(admin.gateway_keys()) == 1
    admin("revoke", keyId=new)
    assert admin.gateway_keys() == []


@pytest.mark.parametrize("first", ["middle", "newest"])
def test_a_revoked_sister_between_does_not_cut_the_gateway_key_off(
    admin: Admin, first: str
) -> None:
    """A live key two rotations away keeps it; the last one takes it along."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    keys = [admin.issued(usagePlanId=plan)[0].key_id]
    for _ in range(2):
        keys += [admin("rotate", keyId=keys[-1])["record"]["keyId"]]
    oldest, middle, newest = keys
    admin("revoke", keyId=middle)
    one, other = (oldest, newest) if first == "middle" else (newest, oldest)
    admin("revoke", keyId=one)
    assert len(admin.gateway_keys()) == 1
    admin("restore", keyId=middle)
    assert len(admin.gateway_keys()) == 1
    admin("revoke", keyId=middle)
    admin("revoke", keyId=other)
    assert admin.gateway_keys() == []


@pytest.mark.parametrize("fate", ["purged", "corrupt"])
def test_a_gateway_key_stays_where_nobody_can_tell_who_has_it(
    admin: Admin, fate: str
) -> None:
    """One too many costs nothing, one too few refuses a client."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    keys = [admin.issued(usagePlanId=plan)[0].key_id]
    for _ in range(2):
        keys += [admin("rotate", keyId=keys[-1])["record"]["keyId"]]
    oldest, middle, newest = keys
    name = f"APIKEY_{middle}"
    admin.secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    if fate == "corrupt":
        admin.secrets.create_secret(Name=name, SecretString="no record")
    admin("revoke", keyId=oldest)
    assert admin.gateway_keys() == [admin.record(newest)["usageKeyId"]]
    # Restored, it relies on a gateway key because it is there.
    admin("restore", keyId=oldest)
    assert admin.gateway_keys() == [admin.record(oldest)["usageKeyId"]]


def test_an_expired_sister_keeps_the_gateway_key(admin: Admin) -> None:
    """It can be given a later end, and is metered then as it was."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    old, _ = admin.issued(usagePlanId=plan)
    kept = admin.gateway_keys()
    new = admin("rotate", keyId=old.key_id, overlapSeconds=0)["record"]["keyId"]
    admin("revoke", keyId=new)
    admin("update", keyId=old.key_id, lifetimeDays=1)
    assert admin.gateway_keys() == [admin.record(old.key_id)["usageKeyId"]] == kept
    admin("revoke", keyId=old.key_id)
    assert admin.gateway_keys() == []


def test_a_key_is_rotated_once(admin: Admin) -> None:
    """409 for the second sister; the first may be rotated on, to any length."""
    key, _ = admin.issued()
    first = admin("rotate", keyId=key.key_id)["record"]["keyId"]
    before = admin.contents()
    answer = admin("rotate", keyId=key.key_id)
    assert answer == {
        "status": 409,
        "error": {
            "code": "already_rotated",
            "message": "the key was rotated already; rotate its replacement",
            "field": "keyId",
        },
    }
    assert admin.contents() == before
    assert admin("rotate", keyId=first)["record"]["replaces"] == first


def _revoke(admin: Admin, key: Key) -> None:
    admin("revoke", keyId=key.key_id)


def _corrupt(admin: Admin, key: Key) -> None:
    admin.overwrite(f"APIKEY_{key.key_id}", "canary")


@pytest.mark.parametrize("action", ["rotate", "clone"])
@pytest.mark.parametrize(
    ("change", "status", "code"),
    [(_revoke, 409, "key_revoked"), (_corrupt, 409, "record_corrupt")],
)
def test_only_a_live_record_has_a_sister(
    admin: Admin,
    action: str,
    change: Callable[[Admin, Key], None],
    status: int,
    code: str,
) -> None:
    """Nor a clone; and nothing is written."""
    key, _ = admin.issued()
    change(admin, key)
    before = admin.contents()
    answer = admin(action, keyId=key.key_id)
    assert (answer["status"], answer["error"]["code"]) == (status, code)
    assert admin.contents() == before


@pytest.mark.parametrize("action", ["rotate", "clone", "update", "restore"])
def test_an_unknown_key_is_not_found(admin: Admin, action: str) -> None:
    """404, and nothing is written."""
    before = admin.contents()
    assert admin(action, keyId=_ID)["error"]["code"] == "key_not_found"
    assert admin.contents() == before


def test_a_retried_rotation_gives_the_same_sister_a_new_key(admin: Admin) -> None:
    """One sister; the key returned last works; the old key's end does not move."""
    old, _ = admin.issued(**_DESCRIBED)
    first = admin("rotate", keyId=old.key_id, requestToken=_TOKEN)
    admin.now += 600
    second = admin("rotate", keyId=old.key_id, requestToken=_TOKEN)
    sister = derived_key_id(_TOKEN)
    assert first["record"]["keyId"] == second["record"]["keyId"] == sister
    assert first["record"]["expirationDate"] == second["record"]["expirationDate"]
    assert first["previous"]["expirationDate"] == second["previous"]["expirationDate"]
    stored = admin.record(sister)["digest"]
    assert not digest.matches(stored, first["key"])
    assert digest.matches(stored, second["key"])


def test_a_token_of_another_rotation_is_a_conflict(admin: Admin) -> None:
    """409, and neither key changes."""
    one, two = admin.issued()[0], admin.issued(client="Other")[0]
    admin("rotate", keyId=one.key_id, requestToken=_TOKEN)
    before = admin.contents()
    answer = admin("rotate", keyId=two.key_id, requestToken=_TOKEN)
    assert (answer["status"], answer["error"]["code"]) == (409, "request_token_used")
    assert admin.contents() == before


@pytest.mark.only_in("secretsmanager")
def test_a_sister_is_taken_back_if_the_old_key_changed_meanwhile(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """409: a disable that came first stays, and no second live key is left."""
    old, _ = admin.issued()
    store = type(admin.deployment.store)
    create = store.create

    def overtaken(*arguments: Any) -> str:
        disabled = admin.record(old.key_id) | {"enabled": False}
        admin.overwrite(f"APIKEY_{old.key_id}", json.dumps(disabled))
        return create(*arguments)

    monkeypatch.setattr(store, "create", overtaken)
    answer = admin("rotate", keyId=old.key_id)
    assert (answer["status"], answer["error"]["code"]) == (409, "version_conflict")
    monkeypatch.undo()
    records = admin("list")["records"]
    assert [(record["keyId"], record["state"]) for record in records] == [
        (old.key_id, "disabled")
    ]


def test_the_longest_life_holds_for_a_sister_too(aws: None) -> None:
    """``MAX_LIFETIME_DAYS`` bounds what is asked for and what is inherited."""
    del aws
    long_lived, _ = Admin().issued(lifetimeDays=90)
    admin = Admin(MAX_LIFETIME_DAYS="30")
    before = admin.contents()
    refused = admin("rotate", keyId=long_lived.key_id)
    assert (refused["status"], refused["error"]["field"]) == (400, "expirationDate")
    assert admin.contents() == before
    answer = admin("rotate", keyId=long_lived.key_id, lifetimeDays=30)
    assert answer["status"] == 201


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"client": "Other", "enabled": False}, {"client": "Other", "enabled": False}),
        ({"roles": ["writer"]}, {"roles": ["WRITER"]}),
        ({"lifetimeDays": 1}, {"expirationDate": "2027-01-17T08:00:00Z"}),
    ],
)
def test_a_clone_is_like_its_model_but_for_what_is_given(
    admin: Admin, changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Another key, unlinked, with as long a life from its own issue."""
    model, issued = admin.issued(**_DESCRIBED)
    admin.now += _DAY
    before = admin.record(model.key_id)
    answer = admin("clone", keyId=model.key_id, **changes)
    assert answer["status"] == 201
    inherited = {
        **_DESCRIBED,
        "enabled": True,
        "issueDate": "2027-01-16T08:00:00Z",
        "expirationDate": "2027-04-16T08:00:00Z",
    }
    expected = inherited | expected
    assert {name: answer["record"][name] for name in expected} == expected
    assert answer["record"]["keyId"] != issued["record"]["keyId"]
    assert not {"replaces", "replacedBy"} & answer["record"].keys()
    assert admin.record(model.key_id) == before


def test_a_clone_has_a_gateway_key_of_its_own_in_the_same_plan(admin: Admin) -> None:
    """Two clients, two quotas; or in another plan, if one is given."""
    plan, other = (
        admin.gateway.create_usage_plan(name=name)["id"] for name in ("gold", "silver")
    )
    model, _ = admin.issued(usagePlanId=plan)
    ids = [model.key_id] + [
        admin("clone", keyId=model.key_id, **fields)["record"]["keyId"]
        for fields in ({}, {"usagePlanId": other})
    ]
    records = [admin.record(key_id) for key_id in ids]
    assert len({record["usageKeyId"] for record in records}) == 3
    assert [record["usagePlanId"] for record in records] == [plan, plan, other]


@pytest.mark.parametrize(("first", "second"), [(60, 61), (61, 60), (0, 86_400)])
def test_a_repeat_with_another_overlap_is_refused(
    admin: Admin, first: int, second: int
) -> None:
    """409, and both keys stay as the first try left them."""
    old, _ = admin.issued()
    admin("rotate", keyId=old.key_id, overlapSeconds=first, requestToken=_TOKEN)
    before = admin.contents()
    answer = admin(
        "rotate", keyId=old.key_id, overlapSeconds=second, requestToken=_TOKEN
    )
    assert (answer["status"], answer["error"]["code"]) == (409, "request_token_used")
    assert admin.contents() == before
