"""Whether one request is open, by which role, and by which rule."""

from __future__ import annotations

from typing import Any

import pytest

from apikeys import ruling
from apikeys.finding import TELL, Finding
from apikeys.roles import RoleMap

_MAP: dict[str, Any] = {
    "roles": {
        "USERS": {"allow": ["GET /users/{id}", "* /notes/{id}"]},
        "ORDERS": {"allow": ["GET /users/{id}/orders"]},
        "ME": {"allow": ["GET /users/me"]},
        "ALL": {"allow": ["GET /users/*", "$connect"], "deny": ["GET /users/secret"]},
        "QUERY": {"allow": [{"route": "POST /q", "reads": True}, "POST /m"]},
        "ROOT": {"allow": ["* /*"]},
        "SHUT": {"deny": ["$connect"]},
        "LIVE": {"allow": [{"route": "$connect", "reads": True}]},
    }
}


def _judged(
    request: str, *names: str, read_only: bool = False, **changes: Any
) -> dict[str, Any]:
    role_map = RoleMap.parse(_MAP | changes)
    asked = ruling.Request(request)
    found = ruling.judge(role_map, names, asked, read_only=read_only)
    assert found.pop("request") == request
    return found


@pytest.mark.parametrize(
    ("request_", "names", "roles", "reason"),
    [
        ("GET /users/7", "USERS ME", ["USERS"], "opened by 'GET /users/{id}' of USERS"),
        ("GET /users/a/b", "ALL", ["ALL"], "opened by 'GET /users/*' of ALL"),
        ("GET /users/7", "ALL", ["ALL"], "opened by 'GET /users/*' of ALL"),
        ("GET /users/me", "ROOT", ["ROOT"], "opened by '* /*' of ROOT"),
        (
            "GET /users/m%65",
            "ME USERS",
            ["USERS"],
            "opened by 'GET /users/{id}' of USERS",
        ),
        ("GET /users/7/", "ALL USERS", ["ALL"], "opened by 'GET /users/*' of ALL"),
        ("$connect", "USERS ALL", ["ALL"], "opened by '$connect' of ALL"),
    ],
)
def test_what_is_open_is_so_by_a_role_and_its_route(
    request_: str, names: str, roles: list[str], reason: str
) -> None:
    """The most specific route that the record holds, or a subtree that it holds."""
    found = _judged(request_, *names.split())
    assert found == {"open": True, "roles": roles, "reason": reason}


@pytest.mark.parametrize(
    ("request_", "names", "reason"),
    [
        (
            "GET /users/me",
            "USERS",
            "it is 'GET /users/me', for which a record needs ME",
        ),
        ("GET /users/secret", "ALL", "denied by 'GET /users/secret' of ALL"),
        ("GET /users/secret/", "ALL", "denied by 'GET /users/secret' of ALL"),
        (
            "GET /users/m%65",
            "USERS",
            "decoded it is 'GET /users/me': it is 'GET /users/me', for which a record "
            "needs ME",
        ),
        ("POST /users/7", "USERS", "no role has a route for it"),
        ("$connect", "USERS", "no role of the record opens it"),
        ("$connect", "ALL SHUT", "denied by '$connect' of SHUT"),
    ],
)
def test_what_is_shut_is_so_by_a_rule(request_: str, names: str, reason: str) -> None:
    """The rules of docs/roles.md, in their order."""
    found = _judged(request_, *names.split())
    assert found == {"open": False, "roles": [], "reason": reason}


def test_a_slash_at_the_end_opens_nothing() -> None:
    """It may be routed as the path without it, which is somebody else's."""
    roles = {"PART": {"allow": ["GET /x/*"]}, "WHOLE": {"allow": ["GET /x"]}}
    assert _judged("GET /x/y", "PART", roles=roles)["open"]
    reason = "it is 'GET /x', for which a record needs WHOLE"
    assert _judged("GET /x/", "PART", roles=roles) == {
        "open": False,
        "roles": [],
        "reason": f"shut as it is without the slash: {reason}",
    }


def test_a_read_only_record_is_told_so() -> None:
    """GET, HEAD and OPTIONS stay, and what is marked ``reads``."""
    assert _judged("GET /notes/1", "USERS", read_only=True)["open"]
    assert _judged("POST /q", "QUERY", read_only=True)["roles"] == ["QUERY"]
    assert _judged("$connect", "LIVE", read_only=True)["open"]
    assert not _judged("$connect", "ALL", read_only=True)["open"]
    found = _judged("POST /notes/1", "USERS", read_only=True)
    reason = "the record is read only, and '* /notes/{id}' is not a read"
    assert found == {"open": False, "roles": [], "reason": reason}


def test_under_any_key_what_no_role_names_is_open_to_none_in_particular() -> None:
    """To each method where the record may write, to reading ones where it may not."""
    reason = "no role names it, and any key may call what none does"
    found = _judged("POST /other", unmapped="any-key")
    assert found == {"open": True, "roles": [], "reason": reason}
    assert _judged("GET /other", unmapped="any-key", read_only=True)["open"]
    assert not _judged("POST /other", unmapped="any-key", read_only=True)["open"]


def test_where_policy_and_rules_differ_the_verdict_is_the_policys() -> None:
    """And the finding that tells it is named: IAM can't tell the two apart."""
    roles: dict[str, Any] = {n: _MAP["roles"][n] for n in ("USERS", "ORDERS")}
    opened = _judged("GET /users/7/secret", "USERS", "ORDERS", roles=roles)
    assert (opened["open"], opened["roles"]) == (True, [])
    assert opened["reason"] == "no role has a route for it"
    assert "no held route names" in opened["finding"]
    roles = {"A": {"allow": ["GET /a/{id}"]}}
    shut = _judged("GET /a/1/z", unmapped="any-key", roles=roles)
    assert (shut["open"], shut["roles"]) == (False, [])
    assert shut["reason"] == "no role names it, and any key may call what none does"
    assert "/a" in shut["finding"]


def test_what_no_finding_tells_is_said_to_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A defect of the compiler shows; it is not explained away."""
    role_map = RoleMap.parse(_MAP)
    grant = role_map.grant(["USERS"])
    monkeypatch.setattr(grant, "allow", ())
    asked = ruling.Request("GET /users/7")
    found = ruling.judge(role_map, ["USERS"], asked, read_only=False)
    assert not found["open"]
    assert found["finding"] == "the policy shuts it beyond the rules"


def test_a_finding_of_the_other_direction_is_not_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the policy opens beyond the rules does not tell why it shuts a request."""
    role_map = RoleMap.parse(_MAP)
    grant = role_map.grant(["USERS"])
    monkeypatch.setattr(grant, "allow", ())
    findings = tuple(
        Finding(TELL, (), "", message, requests=requests, opens=opens)
        for message, requests, opens in (
            ("opens", ("GET/users/*",), True),
            ("of another path", ("GET/notes/*",), False),
            ("shuts", ("GET/users/*",), False),
        )
    )
    monkeypatch.setattr(grant, "findings", findings)
    asked = ruling.Request("GET /users/7")
    found = ruling.judge(role_map, ["USERS"], asked, read_only=False)
    assert (found["open"], found["finding"]) == (False, "shuts")


def test_needless_encoding_may_be_enough_to_close_a_request() -> None:
    """The policy denies each spelling of a letter of what it denies."""
    found = _judged("GET /users/%6d", "USERS")
    reason = "it percent-encodes a letter or a digit of a path that is closed to the "
    assert found == {"open": False, "roles": [], "reason": f"{reason}record"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("* /users", "is GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE, a space and"),
        ("/users", "is GET, HEAD"),
        ("GET users", "has a path as it is sent"),
        ("GET /users/{id}", "has a path as it is sent"),
        ("GET /users/*", "has a path as it is sent"),
        ("GET /users?x=1", "has a path as it is sent"),
        ("GET /\n", "has a path as it is sent"),
        (f"GET /{'a' * 2048}", "has a path as it is sent"),
    ],
)
def test_only_one_request_can_be_asked_about(text: str, message: str) -> None:
    """No route of a map, which may stand for many, and no query."""
    with pytest.raises(ValueError, match=message):
        ruling.Request(text)
