"""One promise of ``requestToken``, for keys and accounts, whichever release wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from apikeys import digest
from apikeys.key import derived_key_id
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = "0123456789abcdef-0123456789ABCDEF"
_KEY_ID = derived_key_id(_TOKEN)
_OLD_ID = "cMbvYJViT8vkSHS0"

# As the release before wrote them, at the time of the tests and under the token.
_ISSUED: dict[str, Any] = {
    "schemaVersion": 1,
    "keyId": _KEY_ID,
    "digest": "$sha256$15JSZPDIHkcifpoMBCVOElJGaUm2RGkLvM1mnx1IpBQ",
    "signedBy": "2faaab1dc660561f",
    "issuer": "apikeys",
    "enabled": True,
    "roles": ["READER", "WRITER"],
    "client": "Acme",
    "name": "Nightly",
    "issueDate": "2027-01-15T08:00:00",
    "expirationDate": "2027-01-22T08:00:00",
}
_ISSUE: dict[str, Any] = {
    "action": "issue",
    "client": "Acme",
    "roles": ["WRITER", "READER"],
    "name": "Nightly",
    "lifetimeDays": 7,
    "requestToken": _TOKEN,
}
_SISTER: dict[str, Any] = {
    "schemaVersion": 1,
    "keyId": _KEY_ID,
    "digest": "$sha256$I0z-02e4fKIjQWdV7tKtxQpVJeeieVgFKmmD2qG1ua0",
    "signedBy": "2faaab1dc660561f",
    "client": "Acme",
    "issuer": "apikeys",
    "roles": ["READER"],
    "enabled": True,
    "replaces": _OLD_ID,
    "overlapSeconds": 60,
    "issueDate": "2027-01-15T08:00:00",
    "expirationDate": "2027-04-15T08:00:00",
}
_ROTATED: dict[str, Any] = {
    "schemaVersion": 1,
    "keyId": _OLD_ID,
    "digest": "$sha256$KebZv6M2zB198BdI3HrdpcyiktC5tmgZ_hXh0OGqCFg",
    "signedBy": "2faaab1dc660561f",
    "issuer": "apikeys",
    "enabled": True,
    "roles": ["READER"],
    "client": "Acme",
    "issueDate": "2027-01-15T08:00:00",
    "expirationDate": "2027-01-15T08:01:00",
    "replacedBy": _KEY_ID,
}
_ROTATE: dict[str, Any] = {
    "action": "rotate",
    "keyId": _OLD_ID,
    "overlapSeconds": 60,
    "requestToken": _TOKEN,
}
_ACCOUNT: dict[str, Any] = {
    "schemaVersion": 1,
    "login": "olga",
    "digest": "$argon2id$v=19$m=19456,t=2,p=1$Q+aNTheNse0T3f6HCxdIEA"
    "$sN19yY0E1aFUSUxJQcXX8es0gNPdj6UCFB8bRXlOuHQ",
    "issuer": "apikeys",
    "enabled": True,
    "roles": ["READER", "WRITER"],
    "client": "HOPEX",
    "issueDate": "2027-01-15T08:00:00",
    "expirationDate": "2027-04-15T08:00:00",
    "attempt": {
        "request": "0f9f6ca0787b99a9912f9485b2b655c4",
        "record": "e300f4f4ce2f3ed583b3bd5c9d6a9e24",
    },
}
_ISSUE_ACCOUNT: dict[str, Any] = {
    "action": "issue",
    "login": "olga",
    "client": "HOPEX",
    "roles": ["WRITER", "READER"],
    "requestToken": _TOKEN,
}


@pytest.fixture
def before(aws: None) -> Admin:
    """Return the actions over what the release before left behind."""
    del aws
    return Admin(CREDENTIALS="api-key,basic")


def _keep(admin: Admin, *records: dict[str, Any]) -> None:
    for record in records:
        name = f"APIUSER_{record['login']}" if "login" in record else None
        admin.secrets.create_secret(
            Name=name or f"APIKEY_{record['keyId']}", SecretString=json.dumps(record)
        )


@pytest.mark.only_in("secretsmanager")
@pytest.mark.parametrize(
    ("records", "request_", "shown"),
    [
        ([_ISSUED], _ISSUE, "key"),
        ([_SISTER, _ROTATED], _ROTATE, "key"),
        ([_ACCOUNT], _ISSUE_ACCOUNT, "password"),
    ],
    ids=["issue", "rotate", "account"],
)
def test_what_an_older_release_wrote_is_repeated(
    before: Admin, records: list[dict[str, Any]], request_: dict[str, Any], shown: str
) -> None:
    """More than once, to the last second; nothing else of the record changes."""
    _keep(before, *records)
    first = records[0]
    name = f"APIUSER_{first['login']}" if "login" in first else f"APIKEY_{_KEY_ID}"
    for wait in (1, 899):
        before.now += wait
        answer = before.send(request_)
        assert answer["status"] == 201, answer
        stored = json.loads(before.stored(name))
        assert digest.matches(stored["digest"], answer[shown])
        apart = {"digest", "signedBy", "attempt"}
        kept = [{n: r[n] for n in r.keys() - apart} for r in (stored, first)]
        assert kept[0] == kept[1]
        # Which the release before could still read, if it is put back.
        assert stored["attempt"] == first.get("attempt", stored["attempt"])
    for other in records[1:]:
        assert before.record(other["keyId"]) == other


def _later(admin: Admin) -> None:
    admin.now += 901


def _disable(admin: Admin) -> None:
    admin("disable", keyId=_KEY_ID)


def _rename(admin: Admin) -> None:
    admin("update", keyId=_KEY_ID, name="Changed")


def _lengthen(admin: Admin) -> None:
    admin("update", keyId=_KEY_ID, neverExpires=True)


@pytest.mark.only_in("secretsmanager")
@pytest.mark.parametrize(
    ("records", "request_", "change"),
    [
        *(([_ISSUED], _ISSUE, c) for c in (_later, _disable, _rename, _lengthen)),
        *(([_SISTER, _ROTATED], _ROTATE, c) for c in (_later, _disable, _rename)),
    ],
)
def test_what_an_older_release_wrote_is_repeated_only_as_it_was(
    before: Admin,
    records: list[dict[str, Any]],
    request_: dict[str, Any],
    change: Callable[[Admin], None],
) -> None:
    """409 where it is too late or the record was changed, and all stays."""
    _keep(before, *records)
    change(before)
    contents = before.contents()
    answer = before.send(request_)
    assert (answer["status"], answer["error"]["code"]) == (409, "request_token_used")
    assert before.contents() == contents


@pytest.mark.only_in("secretsmanager")
@pytest.mark.parametrize(
    ("records", "request_"),
    [
        ([_ISSUED], _ISSUE | {"client": "Other"}),
        ([_ISSUED], _ISSUE | {"lifetimeDays": 8}),
        ([_ISSUED], _ISSUE | {"roles": ["READER"]}),
        ([_ISSUED], _ISSUE | {"usagePlanId": "gold"}),
        ([_SISTER, _ROTATED], _ROTATE | {"overlapSeconds": 61}),
        ([_SISTER, _ROTATED], _ROTATE | {"enabled": False}),
        ([_SISTER, _ROTATED], _ROTATE | {"lifetimeDays": 8}),
    ],
)
def test_another_request_repeats_nothing_that_an_older_release_wrote(
    before: Admin, records: list[dict[str, Any]], request_: dict[str, Any]
) -> None:
    """409, and all stays."""
    _keep(before, *records)
    contents = before.contents()
    answer = before.send(request_)
    assert (answer["status"], answer["error"]["code"]) == (409, "request_token_used")
    assert before.contents() == contents


@pytest.mark.parametrize("change", [_later, _disable, _rename, _lengthen])
def test_a_rotation_is_repeated_only_while_the_sister_is_as_it_was(
    admin: Admin, change: Callable[[Admin], None]
) -> None:
    """409 for the sister, whose own end counts as well."""
    old, _ = admin.issued()
    request = {"keyId": old.key_id, "requestToken": _TOKEN}
    assert admin("rotate", **request)["status"] == 201
    change(admin)
    contents = admin.contents()
    assert admin("rotate", **request)["error"]["code"] == "request_token_used"
    assert admin.contents() == contents


def test_a_usage_plan_that_an_older_release_joined_is_kept(before: Admin) -> None:
    """One gateway key, of the plan that was asked for and of no other."""
    plan = before.gateway.create_usage_plan(name="gold")["id"]
    key, _ = before.issued(requestToken=_TOKEN, usagePlanId=plan)
    record = before.record(key.key_id)
    del record["attempt"]
    before.overwrite(f"APIKEY_{key.key_id}", json.dumps(record))
    fields = {"client": "Acme", "requestToken": _TOKEN}
    for other in ({}, {"usagePlanId": "silver"}):
        assert before("issue", **fields, **other)["status"] == 409
    assert before("issue", **fields, usagePlanId=plan)["status"] == 201
    assert before.gateway_keys() == [record["usageKeyId"]]


def test_the_fingerprint_of_a_request_is_shown_to_nobody(admin: Admin) -> None:
    """It is in a key's record if there was a token, and decides nothing."""
    key, answer = admin.issued(requestToken=_TOKEN, roles=["READER"])
    plain, _ = admin.issued(roles=["READER"])
    assert "attempt" in admin.record(key.key_id)
    assert "attempt" not in admin.record(plain.key_id)
    shown = [answer, admin("get", keyId=key.key_id), admin("list")]
    assert "attempt" not in json.dumps(shown)
    assert admin("verify", credential=key.text)["reason"] == "granted"


def test_a_fingerprint_goes_to_no_sister_and_no_clone(admin: Admin) -> None:
    """It is of the request that made the one record."""
    key, _ = admin.issued(requestToken=_TOKEN)
    for action in ("clone", "rotate"):
        made = admin(action, keyId=key.key_id)["record"]["keyId"]
        assert "attempt" not in admin.record(made)


def test_roles_in_another_order_are_the_same_request(admin: Admin) -> None:
    """They are a set."""
    admin.issued(requestToken=_TOKEN, roles=["READER", "WRITER"])
    answer = admin.issued(requestToken=_TOKEN, roles=["WRITER", "READER", "READER"])[1]
    assert answer["record"]["roles"] == ["READER", "WRITER"]


def test_a_field_that_is_taken_away_makes_another_request(admin: Admin) -> None:
    """``null`` is not the same as nothing said."""
    model, _ = admin.issued(name="Nightly")
    request = {"keyId": model.key_id, "requestToken": _TOKEN}
    assert admin("clone", **request)["record"]["name"] == "Nightly"
    error = admin("clone", **request, name=None)["error"]
    assert error["code"] == "request_token_used"


def test_a_repeated_clone_of_a_key_hands_out_no_role_that_its_model_lost(
    admin: Admin,
) -> None:
    """A narrower function that knows the token gets no key to wider rights."""
    model, _ = admin.issued(roles=["READER", "WRITER"])
    request = {"keyId": model.key_id, "requestToken": _TOKEN}
    key = admin("clone", **request)["key"]
    admin("update", keyId=model.key_id, roles=["READER"])
    narrow = Admin(GRANTABLE_ROLES="READER")
    assert narrow("clone", **request)["error"]["code"] == "role_not_grantable"
    assert admin("verify", credential=key)["reason"] == "granted"


def test_a_repeat_after_the_signing_key_was_changed_is_one(admin: Admin) -> None:
    """The new key is signed by the new signing key, and the record says so."""
    admin.issued(requestToken=_TOKEN)
    before = admin.record(_KEY_ID)
    admin("signing.rotate")
    admin.now += 60
    assert admin("signing.rotate")["phase"] == "promoted"
    key, _ = admin.issued(requestToken=_TOKEN)
    after = admin.record(key.key_id)
    assert (after["keyId"], after["signedBy"] != before["signedBy"]) == (_KEY_ID, True)
    assert admin.issued(requestToken=_TOKEN)[0].key_id == _KEY_ID
