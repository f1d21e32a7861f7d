"""What roles bring about only together."""

from __future__ import annotations

from typing import Any

import pytest

from apikeys import losses, pairs
from apikeys.access import Work
from apikeys.errors import TooIntricateError
from apikeys.roles import RoleMap

_LEAKING = {
    "A": {"allow": ["GET /u/{id}", "GET /v/{id}"]},
    "B": {"allow": ["GET /u/{id}/orders", "GET /v/{id}/orders"]},
}


def _found(
    roles: dict[str, Any], *, unmapped: str = "deny", most: int = 100
) -> list[tuple[str, tuple[str, ...], str]]:
    role_map = RoleMap.parse({"unmapped": unmapped, "roles": roles})
    found = pairs.findings(role_map, Work(100_000), most)
    return [(f.grade, f.roles, f.route) for f in found]


def test_two_roles_leave_open_what_neither_does() -> None:
    """Each route once, for the two that it takes."""
    assert _found(_LEAKING) == [
        ("tell", ("A", "B"), "GET /u/{id}"),
        ("tell", ("A", "B"), "GET /v/{id}"),
    ]


def test_the_search_ends_where_there_is_enough() -> None:
    """Nobody reads more."""
    assert len(_found(_LEAKING, most=1)) == 1


def test_the_search_ends_where_it_takes_too_long() -> None:
    """And says so."""
    role_map = RoleMap.parse({"roles": _LEAKING})
    with pytest.raises(TooIntricateError):
        list(pairs.findings(role_map, Work(3), 100))


def test_under_any_key_a_denial_may_shut_what_another_role_holds() -> None:
    """What they lack shuts for each role by itself."""
    roles = {"A": {"allow": ["GET /a/{x}/b"]}, "D": {"deny": ["GET /a/{x}"]}}
    assert ("restrict", ("A", "D"), "GET /a/{x}/b") in _found(roles, unmapped="any-key")


def test_a_name_before_a_subtree_needs_no_further_denial() -> None:
    """What the star takes in is below it anyway."""
    roles = {"A": {"allow": ["GET /x/{id}/*"]}, "B": {"allow": ["GET /x/a/b"]}}
    assert _found(roles) == []


def test_findings_beyond_a_thousand_are_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A record of an intricate map has more than memory is worth."""
    monkeypatch.setattr(losses, "_MOST", 1)
    role_map = RoleMap.parse({"roles": _LEAKING})
    assert len(role_map.grant(["A", "B"]).findings) == 1
