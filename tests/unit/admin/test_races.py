"""What two at once, a lost answer or a fault in the middle must not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from admin.errors import Code, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.unit.admin.doubles import Admin

_TOKEN = "t" * 32


def _once(admin: Admin, name: str, before: Callable[[], None]) -> None:
    """Let something happen just before the next replacement of a record."""
    records = admin.deployment.records
    replace = records.replace

    def overtaken(*arguments: Any) -> Any:
        setattr(records, name, replace)
        before()
        return replace(*arguments)

    setattr(records, name, overtaken)


def _works(admin: Admin, key: str) -> bool:
    return bool(admin("verify", credential=key)["decision"] == "allow")


def test_a_repeat_that_overtakes_the_first_try_leaves_its_own_key_working(
    admin: Admin,
) -> None:
    """The key handed out last is the one that works; the first try says 409."""
    old, issued = admin.issued(roles=["READER"])
    request = {"keyId": old.key_id, "requestToken": _TOKEN, "overlapSeconds": 0}
    repeated: list[Any] = []
    _once(admin, "replace", lambda: repeated.append(admin("rotate", **request)))
    first = admin("rotate", **request)
    assert (first["status"], repeated[0]["status"]) == (409, 201)
    assert _works(admin, repeated[0]["key"])
    assert admin("get", keyId=old.key_id)["record"]["state"] == "expired"
    assert issued["status"] == 201


def test_a_rotation_that_loses_to_another_write_takes_its_sister_back(
    admin: Admin,
) -> None:
    """The other write stands, and no key that nobody has stays behind."""
    old, _ = admin.issued(roles=["READER"])
    _once(admin, "replace", lambda: admin("disable", keyId=old.key_id))
    answer = admin("rotate", keyId=old.key_id)
    assert (answer["status"], answer["error"]["code"]) == (409, "version_conflict")
    (record,) = admin("list")["records"]
    assert (record["keyId"], record["state"]) == (old.key_id, "disabled")


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


def test_a_move_that_failed_is_no_write(
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


def test_a_restored_key_that_cannot_join_its_plan_is_revoked_again(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal means that nothing was brought back."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(roles=["READER"], usagePlanId=plan)
    admin("revoke", keyId=key.key_id)

    def refuse(*_: Any) -> Any:
        raise RefusedError(Code.GATEWAY_UNAVAILABLE, "no")

    monkeypatch.setattr(admin.deployment.usage_plans.__class__, "join", refuse)
    assert admin("restore", keyId=key.key_id)["status"] == 503
    assert not _works(admin, key.text)


def test_a_gateway_key_that_was_joined_for_nothing_is_removed(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the restored record can't be written."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(roles=["READER"], usagePlanId=plan)
    admin("revoke", keyId=key.key_id)

    def refuse(*_: Any) -> Any:
        raise RefusedError(Code.STORE_UNAVAILABLE, "no")

    monkeypatch.setattr(admin.deployment.records, "replace", refuse)
    assert admin("restore", keyId=key.key_id)["status"] == 503
    assert admin.gateway.get_api_keys()["items"] == []


def test_revoking_stands_whatever_becomes_of_the_gateway_key(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """API Gateway's trouble is no reason to leave a key working."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(roles=["READER"], usagePlanId=plan)

    def throttled(**_: Any) -> Any:
        error = {"Error": {"Code": "TooManyRequestsException", "Message": ""}}
        raise ClientError(error, "DeleteApiKey")

    client = admin.deployment.usage_plans._client
    monkeypatch.setattr(client, "delete_api_key", throttled)
    assert admin("revoke", keyId=key.key_id)["status"] == 200
    assert not _works(admin, key.text)


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
    assert answer["record"]["expirationDate"] == "9999-12-31T23:59:59"


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
