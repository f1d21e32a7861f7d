"""What hands out a credential, or lets one pass again, has a gateway key that works."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from admin.errors import Code, RefusedError, conflict
from admin.stores.engine import NameTakenError
from apikeys.key import derived_key_id
from tests.builders import foreign_key
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = "t" * 32
_DAY = 86_400
_ACME = {"client": "Acme", "requestToken": _TOKEN}
_OLGA = _ACME | {"login": "olga"}


def _plan(admin: Admin) -> str:
    return str(admin.gateway.create_usage_plan(name="gold")["id"])


def _remove(admin: Admin, plan: str, *key_ids: str) -> None:
    """Remove gateway keys as a person may in API Gateway's console."""
    for key_id in key_ids:
        # Of the plan, too: AWS sees to that, moto does not.
        admin.gateway.delete_usage_plan_key(usagePlanId=plan, keyId=key_id)
        admin.gateway.delete_api_key(apiKey=key_id)


def _assert_is_metered(admin: Admin, answer: dict[str, Any], plan: str) -> None:
    assert answer["status"] < 300, answer
    (key_id,) = admin.gateway_keys()
    assert answer["record"]["usageKeyId"] == key_id
    members = admin.gateway.get_usage_plan_keys(usagePlanId=plan)["items"]
    assert [member["id"] for member in members] == [key_id]


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("issue", _ACME),
        ("issue", _OLGA),
        ("import", {"client": "Acme", "key": foreign_key()}),
    ],
    ids=["key", "account", "imported key"],
)
def test_a_repeat_makes_up_for_a_gateway_key_that_is_gone(
    admin: Admin, action: str, fields: dict[str, Any]
) -> None:
    """Else it would say 201 of what API Gateway refuses; and so does the next one."""
    plan = _plan(admin)
    assert admin(action, **fields, usagePlanId=plan)["status"] == 201
    for _ in range(2):
        _remove(admin, plan, *admin.gateway_keys())
        _assert_is_metered(admin, admin(action, **fields, usagePlanId=plan), plan)


@pytest.mark.parametrize(
    ("model", "more"),
    [({}, {}), ({"login": "olga"}, {"newLogin": "otto"})],
    ids=["key", "account"],
)
def test_a_repeated_clone_makes_up_for_it_too(
    admin: Admin, model: dict[str, str], more: dict[str, str]
) -> None:
    """Its model keeps its own."""
    plan = _plan(admin)
    issued = admin("issue", client="Acme", usagePlanId=plan, **model)["record"]
    asked = (model or {"keyId": issued["keyId"]}) | more | {"requestToken": _TOKEN}
    made = admin("clone", **asked)["record"]
    _remove(admin, plan, made["usageKeyId"])
    answer = admin("clone", **asked)
    assert answer["status"] == 201
    kept = {issued["usageKeyId"], answer["record"]["usageKeyId"]}
    assert set(admin.gateway_keys()) == kept
    assert len(kept) == 2


@pytest.mark.parametrize("repeats", [False, True])
def test_a_rotated_password_comes_with_a_gateway_key(
    admin: Admin, *, repeats: bool
) -> None:
    """As a rotated key does."""
    plan = _plan(admin)
    admin("issue", client="Acme", login="olga", usagePlanId=plan)
    asked = {"login": "olga", "requestToken": _TOKEN}
    if repeats:
        assert admin("rotate", **asked)["status"] == 201
    _remove(admin, plan, *admin.gateway_keys())
    _assert_is_metered(admin, admin("rotate", **asked), plan)


@pytest.mark.parametrize(
    ("action", "fields"),
    [("update", {"lifetimeDays": 30}), ("update", {"neverExpires": True})],
)
def test_an_update_that_brings_a_record_back_makes_up_for_it(
    admin: Admin, action: str, fields: dict[str, Any]
) -> None:
    """A later end may revive what had ended."""
    plan = _plan(admin)
    key, _ = admin.issued(usagePlanId=plan, lifetimeDays=1)
    admin.now += 2 * _DAY
    _remove(admin, plan, *admin.gateway_keys())
    answer = admin(action, keyId=key.key_id, **fields)
    _assert_is_metered(admin, answer, plan)
    assert answer["record"]["state"] == "active"


def test_an_enabled_record_has_a_gateway_key(admin: Admin) -> None:
    """What passes again is metered again."""
    plan = _plan(admin)
    key, _ = admin.issued(usagePlanId=plan)
    admin("disable", keyId=key.key_id)
    _remove(admin, plan, *admin.gateway_keys())
    _assert_is_metered(admin, admin("enable", keyId=key.key_id), plan)


def test_what_takes_rights_away_needs_no_api_gateway(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does another description: an outage there stops neither."""
    key, _ = admin.issued(usagePlanId=_plan(admin), roles=["READER"])
    monkeypatch.setattr(admin.gateway, "create_usage_plan_key", pytest.fail)
    for action, fields in (
        ("update", {"roles": []}),
        ("update", {"description": "x"}),
        ("disable", {}),
        ("revoke", {}),
    ):
        assert admin(action, keyId=key.key_id, **fields)["status"] == 200


def test_a_plan_that_is_gone_is_named(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """400, and the record stays as it was."""
    key, _ = admin.issued(usagePlanId=_plan(admin), enabled=False)

    def absent(**_: Any) -> Any:
        raise admin.gateway.exceptions.NotFoundException({}, "CreateUsagePlanKey")

    monkeypatch.setattr(admin.gateway, "create_usage_plan_key", absent)
    for action, fields in (("enable", {}), ("update", {"neverExpires": True})):
        before = admin.contents()
        answer = admin(action, keyId=key.key_id, **fields)
        assert (answer["status"], answer["error"]["field"]) == (400, "usagePlanId")
        assert admin.contents() == before


def test_a_repeat_that_is_refused_takes_nothing_from_what_was_made(
    admin: Admin,
) -> None:
    """The model of a clone is gone by then; the clone is in use."""
    model, _ = admin.issued(usagePlanId=_plan(admin))
    asked = {"keyId": model.key_id, "requestToken": _TOKEN}
    made = admin("clone", **asked)["record"]
    admin("revoke", keyId=model.key_id)
    assert admin("clone", **asked)["error"]["code"] == "key_revoked"
    assert admin.gateway_keys() == [made["usageKeyId"]]


def test_a_record_that_others_keep_writing_is_a_conflict(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """409, and no gateway key is left that no record names."""
    plan = _plan(admin)
    key, _ = admin.issued(usagePlanId=plan, enabled=False)
    _remove(admin, plan, *admin.gateway_keys())

    def overtaken(*_: object) -> Any:
        raise conflict("the record")

    monkeypatch.setattr(admin.deployment.records, "replace", overtaken)
    answer = admin("enable", keyId=key.key_id)
    assert (answer["status"], answer["error"]["code"]) == (409, "version_conflict")
    assert admin.gateway_keys() == []


def test_a_record_that_lost_the_id_of_its_gateway_key_finds_it_again(
    admin: Admin,
) -> None:
    """By its name: a second would cost the client its count."""
    plan = _plan(admin)
    key, _ = admin.issued(usagePlanId=plan, enabled=False)
    record = admin.record(key.key_id)
    del record["usageKeyId"]
    admin.overwrite(f"APIKEY_{key.key_id}", json.dumps(record))
    _assert_is_metered(admin, admin("enable", keyId=key.key_id), plan)


def test_a_taken_name_whose_record_can_not_be_read_yet_keeps_its_gateway_key(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another attempt found it by its name, and the record that it wrote names it."""
    plan = _plan(admin)

    def taken(*_: object) -> Any:
        raise NameTakenError

    monkeypatch.setattr(admin.deployment.records, "create", taken)
    answer = admin("issue", **_ACME, usagePlanId=plan)
    assert answer["error"]["code"] == "key_id_taken"
    assert len(admin.gateway_keys()) == 1


def test_a_gateway_key_goes_without_a_sister_that_was_only_announced(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rotation was stopped before it wrote anything; then the key is revoked."""
    key, _ = admin.issued(usagePlanId=_plan(admin))

    def refuse(*_: object) -> Any:
        raise RefusedError(Code.STORE_UNAVAILABLE, "no")

    monkeypatch.setattr(admin.deployment.rotations, "create", refuse)
    assert admin("rotate", keyId=key.key_id)["status"] == 503
    assert admin("revoke", keyId=key.key_id)["status"] == 200
    assert admin.gateway_keys() == []


def test_a_sister_with_a_gateway_key_of_its_own_keeps_it(admin: Admin) -> None:
    """Theirs was removed by hand, and hers made anew; then the old key is revoked."""
    plan = _plan(admin)
    old, _ = admin.issued(usagePlanId=plan)
    sister = admin("rotate", keyId=old.key_id)["record"]["keyId"]
    admin("disable", keyId=sister)
    _remove(admin, plan, *admin.gateway_keys())
    enabled = admin("enable", keyId=sister)
    assert admin("revoke", keyId=old.key_id)["status"] == 200
    _assert_is_metered(admin, enabled, plan)


def _revokes_it(admin: Admin, login: str) -> None:
    """End the account of this login, and its gateway key."""
    assert admin("revoke", login=login)["status"] == 200


def _clones_what_is_not_there(admin: Admin, login: str) -> None:
    """Mistype the model; what an earlier try made for the login is removed."""
    _revokes_it(admin, login)
    # Purged, as it is after some days.
    admin.now += 31 * _DAY
    admin.secrets.delete_secret(
        SecretId=admin.deployment.settings.login_name_prefix + login,
        ForceDeleteWithoutRecovery=True,
    )
    assert admin("clone", login="nobody", newLogin=login)["status"] == 404


@pytest.mark.parametrize("act", [_revokes_it, _clones_what_is_not_there])
@pytest.mark.parametrize("where", ["prod", "dev"])
def test_an_account_never_gets_the_gateway_key_of_another_record(
    admin: Admin, where: str, act: Callable[[Admin, str], None]
) -> None:
    """Not if its login reads as a key's id, nor that of the same login elsewhere."""
    del admin
    prod = Admin(STACK_NAME="prod", CREDENTIALS="api-key,basic")
    other = Admin(
        STACK_NAME=where,
        CREDENTIALS="api-key,basic",
        LOGIN_NAME_PREFIX="APIUSER_" if where == "prod" else "DEVUSER_",
    )
    plan = _plan(prod)
    like_a_key = derived_key_id(_TOKEN)
    logins = [like_a_key, "olga"] if where == "dev" else [like_a_key]
    for login in logins:
        other("issue", client="Acme", login=login, usagePlanId=plan)
    key = prod("issue", **_ACME, usagePlanId=plan)["record"]
    assert key["keyId"] == like_a_key
    olga = prod("issue", client="Acme", login="olga", usagePlanId=plan)["record"]
    for login in logins:
        act(other, login)
    assert set(prod.gateway_keys()) == {key["usageKeyId"], olga["usageKeyId"]}


def test_a_function_that_may_not_touch_a_record_puts_it_into_no_plan(
    admin: Admin,
) -> None:
    """Not by a ``restore`` of what is not revoked: somebody may have taken it out."""
    plan = _plan(admin)
    issued = admin("issue", client="Acme", usagePlanId=plan)["record"]
    admin.gateway.delete_usage_plan_key(usagePlanId=plan, keyId=issued["usageKeyId"])
    answer = Admin(GRANTABLE_ROLES="READER")("restore", keyId=issued["keyId"])
    assert answer["error"]["code"] == "not_permitted"
    assert admin.gateway.get_usage_plan_keys(usagePlanId=plan)["items"] == []
