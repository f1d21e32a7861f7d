"""Issuing a key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import argon2
import pytest

from apikeys import digest
from apikeys.decision import Reason, decide
from apikeys.key import Key, derived_key_id
from apikeys.record import Record
from apikeys.roles import RoleMap
from tests.builders import NOW, SIGNING_KEYS, signing_secret
from tests.fakes import ROLES_NAME, SIGNING_NAME
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = "0123456789abcdef-0123456789ABCDEF"
_SESSION = {"environment": "P", "repository": "M", "profile": "A"}


def _granted(admin: Admin, key: Key, now: float = NOW) -> Reason:
    """Return what the authorizer decides about a key by its stored record."""
    record = Record.parse(admin.stored(f"APIKEY_{key.key_id}"), key_id=key.key_id)
    return decide(record, key.text, now=now, matches=digest.matches_any)


def test_an_issued_key_is_answered_once_and_works(admin: Admin) -> None:
    """201, the key, and the public view of its record."""
    key, answer = admin.issued(roles=["reader", "WRITER", "READER"], name="Zoë's key")
    version = answer["record"].pop("version")
    assert answer == {
        "status": 201,
        "key": key.text,
        "record": {
            "keyId": key.key_id,
            "client": "Acme",
            "issuer": "apikeys",
            "name": "Zoë's key",
            "issueDate": "2027-01-15T08:00:00Z",
            "expirationDate": "2027-04-15T08:00:00Z",
            "enabled": True,
            "roles": ["READER", "WRITER"],
            "schemaVersion": 1,
            "state": "active",
            "expiresInDays": 90,
        },
        "effectiveWithinSeconds": 60,
        "recordTtlSeconds": 30,
    }
    assert key.is_genuine(SIGNING_KEYS)
    assert _granted(admin, key) is Reason.GRANTED
    shown = admin("get", keyId=key.key_id)["record"]
    assert shown == answer["record"] | {"version": version}


def test_the_stored_record_holds_a_digest_and_no_key(admin: Admin) -> None:
    """Under the name of the key id; no part of the secret is anywhere in it."""
    key, _ = admin.issued(description="Text", issuer="Ops", session=_SESSION)
    stored = admin.record(key.key_id)
    assert stored["digest"] == digest.fast(key.text)
    assert (stored["description"], stored["issuer"]) == ("Text", "Ops")
    assert stored["session"] == _SESSION
    assert stored["roles"] == []
    text = admin.stored(f"APIKEY_{key.key_id}")
    secret = key.text.split("_")[2]
    assert not any(secret[i : i + 8] in text for i in range(len(secret) - 7))


def test_every_key_is_another(admin: Admin) -> None:
    """Other id, other secret, for the same request."""
    keys = [admin.issued()[0] for _ in range(5)]
    assert len({key.key_id for key in keys}) == 5
    assert len({key.text[20:63] for key in keys}) == 5


def test_the_prefix_is_a_setting(aws: None) -> None:
    """Of the key and of the stored secret's name."""
    del aws
    admin = Admin(KEY_PREFIX="acme1", SECRET_NAME_PREFIX="dev/", DEFAULT_ISSUER="Dev")
    key, answer = admin.issued()
    assert (key.prefix, answer["record"]["issuer"]) == ("acme1", "Dev")
    assert json.loads(admin.stored(f"dev/{key.key_id}"))["keyId"] == key.key_id


def test_slow_digests_are_a_setting(aws: None) -> None:
    """``KEY_HASH=argon2id``: the record verifies, with the design's parameters."""
    del aws
    admin = Admin(KEY_HASH="argon2id")
    key, _ = admin.issued()
    found = argon2.extract_parameters(admin.record(key.key_id)["digest"])
    assert (found.memory_cost, found.time_cost, found.parallelism) == (19_456, 2, 1)
    assert _granted(admin, key) is Reason.GRANTED


@pytest.mark.parametrize(
    ("fields", "ends_at", "days"),
    [
        ({}, "2027-04-15T08:00:00Z", 90),
        ({"lifetimeDays": 1}, "2027-01-16T08:00:00Z", 1),
        ({"lifetimeDays": 36_500}, "2126-12-22T08:00:00Z", 36_500),
        ({"expirationDate": "2027-01-15T08:00:01"}, "2027-01-15T08:00:01Z", 0),
        ({"expirationDate": "9999-12-31T23:59:59"}, "9999-12-31T23:59:59Z", 2_912_064),
        ({"neverExpires": True}, None, None),
        ({"neverExpires": False, "lifetimeDays": 7}, "2027-01-22T08:00:00Z", 7),
    ],
)
def test_a_key_ends_when_it_was_asked_to(
    admin: Admin, fields: dict[str, Any], ends_at: str | None, days: int | None
) -> None:
    """After 90 days, after so many, at a date, or never where that was said."""
    _, answer = admin.issued(**fields)
    record = answer["record"]
    assert (record["expirationDate"], record["expiresInDays"]) == (ends_at, days)


@pytest.mark.parametrize(
    ("environ", "fields", "field"),
    [
        ({}, {"expirationDate": "2027-01-15T08:00:00"}, "expirationDate"),
        ({}, {"expirationDate": "1999-01-01T00:00:00"}, "expirationDate"),
        ({"MAX_LIFETIME_DAYS": "30"}, {"lifetimeDays": 31}, "lifetimeDays"),
        ({"MAX_LIFETIME_DAYS": "30"}, {"neverExpires": True}, "neverExpires"),
        (
            {"MAX_LIFETIME_DAYS": "30"},
            {"expirationDate": "2027-02-14T08:00:01"},
            "expirationDate",
        ),
    ],
)
def test_an_end_out_of_bounds_is_refused(
    aws: None, environ: dict[str, str], fields: dict[str, Any], field: str
) -> None:
    """In the past, or later than the deployment allows; nothing is written."""
    del aws
    admin = Admin(**environ)
    before = admin.contents()
    answer = admin("issue", client="Acme", **fields)
    assert (answer["status"], answer["error"]["code"]) == (400, "invalid_request")
    assert answer["error"]["field"] == field
    assert admin.contents() == before


@pytest.mark.parametrize(
    "fields", [{"lifetimeDays": 30}, {"expirationDate": "2027-02-14T08:00:00"}]
)
def test_the_longest_life_itself_is_allowed(aws: None, fields: dict[str, Any]) -> None:
    """Exactly ``MAX_LIFETIME_DAYS``."""
    del aws
    admin = Admin(MAX_LIFETIME_DAYS="30", DEFAULT_LIFETIME_DAYS="7")
    assert admin.issued(**fields)[1]["record"]["expiresInDays"] == 30
    assert admin.issued()[1]["record"]["expiresInDays"] == 7


def test_a_key_may_be_issued_disabled(admin: Admin) -> None:
    """It is refused until it is enabled."""
    key, answer = admin.issued(enabled=False)
    assert (answer["record"]["state"], _granted(admin, key)) == (
        "disabled",
        Reason.DISABLED,
    )


def test_roles_must_be_in_the_role_map(admin: Admin) -> None:
    """400 with their names; nothing is written."""
    before = admin.contents()
    answer = admin("issue", client="Acme", roles=["READER", "nobody", "NOTHING"])
    assert answer == {
        "status": 400,
        "error": {
            "code": "invalid_request",
            "message": "roles: not in the role map: NOBODY, NOTHING",
            "field": "roles",
        },
    }
    assert admin.contents() == before


def test_without_a_role_map_only_keys_without_roles_are_issued(admin: Admin) -> None:
    """The map comes first."""
    admin.secrets.delete_secret(SecretId=ROLES_NAME, ForceDeleteWithoutRecovery=True)
    answer = admin("issue", client="Acme", roles=["READER"])
    message = "roles: there is no role map yet (roles.put)"
    assert (answer["status"], answer["error"]["message"]) == (400, message)
    issued = admin.issued()[1]
    assert issued["record"]["roles"] == []
    (finding,) = issued["findings"]
    assert finding["message"] == (
        "without a role it opens no route, or every route that no role names: no role "
        "map says which yet"
    )


def test_roles_that_make_too_long_a_policy_together_are_refused(admin: Admin) -> None:
    """400 with the bytes, though each role alone is fine."""
    routes = {
        name: {"allow": [f"GET /{name.lower() * 40}/{n:03}" for n in range(45)]}
        for name in ("A", "B")
    }
    assert admin("roles.put", roleMap={"roles": routes})["status"] == 200
    admin.issued(roles=["A"])
    answer = admin("issue", client="Acme", roles=["A", "B"])
    role_map = RoleMap.parse({"roles": routes})
    length = role_map.grant(["A", "B"]).bytes
    assert answer == {
        "status": 400,
        "error": {
            "code": "invalid_request",
            "message": f"roles: together a policy of {length} bytes, at most 8192 fit",
            "field": "roles",
        },
    }


@pytest.mark.parametrize("text", ["not JSON", '{"current": "short"}', "{}"])
def test_a_corrupt_signing_secret_is_a_misconfiguration(
    admin: Admin, text: str
) -> None:
    """500, nothing written, nothing of it shown."""
    admin.overwrite(SIGNING_NAME, text)
    before = admin.contents()
    answer = admin("issue", client="Acme")
    assert (answer["status"], answer["error"]["code"]) == (500, "misconfigured")
    assert "short" not in answer["error"]["message"].replace("shorter", "")
    assert admin.contents() == before


def test_a_missing_signing_secret_is_a_misconfiguration(admin: Admin) -> None:
    """500: there is nothing to sign with."""
    admin.secrets.delete_secret(SecretId=SIGNING_NAME)
    answer = admin("issue", client="Acme")
    assert answer["error"] == {
        "code": "misconfigured",
        "message": "the signing secret is missing",
    }


def test_a_corrupt_role_map_is_a_misconfiguration(admin: Admin) -> None:
    """500 with what is wrong about it."""
    admin.overwrite(ROLES_NAME, '{"roles": []}')
    answer = admin("issue", client="Acme", roles=["READER"])
    assert (answer["status"], answer["error"]["code"]) == (500, "misconfigured")
    (finding,) = answer["error"]["findings"]
    assert finding["message"] == "roles: is a table of roles"


def test_new_keys_are_signed_with_the_current_signing_key(admin: Admin) -> None:
    """Not with a previous one."""
    admin.overwrite(SIGNING_NAME, signing_secret("n" * 64, "o" * 64))
    key, _ = admin.issued()
    assert not key.is_genuine(SIGNING_KEYS)


def test_a_taken_key_id_is_a_conflict(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However unlikely: 409, and the other record stays."""
    monkeypatch.setattr("admin.rules.minting.random_key_id", lambda _entropy: "0" * 16)
    admin.issued()
    before = admin.contents()
    answer = admin("issue", client="Acme")
    assert (answer["status"], answer["error"]["code"]) == (409, "key_id_taken")
    assert admin.contents() == before


def test_a_retry_by_token_gives_the_record_a_new_key(admin: Admin) -> None:
    """One live record; the key returned last works, the lost one no more."""
    lost, first = admin.issued(requestToken=_TOKEN, roles=["READER"])
    admin.now += 899.9
    key, second = admin.issued(requestToken=_TOKEN, roles=["READER"])
    assert lost.key_id == key.key_id == derived_key_id(_TOKEN)
    assert len(admin.contents()) == 3
    assert _granted(admin, lost) is Reason.MISMATCH
    assert _granted(admin, key) is Reason.GRANTED
    for answer in (first, second):
        del answer["key"], answer["record"]["version"]
        answer["record"].pop("expiresInDays")
    assert second == first


def _later(admin: Admin, _key: Key) -> None:
    admin.now += 901


def _disabled(admin: Admin, key: Key) -> None:
    admin("disable", keyId=key.key_id)


def _disabled_and_enabled(admin: Admin, key: Key) -> None:
    _disabled(admin, key)
    record = admin.record(key.key_id) | {"enabled": True, "name": "Changed"}
    admin.overwrite(f"APIKEY_{key.key_id}", json.dumps(record))


def _disabled_by_hand(admin: Admin, key: Key) -> None:
    record = admin.record(key.key_id) | {"enabled": 1}
    admin.overwrite(f"APIKEY_{key.key_id}", json.dumps(record))


def _revoked(admin: Admin, key: Key) -> None:
    admin("revoke", keyId=key.key_id)


def _corrupted(admin: Admin, key: Key) -> None:
    admin.overwrite(f"APIKEY_{key.key_id}", "not JSON")


@pytest.mark.parametrize(
    ("change", "fields", "code"),
    [
        (_later, {}, "request_token_used"),
        (_disabled, {}, "request_token_used"),
        (_disabled_and_enabled, {}, "request_token_used"),
        (_disabled_by_hand, {}, "request_token_used"),
        (_revoked, {}, "key_revoked"),
        (_corrupted, {}, "record_corrupt"),
        (None, {"client": "Other"}, "request_token_used"),
        (None, {"roles": ["WRITER"]}, "request_token_used"),
        (None, {"name": "A name"}, "request_token_used"),
        (None, {"enabled": False}, "request_token_used"),
        (None, {"lifetimeDays": 89}, "request_token_used"),
        (None, {"neverExpires": True}, "request_token_used"),
    ],
)
def test_a_retry_revives_and_changes_nothing(
    admin: Admin,
    change: Callable[[Admin, Key], None] | None,
    fields: dict[str, Any],
    code: str,
) -> None:
    """Later, with other fields or after a change it is 409, and all stays as it is."""
    key, _ = admin.issued(requestToken=_TOKEN, roles=["READER"])
    if change is not None:
        change(admin, key)
    before = admin.contents()
    answer = admin(
        "issue",
        **({"client": "Acme", "requestToken": _TOKEN, "roles": ["READER"]} | fields),
    )
    assert (answer["status"], answer["error"]["code"]) == (409, code)
    assert admin.contents() == before


def test_a_retry_at_the_last_second_is_in_time(admin: Admin) -> None:
    """Fifteen minutes after the first try."""
    admin.issued(requestToken=_TOKEN)
    admin.now += 900
    assert admin.issued(requestToken=_TOKEN)[0].key_id == derived_key_id(_TOKEN)


def test_another_token_is_another_key(admin: Admin) -> None:
    """Tokens do not meet."""
    ids = {admin.issued(requestToken=f"{_TOKEN}{n}")[0].key_id for n in range(3)}
    assert len(ids) == 3


@pytest.fixture
def plan(admin: Admin) -> str:
    """Return the id of a usage plan."""
    return str(admin.gateway.create_usage_plan(name="gold")["id"])


def test_a_key_may_join_a_usage_plan(admin: Admin, plan: str) -> None:
    """Through a gateway key of its own, whose value the client never sees."""
    key, answer = admin.issued(usagePlanId=plan)
    stored = admin.record(key.key_id)
    (usage_key_id,) = admin.gateway_keys()
    made = admin.gateway.get_api_key(apiKey=usage_key_id, includeValue=True)
    assert (made["name"], made["enabled"]) == (f"apikeys/keyId/{key.key_id}", True)
    assert stored["usageIdentifierKey"] == made["value"] != key.text
    assert (stored["usageKeyId"], stored["usagePlanId"]) == (usage_key_id, plan)
    members = admin.gateway.get_usage_plan_keys(usagePlanId=plan)["items"]
    assert [member["id"] for member in members] == [usage_key_id]
    assert made["value"] not in json.dumps(answer)


def test_an_unknown_usage_plan_leaves_nothing_behind(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """400, no record, no gateway key."""
    before = admin.contents()

    def absent(**_arguments: object) -> None:
        raise admin.gateway.exceptions.NotFoundException({}, "CreateUsagePlanKey")

    monkeypatch.setattr(admin.gateway, "create_usage_plan_key", absent)
    answer = admin("issue", client="Acme", usagePlanId="nosuchplan")
    assert answer["error"] == {
        "code": "invalid_request",
        "message": "usagePlanId: there is no such usage plan",
        "field": "usagePlanId",
    }
    assert (admin.contents(), admin.gateway_keys()) == (before, [])


@pytest.mark.only_in("secretsmanager")
@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("canary")])
@pytest.mark.parametrize(
    ("where", "what"),
    [("secrets", "create_secret"), ("gateway", "create_usage_plan_key")],
)
def test_a_repeat_goes_on_with_the_gateway_key_of_a_try_that_was_stopped(
    admin: Admin,
    plan: str,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    where: str,
    what: str,
) -> None:
    """Whatever stopped it: it is not known how far it came, and nothing is undone."""

    def fail(**_arguments: object) -> None:
        raise error

    with monkeypatch.context() as failing:
        failing.setattr(getattr(admin, where), what, fail)
        with pytest.raises(type(error)):
            admin("issue", client="Acme", usagePlanId=plan, requestToken=_TOKEN)
    (left,) = admin.gateway_keys()
    key, _ = admin.issued(usagePlanId=plan, requestToken=_TOKEN)
    assert admin.record(key.key_id)["usageKeyId"] == left
    members = admin.gateway.get_usage_plan_keys(usagePlanId=plan)["items"]
    assert [member["id"] for member in members] == admin.gateway_keys() == [left]


def test_a_gateway_key_of_another_name_or_plan_is_not_taken(
    admin: Admin, plan: str
) -> None:
    """A name may begin another; a try for another plan is not this one."""
    key_id = derived_key_id(_TOKEN)
    for name, described in (
        (f"apikeys/keyId/{key_id}2", f"Usage plan {plan}"),
        (f"apikeys/keyId/{key_id}", "Usage plan other"),
    ):
        admin.gateway.create_api_key(name=name, description=described)
    others = admin.gateway_keys()
    key, _ = admin.issued(usagePlanId=plan, requestToken=_TOKEN)
    assert key.key_id == key_id
    assert admin.record(key_id)["usageKeyId"] not in others


def test_the_gateway_keys_are_looked_through_page_by_page(
    admin: Admin, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account may have ten thousand of them."""
    key_id = derived_key_id(_TOKEN)
    made = admin.gateway.create_api_key(
        name=f"apikeys/keyId/{key_id}", description=f"Usage plan {plan}"
    )
    whole = admin.gateway.get_api_keys

    def paged(**asked: Any) -> Any:
        if "position" not in asked:
            return {"items": [], "position": "next"}
        assert asked.pop("position") == "next"
        return whole(**asked)

    monkeypatch.setattr(admin.gateway, "get_api_keys", paged)
    admin.issued(usagePlanId=plan, requestToken=_TOKEN)
    assert admin.record(key_id)["usageKeyId"] == made["id"]


@pytest.mark.only_in("secretsmanager")
def test_a_clone_that_can_not_be_repeated_leaves_no_gateway_key(
    admin: Admin, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its model was revoked since the try that was stopped."""
    model, _ = admin.issued(usagePlanId=plan)
    asked = {"keyId": model.key_id, "requestToken": _TOKEN}

    def fail(**_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as failing:
        failing.setattr(admin.secrets, "create_secret", fail)
        with pytest.raises(KeyboardInterrupt):
            admin("clone", **asked)
    admin("revoke", keyId=model.key_id)
    assert len(admin.gateway_keys()) == 1
    assert admin("clone", **asked)["error"]["code"] == "key_revoked"
    assert admin.gateway_keys() == []


def test_a_retry_keeps_the_gateway_key(admin: Admin, plan: str) -> None:
    """One gateway key, in the same plan."""
    key, _ = admin.issued(requestToken=_TOKEN, usagePlanId=plan)
    before = admin.record(key.key_id)
    admin.issued(requestToken=_TOKEN, usagePlanId=plan)
    after = admin.record(key.key_id)
    assert after == before | {"digest": after["digest"]}
    assert admin.gateway_keys() == [before["usageKeyId"]]


@pytest.mark.parametrize(
    ("first", "second"),
    [("gold", "silver"), ("gold", None), (None, "gold")],
)
def test_a_retry_for_another_usage_plan_is_a_conflict(
    admin: Admin, first: str | None, second: str | None
) -> None:
    """Other fields are another request: 409, nothing changed, no gateway key more."""
    plans: dict[str | None, str | None] = {None: None}
    for name in ("gold", "silver"):
        plans[name] = admin.gateway.create_usage_plan(name=name)["id"]
    request = {"client": "Acme", "requestToken": _TOKEN}
    assert admin("issue", **request, usagePlanId=plans[first])["status"] == 201
    before = admin.contents(), admin.gateway_keys()
    answer = admin("issue", **request, usagePlanId=plans[second])
    assert (answer["status"], answer["error"]["code"]) == (409, "request_token_used")
    assert (admin.contents(), admin.gateway_keys()) == before


@pytest.mark.parametrize(
    ("unmapped", "warning"),
    [
        ("deny", "without a role it opens no route: every call is 403"),
        ("any-key", "without a role it opens every route that no role names"),
    ],
)
def test_a_key_without_a_role_is_warned_of(
    admin: Admin, unmapped: str, warning: str
) -> None:
    """With what it opens, whichever action makes it so; one with a role is not."""
    role_map = {"unmapped": unmapped, "roles": {"READER": {"allow": ["GET /a"]}}}
    admin.overwrite(ROLES_NAME, json.dumps(role_map))
    bare, issued = admin.issued()
    key, other = admin.issued(roles=["READER"])
    assert "findings" not in other
    told = {"grade": "tell", "roles": [], "route": "", "message": warning}
    answers = [
        issued,
        admin("issue", client="Acme", login="olga"),
        admin("import", client="Acme", key="ABCDEFGHIJKLMNOP12356789"),
        admin("clone", keyId=bare.key_id),
        admin("clone", keyId=key.key_id, roles=[]),
        admin("update", keyId=key.key_id, roles=[]),
    ]
    assert [answer["findings"] for answer in answers] == [[told]] * len(answers)
