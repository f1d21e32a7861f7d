"""What two at once, a lost answer or a fault in the middle must not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from admin.errors import Code, RefusedError, conflict
from apikeys.key import derived_key_id
from tests.unit.admin.doubles import before_next

if TYPE_CHECKING:
    from collections.abc import Callable

    from apikeys.key import Key
    from tests.unit.admin.doubles import Admin

_TOKEN = "t" * 32


def _works(admin: Admin, key: str) -> bool:
    return bool(admin("verify", credential=key)["decision"] == "allow")


@pytest.mark.only_in("secretsmanager")
def test_a_repeat_that_overtakes_the_first_try_leaves_its_own_key_working(
    admin: Admin,
) -> None:
    """The key handed out last is the one that works; the first try says 409."""
    old, issued = admin.issued(roles=["READER"])
    request = {"keyId": old.key_id, "requestToken": _TOKEN, "overlapSeconds": 0}
    repeated: list[Any] = []
    before_next(admin, "replace", lambda: repeated.append(admin("rotate", **request)))
    first = admin("rotate", **request)
    assert (first["status"], repeated[0]["status"]) == (409, 201)
    assert _works(admin, repeated[0]["key"])
    assert admin("get", keyId=old.key_id)["record"]["state"] == "expired"
    assert issued["status"] == 201


@pytest.mark.only_in("secretsmanager")
def test_a_rotation_that_loses_to_another_write_takes_its_sister_back(
    admin: Admin,
) -> None:
    """The other write holds, and no key that nobody has stays behind."""
    old, _ = admin.issued(roles=["READER"])
    before_next(admin, "replace", lambda: admin("disable", keyId=old.key_id))
    answer = admin("rotate", keyId=old.key_id)
    assert (answer["status"], answer["error"]["code"]) == (409, "version_conflict")
    (record,) = admin("list")["records"]
    assert (record["keyId"], record["state"]) == (old.key_id, "disabled")


@pytest.mark.only_in("secretsmanager")
def test_a_rotation_that_loses_leaves_the_sister_to_a_repeat_that_gave_it_a_key(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """409 for the first try; a sister that another handed out is not its to revoke."""
    old, _ = admin.issued(roles=["READER"])
    asked = {"keyId": old.key_id, "requestToken": _TOKEN}

    def refuse(*_: Any) -> Any:
        raise RefusedError(Code.STORE_UNAVAILABLE, "no")

    def before() -> None:
        with monkeypatch.context() as stopped:
            stopped.setattr(admin.deployment.rotations, "retire", refuse)
            assert admin("rotate", **asked)["status"] == 503
        assert admin("update", keyId=old.key_id, name="other")["status"] == 200

    before_next(admin, "replace", before)
    answer = admin("rotate", **asked)
    assert (answer["status"], answer["error"]["code"]) == (409, "version_conflict")
    answer = admin("rotate", **asked)
    assert answer["record"]["keyId"] == derived_key_id(_TOKEN)
    assert _works(admin, answer["key"])


@pytest.mark.only_in("dynamodb")
@pytest.mark.parametrize(
    ("action", "code", "left"),
    [("disable", "version_conflict", ["disabled"]), ("revoke", "key_revoked", [])],
)
def test_a_rotation_in_one_transaction_that_loses_makes_no_sister(
    admin: Admin, action: str, code: str, left: list[str]
) -> None:
    """409 with what the other write did, which holds; nor is a gateway key too many."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    old, _ = admin.issued(roles=["READER"], usagePlanId=plan)
    before_next(admin, "create_replacing", lambda: admin(action, keyId=old.key_id))
    answer = admin("rotate", keyId=old.key_id)
    assert (answer["status"], answer["error"]["code"]) == (409, code)
    assert [record["state"] for record in admin("list")["records"]] == left
    assert len(admin.gateway_keys()) == len(left)


@pytest.mark.only_in("secretsmanager")
def test_a_write_whose_answer_was_lost_is_a_write(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK asks again, and our own first attempt makes the second fail."""
    key, _ = admin.issued(roles=["READER"])
    client = admin.deployment.store._client
    move = client.update_secret_version_stage

    def lost(**arguments: Any) -> Any:
        move(**arguments)
        error = {"Error": {"Code": "InvalidParameterException", "Message": ""}}
        raise client.exceptions.InvalidParameterException(error, "move")

    monkeypatch.setattr(client, "update_secret_version_stage", lost)
    answer = admin("disable", keyId=key.key_id)
    assert (answer["status"], answer["record"]["state"]) == (200, "disabled")


@pytest.mark.only_in("secretsmanager")
def test_a_failed_move_is_not_a_write(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Throttled for good: 503, and the record is as it was."""
    key, _ = admin.issued(roles=["READER"])
    client = admin.deployment.store._client

    def throttled(**_: Any) -> Any:
        error = {"Error": {"Code": "ThrottlingException", "Message": ""}}
        raise ClientError(error, "move")

    with monkeypatch.context() as throttling:
        throttling.setattr(client, "update_secret_version_stage", throttled)
        assert admin("disable", keyId=key.key_id)["status"] == 503
    assert admin("get", keyId=key.key_id)["record"]["state"] == "active"


def _restored_without_its_plan(
    admin: Admin,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[[Key], None] = lambda _: None,
) -> Key:
    """Restore a revoked key whose usage plan is gone by then; return the key."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(roles=["READER"], usagePlanId=plan)
    admin("revoke", keyId=key.key_id)

    def absent(**_: Any) -> Any:
        meanwhile(key)
        raise admin.gateway.exceptions.NotFoundException({}, "CreateUsagePlanKey")

    monkeypatch.setattr(admin.gateway, "create_usage_plan_key", absent)
    answer = admin("restore", keyId=key.key_id)
    assert (answer["status"], answer["error"]["field"]) == (400, "usagePlanId")
    return key


def test_a_restored_key_whose_plan_is_gone_is_revoked_again(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal means that nothing was brought back."""
    key = _restored_without_its_plan(admin, monkeypatch)
    assert not _works(admin, key.text)
    assert admin.gateway_keys() == []


def test_what_another_wrote_meanwhile_is_not_revoked_again(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan is gone, and the restoration refused; but somebody was told 200."""

    def disable(key: Key) -> None:
        assert admin("disable", keyId=key.key_id)["status"] == 200

    key = _restored_without_its_plan(admin, monkeypatch, disable)
    assert admin("get", keyId=key.key_id)["record"]["state"] == "disabled"


@pytest.mark.parametrize("code", [Code.GATEWAY_UNAVAILABLE, Code.STORE_UNAVAILABLE])
def test_a_restoration_that_was_stopped_is_finished_by_a_repeat(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, code: Code
) -> None:
    """With one gateway key, in its plan; once more, it is not revoked."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(roles=["READER"], usagePlanId=plan)
    admin("revoke", keyId=key.key_id)

    def refuse(*_: Any) -> Any:
        raise RefusedError(code, "no")

    with monkeypatch.context() as failing:
        if code is Code.STORE_UNAVAILABLE:
            failing.setattr(admin.deployment.records, "replace", refuse)
        else:
            failing.setattr("admin.stores.usage_plans.UsagePlans.join", refuse)
        assert admin("restore", keyId=key.key_id)["status"] == 503
    # Nothing is taken back after a fault.
    assert _works(admin, key.text)
    answer = admin("restore", keyId=key.key_id)
    assert (answer["status"], answer["record"]["state"]) == (200, "active")
    assert admin.gateway_keys() == [answer["record"]["usageKeyId"]]
    again = admin("restore", keyId=key.key_id)
    assert (again["status"], again["error"]["code"]) == (409, "not_revoked")


def test_a_narrow_function_finishes_no_restoration_out_of_its_reach(
    admin: Admin,
) -> None:
    """403: what lacks its gateway key is not given one."""
    from tests.unit.admin.doubles import Admin as Deployed  # noqa: PLC0415 - its class

    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(roles=["READER"], usagePlanId=plan)
    admin.gateway.delete_api_key(apiKey=admin.gateway_keys()[0])
    narrow = Deployed(GRANTABLE_ROLES="WRITER")
    answer = narrow("restore", keyId=key.key_id)
    assert (answer["status"], answer["error"]["code"]) == (403, "role_not_grantable")
    assert admin.gateway_keys() == []


def test_what_another_writes_while_a_key_is_restored_stays(
    admin: Admin,
) -> None:
    """Both are done: the change, and the gateway key."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(roles=["READER"], usagePlanId=plan)
    admin("revoke", keyId=key.key_id)
    before_next(admin, "replace", lambda: admin("disable", keyId=key.key_id))
    answer = admin("restore", keyId=key.key_id)
    assert (answer["status"], answer["record"]["state"]) == (200, "disabled")
    assert admin.gateway_keys() == [answer["record"]["usageKeyId"]]


@pytest.mark.only_in("secretsmanager")
def test_what_is_revoked_again_while_it_is_restored_is_a_conflict(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, lags: list[float]
) -> None:
    """409, and no outage: a write shows what a read can't tell from lag."""
    key, _ = admin.issued(roles=["READER"])
    admin("revoke", keyId=key.key_id)
    restore = admin.secrets.restore_secret

    def overtaken(**arguments: Any) -> Any:
        restore(**arguments)
        admin("revoke", keyId=key.key_id)

    def refused(**_: Any) -> Any:
        # So AWS answers where moto tags what waits for its deletion.
        raise admin.secrets.exceptions.InvalidRequestException({}, "TagResource")

    monkeypatch.setattr(admin.secrets, "restore_secret", overtaken)
    monkeypatch.setattr(admin.secrets, "tag_resource", refused)
    answer = admin("restore", keyId=key.key_id)
    assert (answer["status"], answer["error"]["code"]) == (409, "version_conflict")
    assert lags == [0.2, 0.4, 0.8]


@pytest.mark.only_in("secretsmanager")
def test_a_revocation_that_a_rotation_overtakes_leaves_the_sister_metered(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although it read the old key before; the sister is announced in its notes."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(usagePlanId=plan)
    delete, rotated = admin.secrets.delete_secret, []

    def overtaken(**arguments: Any) -> Any:
        rotated.append(admin("rotate", keyId=key.key_id)["record"])
        return delete(**arguments)

    monkeypatch.setattr(admin.secrets, "delete_secret", overtaken)
    assert admin("revoke", keyId=key.key_id)["status"] == 200
    (sister,) = rotated
    assert admin.gateway_keys() == [sister["usageKeyId"]]


def test_a_restoration_that_a_revocation_overtakes_is_metered_in_the_end(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It saw the gateway key that the revocation then removed."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(usagePlanId=plan)
    delete = admin.gateway.delete_api_key

    def overtaken(**arguments: Any) -> Any:
        monkeypatch.undo()
        assert admin("restore", keyId=key.key_id)["status"] == 200
        return delete(**arguments)

    monkeypatch.setattr(admin.gateway, "delete_api_key", overtaken)
    assert admin("revoke", keyId=key.key_id)["status"] == 200
    assert admin.gateway_keys() == [admin.record(key.key_id)["usageKeyId"]]


@pytest.mark.only_in("secretsmanager")
def test_a_key_that_is_revoked_while_it_is_rotated_takes_its_sister_along(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """409 key_revoked, and neither a key nor a gateway key that nobody has."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    old, _ = admin.issued(roles=["READER"], usagePlanId=plan)

    def revoked(*_: Any) -> Any:
        admin("revoke", keyId=old.key_id)
        # So AWS answers where moto writes what waits for its deletion.
        raise conflict("the stored value")

    monkeypatch.setattr(admin.deployment.records, "replace", revoked)
    answer = admin("rotate", keyId=old.key_id)
    assert (answer["status"], answer["error"]["code"]) == (409, "key_revoked")
    assert (admin("list")["records"], admin.gateway_keys()) == ([], [])


@pytest.mark.only_in("secretsmanager")
def test_a_rotation_that_was_stopped_is_finished_by_a_repeat(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sister was made, the old key not retired: 503, then 201 with its key."""
    old, _ = admin.issued(roles=["READER"])
    asked = {"keyId": old.key_id, "requestToken": _TOKEN, "overlapSeconds": 0}

    def refuse(*_: Any) -> Any:
        raise RefusedError(Code.STORE_UNAVAILABLE, "no")

    with monkeypatch.context() as failing:
        failing.setattr(admin.deployment.records, "replace", refuse)
        assert admin("rotate", **asked)["status"] == 503
    assert admin("get", keyId=old.key_id)["record"]["state"] == "active"
    answer = admin("rotate", **asked)
    assert answer["status"] == 201
    assert _works(admin, answer["key"])
    assert admin("get", keyId=old.key_id)["record"]["state"] == "expired"


@pytest.mark.only_in("secretsmanager")
def test_a_sister_that_another_changes_meanwhile_is_still_handed_out(
    admin: Admin,
) -> None:
    """201, as it is stored by then: its key is the one that was made."""
    old, _ = admin.issued(roles=["READER"])
    sister = {"keyId": derived_key_id(_TOKEN)}
    before_next(admin, "replace", lambda: admin("disable", **sister))
    answer = admin("rotate", keyId=old.key_id, requestToken=_TOKEN)
    assert (answer["status"], answer["record"]["state"]) == (201, "disabled")
    admin("enable", **sister)
    assert _works(admin, answer["key"])


@pytest.mark.only_in("secretsmanager")
def test_of_two_issues_at_once_the_one_that_is_late_leaves_the_gateway_key(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first found it by its name, and its record names it."""
    from tests.unit.admin.doubles import Admin as Deployed  # noqa: PLC0415 - its class

    del admin
    basic = Deployed(CREDENTIALS="basic")
    plan = basic.gateway.create_usage_plan(name="gold")["id"]
    asked = {"login": "olga", "client": "Acme", "usagePlanId": plan}
    create, first = basic.secrets.create_secret, []

    def overtaken(**arguments: Any) -> Any:
        monkeypatch.undo()
        first.append(basic("issue", **asked)["record"])
        return create(**arguments)

    monkeypatch.setattr(basic.secrets, "create_secret", overtaken)
    assert basic("issue", **asked)["error"]["code"] == "login_taken"
    assert basic.gateway_keys() == [first[0]["usageKeyId"]]


@pytest.mark.parametrize(
    "code", ["InvalidParameterException", "InvalidRequestException", "Throttling"]
)
def test_a_note_that_can_not_be_written_stops_no_revocation(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """Whatever AWS has against it, a policy on tags or fifty of them."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(usagePlanId=plan)

    def refused(**_: Any) -> Any:
        error = {"Error": {"Code": code, "Message": ""}}
        raise admin.secrets.exceptions.from_code(code)(error, "TagResource")

    monkeypatch.setattr(admin.secrets, "tag_resource", refused)
    assert admin("revoke", keyId=key.key_id)["status"] == 200
    assert not _works(admin, key.text)
    assert admin.gateway_keys() == []


def test_revoking_holds_whatever_happens_to_the_gateway_key(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """API Gateway's trouble leaves no key working, and a repeat removes it."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(roles=["READER"], usagePlanId=plan)

    def throttled(**_: Any) -> Any:
        error = {"Error": {"Code": "TooManyRequestsException", "Message": ""}}
        raise ClientError(error, "DeleteApiKey")

    with monkeypatch.context() as throttling:
        throttling.setattr(admin.gateway, "delete_api_key", throttled)
        assert admin("revoke", keyId=key.key_id)["status"] == 200
    assert not _works(admin, key.text)
    assert len(admin.gateway_keys()) == 1
    admin("revoke", keyId=key.key_id)
    assert admin.gateway_keys() == []


def test_a_note_about_another_version_restores_nothing_for_a_narrow_function(
    admin: Admin,
) -> None:
    """Roles that were given between the revocation's read and its note stay closed."""
    from tests.unit.admin.doubles import Admin as Deployed  # noqa: PLC0415 - its class

    narrow = Deployed(GRANTABLE_ROLES="READER")
    key, _ = admin.issued(roles=["READER"])
    store = narrow.deployment.store
    note = store.note

    def overtaken(*arguments: Any) -> None:
        admin("update", keyId=key.key_id, roles=["WRITER"])
        note(*arguments)

    store.note = overtaken  # type: ignore[method-assign]
    narrow("revoke", keyId=key.key_id)
    answer = narrow("restore", keyId=key.key_id)
    assert (answer["status"], answer["error"]["code"]) == (403, "role_not_grantable")
    assert not _works(admin, key.text)


def test_a_key_for_ever_and_a_day_rotates(admin: Admin) -> None:
    """The year 9999 is as late as a date can be."""
    old, _ = admin.issued(roles=["READER"], expirationDate="9999-12-31T23:59:59")
    answer = admin("rotate", keyId=old.key_id)
    assert answer["record"]["expirationDate"] == "9999-12-31T23:59:59Z"


def test_deleted_secrets_that_are_not_ours_are_not_listed(admin: Admin) -> None:
    """The name of a deleted record of OntoPop's holds a key in clear."""
    name = "APIKEY_" + "SuperSecretKey01"
    admin.secrets.create_secret(Name=name, SecretString="{}")
    admin.secrets.delete_secret(SecretId=name)
    key, _ = admin.issued()
    admin("revoke", keyId=key.key_id)
    assert [r["keyId"] for r in admin("list", state="revoked")["records"]] == [
        key.key_id
    ]


@pytest.mark.only_in("secretsmanager")
def test_without_a_current_version_a_note_counts_for_nothing(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A narrow function restores only what it can tell the roles of."""
    from tests.unit.admin.doubles import Admin as Deployed  # noqa: PLC0415 - its class

    narrow = Deployed(GRANTABLE_ROLES="READER")
    key, _ = admin.issued(roles=["READER"])
    admin("revoke", keyId=key.key_id)
    client = narrow.deployment.store._client
    described = client.describe_secret(SecretId=f"APIKEY_{key.key_id}")
    silent = described | {"VersionIdsToStages": {"v": ["AWSPREVIOUS"]}}
    monkeypatch.setattr(client, "describe_secret", lambda **_: silent)
    answer = narrow("restore", keyId=key.key_id)
    assert (answer["status"], answer["error"]["code"]) == (403, "role_not_grantable")
