"""What the authorizer would decide about a credential."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.builders import a_key, forged
from tests.fakes import ROLES_NAME
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from collections.abc import Callable

    from apikeys.key import Key


def _nothing(_admin: Admin, _key: Key) -> None:
    pass


def _disable(admin: Admin, key: Key) -> None:
    admin("disable", keyId=key.key_id)


def _expire(admin: Admin, _key: Key) -> None:
    admin.now += 91 * 86_400


def _revoke(admin: Admin, key: Key) -> None:
    admin("revoke", keyId=key.key_id)


def _corrupt(admin: Admin, key: Key) -> None:
    admin.overwrite(f"APIKEY_{key.key_id}", "canary")


def _rekey(admin: Admin, key: Key) -> None:
    other = admin.record(admin.issued()[0].key_id)["digest"]
    record = admin.record(key.key_id) | {"digest": other}
    admin.overwrite(f"APIKEY_{key.key_id}", json.dumps(record))


def _close(admin: Admin, _key: Key) -> None:
    admin("roles.put", roleMap={"roles": {"READER": {"deny": ["GET /a"]}}})


@pytest.mark.parametrize(
    ("change", "decision", "reason", "shows"),
    [
        (_nothing, "allow", "granted", True),
        (_disable, "refuse", "disabled", True),
        (_expire, "refuse", "expired", True),
        (_revoke, "refuse", "revoked", True),
        (_corrupt, "refuse", "corrupt", False),
        (_rekey, "refuse", "mismatch", True),
        (_close, "refuse", "no_role", True),
    ],
)
def test_a_genuine_key_is_judged_as_the_authorizer_would(
    admin: Admin,
    change: Callable[[Admin, Key], None],
    decision: str,
    reason: str,
    *,
    shows: bool,
) -> None:
    """200 with decision and reason, and the record where there is one."""
    key, _ = admin.issued(roles=["READER"])
    change(admin, key)
    answer = admin("verify", credential=key.text)
    record = {"record": admin("get", keyId=key.key_id)["record"]} if shows else {}
    expected = {"status": 200, "decision": decision, "reason": reason, **record}
    assert answer == expected


@pytest.mark.parametrize(
    ("roles", "route", "decision", "is_open", "reason"),
    [
        (
            ["READER"],
            "GET /reports/7",
            "allow",
            True,
            "opened by 'GET /reports/*' of READER",
        ),
        (["READER"], "POST /reports", "allow", False, "WRITER"),
        ([], "GET /reports/7", "refuse", False, "READER"),
    ],
)
def test_whether_a_route_is_open_is_said_with_the_role_and_the_rule(
    admin: Admin,
    roles: list[str],
    route: str,
    decision: str,
    *,
    is_open: bool,
    reason: str,
) -> None:
    """The decision is about the credential; the route is judged separately."""
    key, _ = admin.issued(roles=roles)
    answer = admin("verify", credential=key.text, route=route)
    found = answer["route"]
    assert answer["decision"] == decision
    assert (found["request"], found["open"]) == (route, is_open)
    assert found["roles"] == (roles if is_open else [])
    assert reason in found["reason"]


def test_a_read_only_session_opens_only_reading_routes(admin: Admin) -> None:
    """As its policy does."""
    session = {"environment": "P", "repository": "M", "profile": "A"}
    session["connectionMode"] = "READ_ONLY"
    key, _ = admin.issued(roles=["ADMINISTRATOR"], session=session)
    found = [
        admin("verify", credential=key.text, route=f"{method} /x")["route"]["open"]
        for method in ("GET", "POST")
    ]
    assert found == [True, False]


@pytest.mark.parametrize("change", [_disable, _expire, _revoke, _corrupt, _rekey])
def test_of_what_is_refused_no_route_is_said_to_be_open(
    admin: Admin, change: Callable[[Admin, Key], None]
) -> None:
    """There is no policy to judge it by."""
    key, _ = admin.issued(roles=["READER"])
    change(admin, key)
    answer = admin("verify", credential=key.text, route="GET /reports/7")
    assert (answer["decision"], "route" in answer) == ("refuse", False)


@pytest.mark.parametrize("route", ["GET", "* /reports", "GET /reports/{id}", 5])
def test_a_route_to_judge_is_one_request(admin: Admin, route: object) -> None:
    """400, by its field."""
    answer = admin("verify", credential="canary", route=route)
    assert (answer["status"], answer["error"]["field"]) == (400, "route")


@pytest.mark.parametrize(
    ("credential", "reason"),
    [
        ("canary", "malformed"),
        ("canary" * 600, "malformed"),
        (forged(a_key()), "forged"),
        (a_key().text, "unknown"),
    ],
)
def test_what_proves_no_record_shows_none(
    admin: Admin, credential: str, reason: str
) -> None:
    """And the credential is neither answered nor audited."""
    answer = admin("verify", credential=credential)
    assert answer == {"status": 200, "decision": "refuse", "reason": reason}
    assert credential not in json.dumps([answer, admin.audit])


def test_the_tag_is_checked_as_the_deployment_says(aws: None) -> None:
    """Without the tag check the digest decides, as at the authorizer."""
    del aws
    admin = Admin(TAG_CHECK="off")
    key, _ = admin.issued(roles=["READER"])
    reasons = [
        admin("verify", credential=text)["reason"] for text in (key.text, forged(key))
    ]
    assert reasons == ["granted", "mismatch"]


def test_without_a_role_map_a_good_key_can_not_be_judged(admin: Admin) -> None:
    """404: at the authorizer it is a fault."""
    key, _ = admin.issued()
    admin.secrets.delete_secret(SecretId=ROLES_NAME, ForceDeleteWithoutRecovery=True)
    answer = admin("verify", credential=key.text)
    assert (answer["status"], answer["error"]["code"]) == (404, "role_map_not_found")


@pytest.mark.parametrize("credential", [None, "", 5, "c" * 4_097])
def test_a_credential_has_1_to_4096_characters(
    admin: Admin, credential: object
) -> None:
    """400 by its field, never shown."""
    answer = admin("verify", credential=credential)
    assert (answer["status"], answer["error"]["field"]) == (400, "credential")
    assert "ccc" not in json.dumps(answer)
