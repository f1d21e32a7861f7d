"""Hand-overs: a credential that may have reached nobody is noted, until confirmed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.key import derived_key_id
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = "0123456789abcdef-0123456789ABCDEF"


def _key(admin: Admin, **fields: object) -> str:
    return str(admin.issued(**fields)[1]["record"]["keyId"])


def _account(admin: Admin, login: str = "olga", **fields: object) -> str:
    answer = admin("issue", client="Acme", login=login, **fields)
    assert answer["status"] == 201, answer
    return login


def _unconfirmed(admin: Admin, **fields: object) -> list[str]:
    return sorted(admin("list", **fields).get("unconfirmed", []))


def _new_name(answer: dict[str, Any]) -> str:
    assert answer["status"] == 201, answer
    return str(answer["record"].get("keyId") or answer["record"]["login"])


MAKING: dict[str, Callable[..., dict[str, Any]]] = {
    "issue a key": lambda admin, **more: admin("issue", client="Acme", **more),
    "clone a key": lambda admin, **more: admin("clone", keyId=_key(admin), **more),
    "rotate a key": lambda admin, **more: admin("rotate", keyId=_key(admin), **more),
    "issue an account": lambda admin, **more: admin(
        "issue", client="Acme", login="olga", **more
    ),
    "clone an account": lambda admin, **more: admin(
        "clone", login=_account(admin), newLogin="olaf", **more
    ),
    "rotate an account": lambda admin, **more: admin(
        "rotate", login=_account(admin), **more
    ),
}


@pytest.mark.parametrize("make", MAKING.values(), ids=MAKING)
def test_what_is_made_is_unconfirmed_until_it_is_confirmed(
    admin: Admin, make: Callable[..., dict[str, Any]]
) -> None:
    """The lists name it, and only it; confirming twice is the same as once."""
    answer = make(admin, awaitConfirmation=True)
    name = _new_name(answer)
    assert _unconfirmed(admin) == [name]
    field = "login" if "login" in answer["record"] else "keyId"
    for _ in range(2):
        assert admin("confirm", **{field: name}) == {"status": 200, field: name}
        audited = {"keyId": None, "login": None} | {field: name}
        assert (admin.audit["key_id"], admin.audit["login"]) == tuple(audited.values())
    assert _unconfirmed(admin) == []


@pytest.mark.parametrize("make", MAKING.values(), ids=MAKING)
def test_a_caller_that_will_not_confirm_is_not_waited_for(
    admin: Admin, make: Callable[..., dict[str, Any]]
) -> None:
    """Without ``awaitConfirmation`` nothing is noted."""
    make(admin)
    assert _unconfirmed(admin) == []


@pytest.mark.parametrize(
    "action", ["issue a key", "issue an account"], ids=["key", "account"]
)
def test_a_repeat_awaits_again_what_was_confirmed(admin: Admin, action: str) -> None:
    """It makes another key or password, and nobody has that one yet."""
    fields = {"requestToken": _TOKEN, "awaitConfirmation": True}
    answer = MAKING[action](admin, **fields)
    name = _new_name(answer)
    field = "login" if "login" in answer["record"] else "keyId"
    admin("confirm", **{field: name})
    assert _new_name(MAKING[action](admin, **fields)) == name
    assert _unconfirmed(admin) == [name]


def test_a_repeated_rotation_awaits_again(admin: Admin) -> None:
    """Of the sister, whose key is another now; the old key has no part in it."""
    key_id = _key(admin)
    fields = {"requestToken": _TOKEN, "awaitConfirmation": True}
    sister = admin("rotate", keyId=key_id, **fields)["record"]["keyId"]
    admin("confirm", keyId=sister)
    admin("rotate", keyId=key_id, **fields)
    assert _unconfirmed(admin) == [sister]


def test_whether_it_is_confirmed_does_not_tell_requests_apart(admin: Admin) -> None:
    """A repeat may promise what the first try did not."""
    _account(admin, requestToken=_TOKEN)
    _account(admin, requestToken=_TOKEN, awaitConfirmation=True)
    assert _unconfirmed(admin) == ["olga"]


@pytest.mark.only_in("secretsmanager")
def test_the_note_is_there_before_the_password(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function that dies in between leaves a note too many, never one too few."""
    login = _account(admin)

    def die(**_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(admin.secrets, "put_secret_value", die)
    with pytest.raises(SystemExit):
        admin("rotate", login=login, awaitConfirmation=True)
    assert _unconfirmed(admin) == [login]


def test_only_records_that_are_shown_are_named(admin: Admin) -> None:
    """Those that do not fit are not, nor those that were revoked."""
    mine = _key(admin, awaitConfirmation=True)
    other = _key(admin, client="Other", awaitConfirmation=True)
    assert _unconfirmed(admin) == sorted([mine, other])
    assert _unconfirmed(admin, client="Other") == [other]
    assert _unconfirmed(admin, client="Nobody") == []
    admin("revoke", keyId=other)
    assert _unconfirmed(admin) == [mine]
    assert _unconfirmed(admin, state="revoked") == []


def test_a_restored_key_is_as_unconfirmed_as_it_was(admin: Admin) -> None:
    """Revoking and restoring hand nothing over."""
    key_id = _key(admin, awaitConfirmation=True)
    admin("revoke", keyId=key_id)
    assert admin("restore", keyId=key_id)["status"] == 200
    assert _unconfirmed(admin) == [key_id]


def _revoked(admin: Admin) -> str:
    key_id = _key(admin)
    admin("revoke", keyId=key_id)
    return key_id


def _corrupted(admin: Admin) -> str:
    key_id = _key(admin)
    admin.overwrite(f"APIKEY_{key_id}", "canary")
    return key_id


@pytest.mark.parametrize(
    ("prepared", "status", "code"),
    [
        (lambda _: derived_key_id(_TOKEN), 404, "key_not_found"),
        (_revoked, 409, "key_revoked"),
        (_corrupted, 409, "record_corrupt"),
    ],
    ids=["never issued", "revoked", "corrupt"],
)
def test_what_is_not_there_cannot_be_confirmed(
    admin: Admin, prepared: Callable[[Admin], str], status: int, code: str
) -> None:
    """Refused as for every other action on it."""
    answer = admin("confirm", keyId=prepared(admin))
    assert (answer["status"], answer["error"]["code"]) == (status, code)


def test_a_narrower_function_confirms_only_its_own_keys(
    admin: Admin,
) -> None:
    """403 for a record with a role outside ``GRANTABLE_ROLES``; its note stays."""
    key_id = _key(admin, roles=["WRITER"], awaitConfirmation=True)
    answer = Admin(GRANTABLE_ROLES="READER")("confirm", keyId=key_id)
    assert (answer["status"], answer["error"]["code"]) == (403, "role_not_grantable")
    assert _unconfirmed(admin) == [key_id]


@pytest.mark.only_in("secretsmanager")
@pytest.mark.parametrize("by", ["deleted", "purged"])
def test_a_key_that_goes_while_it_is_confirmed_is_a_conflict(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """409, and no fault: whoever revoked it came first."""
    key_id = _key(admin)
    tag = admin.secrets.tag_resource

    def overtaken(**arguments: Any) -> None:
        forced = {"ForceDeleteWithoutRecovery": True} if by == "purged" else {}
        admin.secrets.delete_secret(SecretId=f"APIKEY_{key_id}", **forced)
        if by == "deleted":
            # As AWS answers; moto would tag it.
            answer: Any = {"Error": {"Code": "InvalidRequestException"}}
            raise admin.secrets.exceptions.InvalidRequestException(answer, "Tag")
        tag(**arguments)

    monkeypatch.setattr(admin.secrets, "tag_resource", overtaken)
    answer = admin("confirm", keyId=key_id)
    assert (answer["status"], answer["error"]["code"]) == (409, "version_conflict")


@pytest.mark.only_in("secretsmanager")
def test_the_note_tells_nothing_of_the_credential(admin: Admin) -> None:
    """Tags end up in lists and in CloudTrail."""
    key, _ = admin.issued(awaitConfirmation=True)
    tags = admin.secrets.describe_secret(SecretId=f"APIKEY_{key.key_id}")["Tags"]
    assert tags == [{"Key": "apikeys:handover", "Value": "awaited"}]
    admin("confirm", keyId=key.key_id)
    tags = admin.secrets.describe_secret(SecretId=f"APIKEY_{key.key_id}")["Tags"]
    assert tags == [{"Key": "apikeys:handover", "Value": "done"}]
    assert json.dumps(tags).count(key.text) == 0
