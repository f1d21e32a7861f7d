"""What opens for a set of roles, what does not, and by which rule."""

from __future__ import annotations

from typing import Any

from apikeys.explanation import explain
from apikeys.roles import RoleMap
from tests.builders import SHORTENED

_MAP: dict[str, Any] = {
    "roles": {
        "USERS": {"allow": ["GET /users/{id}", "* /notes/{id}"]},
        "ORDERS": {"allow": ["GET /users/{id}/orders"]},
        "ME": {"allow": ["GET /users/me"]},
        "ALL": {"allow": ["GET /users/*"], "deny": ["GET /users/secret"]},
        "QUERY": {"allow": [{"route": "POST /q", "reads": True}, "POST /m"]},
        "SOCKET": {"allow": ["$connect"]},
    }
}


def _explained(*names: str, read_only: bool = False, **changes: Any) -> dict[str, Any]:
    return explain(RoleMap.parse(_MAP | changes), names, read_only=read_only)


def test_a_role_opens_its_routes_but_for_more_specific_ones() -> None:
    """Each with who has it; what does not meet them is not listed."""
    found = _explained("USERS")
    assert found["roles"] == ["USERS"]
    assert found["opens"] == ["GET /users/{id}", "* /notes/{id}"]
    assert found["closes"] == [
        {
            "route": "GET /users/me",
            "rule": "more specific, and held by ME: /users/me",
        }
    ]
    assert found["findings"] == []
    assert 0 < found["policyBytes"] < found["maxPolicyBytes"] == 8_192


def test_a_subtree_opens_what_is_below_it_and_a_deny_closes() -> None:
    """Whatever others name."""
    assert _explained("ALL")["closes"] == [
        {"route": "GET /users/secret", "rule": "denied by ALL"}
    ]


def test_a_read_only_record_keeps_what_reads() -> None:
    """And the reading methods of the rest."""
    found = _explained("USERS", "QUERY", "SOCKET", read_only=True)
    assert found["opens"] == [
        "GET /users/{id}",
        "GET HEAD OPTIONS /notes/{id}",
        "POST /q (reads)",
    ]
    cut = [c["route"] for c in found["closes"] if c["rule"].startswith("read only")]
    assert cut == ["* /notes/{id}", "POST /m"]
    assert _explained("SOCKET")["opens"] == ["$connect"]


def test_under_any_key_each_named_route_is_closed() -> None:
    """To who lacks its roles."""
    found = _explained(unmapped="any-key")
    assert found["anyUnmappedRoute"] is True
    assert {
        "route": "GET /users/me",
        "rule": "named by ME, so no route for every key",
    } in found["closes"]
    assert any(finding["grade"] == "tell" for finding in found["findings"])


def test_a_held_route_that_the_policy_shuts_is_not_open() -> None:
    """By a conflict, to shorten it, or by a deny of the role's own."""
    lost = {
        "A": {"allow": ["GET /{x}/{y}"]},
        "B": {"allow": ["GET /a/{x}/b", "GET /d"], "deny": ["GET /d"]},
        "C": {"allow": ["GET /a/{x}"]},
    }
    found = _explained("A", "B", roles=lost)
    assert found["opens"] == ["GET /{x}/{y}"]
    assert found["closes"][:2] == [
        {"route": "GET /a/{x}/b", "rule": "lost: see the findings"},
        {"route": "GET /d", "rule": "denied by B"},
    ]
    found = _explained("READER", **SHORTENED)
    assert found["opens"] == ["GET /docs/*", "GET /docs/page"]
    assert found["closes"][0] == {
        "route": "GET /docs/page-00x",
        "rule": "lost: the policy would be too long",
    }
