"""``GrantableRoles``: what an admin function may hand out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from admin.errors import RefusedError
from admin.rules.grants import Grants
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from apikeys.key import Key

_REFUSED = {
    "status": 403,
    "error": {
        "code": "role_not_grantable",
        "message": "roles: not all of the record's roles are among GrantableRoles "
        "(SupportRoles, of the second function)",
        "field": "roles",
    },
}


@pytest.fixture
def team(admin: Admin) -> Admin:
    """Return a second function over the same account, which may grant one role."""
    del admin
    return Admin(
        GRANTABLE_ROLES="READER", CREDENTIALS="api-key,basic", LEGACY_KEYS="imported"
    )


@pytest.fixture
def foreign(admin: Admin) -> Key:
    """Return a key with a role out of the team's reach."""
    return admin.issued(roles=["READER", "WRITER"])[0]


def test_roles_within_reach_are_handed_out(team: Admin) -> None:
    """Every action on a record with only those roles is allowed."""
    key, _ = team.issued(roles=["reader"])
    for action in ("update", "disable", "enable", "clone", "rotate", "revoke"):
        assert team(action, keyId=key.key_id)["status"] in (200, 201)
    assert team("restore", keyId=key.key_id)["status"] == 200


@pytest.mark.parametrize("roles", [["WRITER"], ["READER", "WRITER"]])
def test_roles_out_of_reach_are_not_handed_out(team: Admin, roles: list[str]) -> None:
    """403, by ``issue``, ``clone`` and ``update``; nothing is written."""
    key, _ = team.issued(roles=["READER"])
    before = team.contents()
    assert team("issue", client="Acme", roles=roles) == _REFUSED
    assert team("clone", keyId=key.key_id, roles=roles) == _REFUSED
    assert team("update", keyId=key.key_id, roles=roles) == _REFUSED
    assert team.contents() == before


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("update", {"name": "New"}),
        ("update", {"roles": ["READER"]}),
        ("enable", {}),
        ("rotate", {}),
        ("clone", {}),
        ("clone", {"roles": ["READER"]}),
    ],
)
def test_a_record_out_of_reach_is_left_alone(
    team: Admin, foreign: Key, action: str, fields: dict[str, Any]
) -> None:
    """403: not even to take the foreign role away."""
    before = team.contents()
    assert team(action, keyId=foreign.key_id, **fields) == _REFUSED
    assert team.contents() == before


def test_a_record_out_of_reach_may_be_looked_at_and_stopped(
    team: Admin, foreign: Key
) -> None:
    """get, list, verify, disable, revoke; but not brought back."""
    assert team("get", keyId=foreign.key_id)["status"] == 200
    assert [r["keyId"] for r in team("list")["records"]] == [foreign.key_id]
    assert team("verify", credential=foreign.text)["decision"] == "allow"
    assert team("disable", keyId=foreign.key_id)["status"] == 200
    assert team("revoke", keyId=foreign.key_id)["status"] == 200
    before = team.contents()
    assert team("restore", keyId=foreign.key_id) == _REFUSED
    assert team.contents() == before


@pytest.mark.parametrize("roles", [["READER"] * 2, [f"R{n:060}" for n in range(5)]])
def test_what_a_revoked_record_held_is_noted_or_out_of_reach(
    admin: Admin, team: Admin, roles: list[str]
) -> None:
    """More roles than a note holds are unknown: only an unlimited function restores."""
    role_map = {"roles": {name: {} for name in roles}}
    assert admin("roles.put", roleMap=role_map)["status"] == 200
    key, _ = admin.issued(roles=roles)
    admin("revoke", keyId=key.key_id)
    within = team("restore", keyId=key.key_id)
    assert within["status"] == (200 if set(roles) == {"READER"} else 403)
    if within["status"] == 403:
        assert admin("restore", keyId=key.key_id)["status"] == 200


@pytest.mark.only_in("secretsmanager")
def test_a_note_that_can_not_be_written_does_not_stop_a_revoke(
    admin: Admin, team: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Revoking is always possible; restoring then takes the unlimited function."""
    key, _ = admin.issued(roles=["READER"])

    def refuse(**_arguments: object) -> None:
        raise admin.secrets.exceptions.ClientError(
            {"Error": {"Code": "AccessDeniedException"}}, "TagResource"
        )

    monkeypatch.setattr(admin.secrets, "tag_resource", refuse)
    assert admin("revoke", keyId=key.key_id)["status"] == 200
    assert team("restore", keyId=key.key_id) == _REFUSED
    assert admin("restore", keyId=key.key_id)["status"] == 200


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("roles.put", {"roleMap": {"roles": {}}}),
        ("signing.rotate", {}),
        ("signing.retire", {"fingerprint": "0" * 16}),
    ],
)
def test_what_concerns_every_key_takes_the_unlimited_function(
    team: Admin, action: str, fields: dict[str, Any]
) -> None:
    """403, and nothing is written."""
    before = team.contents()
    assert team(action, **fields) == {
        "status": 403,
        "error": {
            "code": "not_permitted",
            "message": f"{action} needs an admin function whose GrantableRoles is *",
            "field": "action",
        },
    }
    assert team.contents() == before


_AUTHORITY: list[dict[str, Any]] = [
    {"session": {"environment": "P", "repository": "M", "profile": "A"}},
    {"usagePlanId": "p1"},
]


def _gives_none(field: str) -> dict[str, Any]:
    name = {"session": "Sessions", "usagePlanId": "Plans", "client": "Clients"}[field]
    message = f"{field}: is not among Grantable{name} (Support{name}, of the second "
    message += "function)"
    error = {"code": "not_permitted", "message": message, "field": field}
    return {"status": 403, "error": error}


@pytest.mark.parametrize("given", _AUTHORITY)
def test_a_session_or_a_usage_plan_takes_a_function_that_lists_it(
    team: Admin, given: dict[str, Any]
) -> None:
    """Both are authority, as roles are; nothing is written."""
    (field,) = given
    key, _ = team.issued(roles=["READER"])
    before = team.contents()
    foreign_key = "ABCDEFGHIJKLMNOP" + "12356789"
    answers = [
        team("issue", client="Acme", **given),
        team("issue", client="Acme", login="olga", **given),
        team("clone", keyId=key.key_id, **given),
        team("import", key=foreign_key, client="Acme", **given),
    ]
    if field == "session":
        answers.append(team("update", keyId=key.key_id, **given))
    assert answers == [_gives_none(field)] * len(answers)
    after = team.contents()
    # An import's first step makes the lookup key.
    assert before.keys() == after.keys()
    assert team.record(key.key_id) == json.loads(str(before[f"APIKEY_{key.key_id}"][0]))
    assert team.gateway_keys() == []


@pytest.mark.parametrize("given", _AUTHORITY)
def test_a_record_with_a_session_or_a_usage_plan_is_out_of_reach(
    admin: Admin, team: Admin, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be looked at and stopped, and is not brought back."""
    (field,) = given
    key, _ = admin.issued(roles=["READER"])
    admin.overwrite(
        f"APIKEY_{key.key_id}", json.dumps(admin.record(key.key_id) | given)
    )
    for action in ("update", "enable", "rotate", "clone", "confirm"):
        assert team(action, keyId=key.key_id) == _gives_none(field)
    for action in ("get", "disable", "revoke"):
        assert team(action, keyId=key.key_id)["status"] == 200
    # Not for a moment, or an environment may read it and let it pass for a minute.
    monkeypatch.setattr("admin.stores.records.Records.restore", pytest.fail)
    assert team("restore", keyId=key.key_id) == _gives_none(field)
    assert team("get", keyId=key.key_id)["record"]["state"] == "revoked"


@pytest.mark.parametrize(
    ("text", "roles", "is_within"),
    [
        ("*", ["ANY", "THING"], True),
        ("A", ["A"], True),
        ("A", [], True),
        ("A", ["A", "B"], False),
        ("A,B", ["B", "A"], True),
        (" A , B ", ["B"], True),
        ("A", ["*"], False),
    ],
)
def test_a_list_of_roles_is_a_limit(
    text: str, roles: list[str], *, is_within: bool
) -> None:
    """Every role of a record has to be on it."""
    grants = Grants(text, {}, lambda: False)
    assert grants.is_unlimited is (text == "*")
    try:
        grants.check(roles)
    except RefusedError as error:
        assert (is_within, error.code.status) == (False, 403)
    else:
        assert is_within


@pytest.mark.parametrize("text", ["", "a", "A,", "A,*", "A;B", "A B"])
def test_another_list_fails_at_start_up(text: str) -> None:
    """Rather none than a wrong limit."""
    with pytest.raises(ValueError, match=r"^GRANTABLE_ROLES is neither \* nor names"):
        Grants(text, {}, lambda: False)


@pytest.mark.parametrize(
    ("name", "text"),
    [("SESSIONS", "DESK"), ("PLANS", "p1"), ("CLIENTS", "Acme"), ("CLIENTS", "")],
)
def test_a_limit_that_would_not_hold_fails_at_start_up(name: str, text: str) -> None:
    """Nobody takes a function for limited that is not."""
    variable = f"GRANTABLE_{name}"
    with pytest.raises(ValueError, match=f"^{variable} sets no limit where"):
        Admin(**{variable: text})
    for limited in ({"GRANTABLE_ROLES": "READER"}, {"ADMIN_ACTIONS": "support"}):
        assert Admin(**{variable: text}, **limited)


_LIMITED = {"GRANTABLE_SESSIONS": "DESK-*", "GRANTABLE_PLANS": "*"}
_DESK = {"environment": "P", "repository": "M", "profile": "DESK-7"}


@pytest.mark.parametrize("action", ["issue", "update"])
@pytest.mark.parametrize(
    ("given", "is_within"),
    [
        ({"session": _DESK}, True),
        ({"session": _DESK | {"profile": "CHIEF"}}, False),
        ({"client": "team-a"}, True),
        ({"client": "Team-a"}, False),
        ({"client": "other"}, False),
    ],
)
def test_what_is_given_is_held_to_the_limits(
    admin: Admin, action: str, given: dict[str, Any], *, is_within: bool
) -> None:
    """A session's profile, and the client."""
    key, _ = admin.issued(client="team-b", roles=["READER"])
    limited = Admin(GRANTABLE_ROLES="READER", GRANTABLE_CLIENTS="team-*", **_LIMITED)
    asked = {"keyId": key.key_id} if action == "update" else {"client": "team-b"}
    answer = limited(action, **asked | given)
    (field,) = given
    if is_within:
        assert answer["status"] in (200, 201), answer
    else:
        assert answer == _gives_none(field)


@pytest.mark.parametrize(("granted", "is_within"), [(256, True), (189, False)])
def test_a_long_name_is_restored_by_whoever_may_grant_it(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, granted: int, *, is_within: bool
) -> None:
    """The whole name counts, and it counts before the record is back."""
    name = "team-" + "a" * 251
    key, _ = admin.issued(client=name, roles=["READER"])
    limited = Admin(GRANTABLE_ROLES="READER", GRANTABLE_CLIENTS=name[:granted])
    assert limited("revoke", keyId=key.key_id)["record"]["client"] == name
    if is_within:
        assert limited("restore", keyId=key.key_id)["status"] == 200
        return
    monkeypatch.setattr("admin.stores.records.Records.restore", pytest.fail)
    assert limited("restore", keyId=key.key_id) == _gives_none("client")


def test_a_usage_plan_on_the_list_is_joined(admin: Admin) -> None:
    """One that is not, is not."""
    plans = [
        admin.gateway.create_usage_plan(name=name)["id"] for name in ("one", "other")
    ]
    limited = Admin(GRANTABLE_ROLES="READER", GRANTABLE_PLANS=plans[0])
    assert limited("issue", client="Acme", usagePlanId=plans[0])["status"] == 201
    assert limited("issue", client="Acme", usagePlanId=plans[1]) == (
        _gives_none("usagePlanId")
    )


@pytest.mark.parametrize("action", ["issue", "rotate", "enable", "restore", "update"])
def test_a_key_without_a_role_is_a_grant_under_any_key(
    admin: Admin, action: str
) -> None:
    """It opens each route that no role names, which no list of roles says."""
    key, _ = admin.issued()
    if action == "restore":
        admin("revoke", keyId=key.key_id)
    asked = {"client": "Acme"} if action == "issue" else {"keyId": key.key_id}
    limited = Admin(GRANTABLE_ROLES="READER")
    any_key = {"unmapped": "any-key", "roles": {"READER": {"allow": ["GET /a"]}}}
    assert admin("roles.put", roleMap=any_key)["status"] == 200
    answer = limited(action, **asked)
    assert answer["error"]["code"] == "role_not_grantable"
    assert "any-key" in answer["error"]["message"]
    assert "GrantableRoles" in answer["error"]["message"]
    assert admin("roles.put", roleMap=any_key | {"unmapped": "deny"})["status"] == 200
    assert limited(action, **asked)["status"] in (200, 201)
