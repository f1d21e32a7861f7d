"""Records for which the authorizer answers with more than AWS states that it takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apikeys import document, policy
from apikeys.record import Record
from apikeys.roles import RoleMap
from tests.fakes import ROLES_NAME
from tests.unit.admin.doubles import Admin

# A policy that fits with some 800 bytes to spare.
_ROUTES = {"LARGE": {"allow": [f"GET /{n:03}{'x' * 25}" for n in range(60)]}}
_LONG = {"client": "c" * 256, "issuer": "i" * 256, "name": "ñ" * 256}
_STAGE_ARN = (
    "arn:aws-us-gov:execute-api:ap-northeast-1:123456789012:abcdefghij/abcdefghijklmnop"
)


@pytest.fixture
def large(aws: None) -> Admin:
    """Return the actions of a deployment with one role that opens many routes."""
    del aws
    admin = Admin(CREDENTIALS="api-key,basic", LEGACY_KEYS="imported")
    admin.overwrite(ROLES_NAME, json.dumps({"roles": _ROUTES}))
    return admin


def _bytes(record: Record) -> int:
    """Return the length of what API Gateway would get, in UTF-8."""
    role_map = RoleMap.parse({"roles": _ROUTES})
    grant = role_map.grant(record.roles, read_only=record.is_read_only())
    found = policy.policy_document(grant, _STAGE_ARN, record.expires_at)
    assert len(document.dumps(found).encode()) <= 8_192
    answer = policy.answer(record, found)
    return len(json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode())


def _finding(length: int) -> list[dict[str, Any]]:
    message = (
        f"the authorizer answers with up to {length} bytes, policy and context; AWS "
        "states 8192 for both, so fewer roles or shorter names are safer"
    )
    return [{"grade": "tell", "roles": ["LARGE"], "route": "", "message": message}]


def _stored(admin: Admin, answer: dict[str, Any]) -> Record:
    found = answer["record"]
    if "login" in found:
        login = found["login"]
        return Record.parse(admin.stored(f"APIUSER_{login}"), login=login)
    key_id = found["keyId"]
    return Record.parse(admin.stored(f"APIKEY_{key_id}"), key_id=key_id)


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("issue", {}),
        ("issue", {"usagePlanId": "gold"}),
        ("issue", {"login": "ada"}),
        ("import", {"key": "A" * 20 + "-foreign"}),
    ],
)
def test_a_new_record_with_a_long_answer_is_made_and_found(
    large: Admin, action: str, fields: dict[str, Any]
) -> None:
    """The policy fits, so nothing is refused; the finding has the bytes."""
    if "usagePlanId" in fields:
        plan = large.gateway.create_usage_plan(name="gold")
        fields = {"usagePlanId": plan["id"]}
    answer = large(action, roles=["LARGE"], **_LONG, **fields)
    assert answer["status"] == 201
    length = _bytes(_stored(large, answer))
    assert length > 8_192
    assert answer["findings"] == _finding(length)


@pytest.mark.parametrize("by", ["keyId", "login"])
def test_a_clone_with_a_long_answer_is_found(large: Admin, by: str) -> None:
    """Of a key and of an account, though its model's is short."""
    new = {"login": "ada"} if by == "login" else {}
    model = large("issue", client="Acme", roles=["LARGE"], **new)
    assert "findings" not in model
    named = {by: model["record"][by]} | ({"newLogin": "eve"} if new else {})
    answer = large("clone", **named, **_LONG)
    assert answer["status"] == 201
    assert answer["findings"] == _finding(_bytes(_stored(large, answer)))


@pytest.mark.parametrize("new", [{}, {"login": "ada"}])
def test_a_repeat_says_what_the_first_try_said(
    large: Admin, new: dict[str, Any]
) -> None:
    """Whose answer was lost, with the finding in it."""
    request = {"roles": ["LARGE"], "requestToken": "t" * 32} | _LONG | new
    first, second = large("issue", **request), large("issue", **request)
    assert second["status"] == 201
    assert first["findings"] == second["findings"] != []


@pytest.mark.parametrize(
    "changes", [_LONG, {"roles": ["LARGE"]}, {"name": "ñ" * 256, "lifetimeDays": 9}]
)
def test_an_update_to_a_long_answer_is_found(
    large: Admin, changes: dict[str, Any]
) -> None:
    """Whatever it is that makes it long: roles or texts."""
    before = _LONG if "roles" in changes else {"roles": ["LARGE"], "client": "c" * 256}
    before |= {} if "roles" in changes else {"issuer": "i" * 256}
    key, issued = large.issued(**before)
    assert not any("bytes" in f["message"] for f in issued.get("findings", []))
    answer = large("update", keyId=key.key_id, **changes)
    assert answer["status"] == 200
    assert answer["findings"] == _finding(_bytes(_stored(large, answer)))


def test_an_update_of_what_no_answer_holds_finds_nothing(large: Admin) -> None:
    """It makes the answer no longer than it is."""
    key, _ = large.issued(roles=["LARGE"], **_LONG)
    answer = large("update", keyId=key.key_id, description="D", enabled=False)
    assert (answer["status"], "findings" in answer) == (200, False)


def test_what_aws_states_is_still_in_order(large: Admin) -> None:
    """8,192 bytes exactly; one more is found."""
    texts = _LONG | {"issuer": "i" * 256, "name": "n"}
    key, issued = large.issued(roles=["LARGE"], **texts)
    spare = 8_192 - _bytes(_stored(large, issued))
    assert 0 < spare < 255
    for name, is_found in (("n" * (1 + spare), False), ("n" * (2 + spare), True)):
        answer = large("update", keyId=key.key_id, name=name)
        assert answer["status"] == 200
        assert ("findings" in answer) is is_found


@pytest.mark.parametrize("text", ["not JSON", None])
def test_a_record_changes_while_the_role_map_is_missing_or_corrupt(
    large: Admin, text: str | None
) -> None:
    """How long the answer would be is not known then, and is no reason to refuse."""
    key, _ = large.issued(roles=["LARGE"])
    if text is None:
        large.secrets.delete_secret(SecretId=ROLES_NAME)
    else:
        large.overwrite(ROLES_NAME, text)
    answer = large("update", keyId=key.key_id, **_LONG)
    assert (answer["status"], "findings" in answer) == (200, False)
