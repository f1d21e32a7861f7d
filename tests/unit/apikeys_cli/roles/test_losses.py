"""Whom a change of the role map takes something from."""

from __future__ import annotations

from typing import Any

import pytest

from apikeys_cli.roles.losses import losses
from tests.builders import SHORTENED


def _map(unmapped: str = "deny", /, **roles: Any) -> dict[str, Any]:
    return {
        "unmapped": unmapped,
        "roles": {
            name: {"allow": role} if isinstance(role, list) else role
            for name, role in roles.items()
        },
    }


def _held(*roles: str, state: str = "active") -> dict[str, Any]:
    return {"state": state, "roles": list(roles)}


_A_AND_B = [_held("A"), _held("A", "B"), _held("B", state="disabled"), _held()]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (_map(A=["GET /a"]), _map(A=["GET /a"]), []),
        (_map(A=["GET /a"]), _map(A=["GET /a", "GET /b"]), []),
        (_map(A=["GET /a"]), _map(A=["GET /b"]), ["2 keys hold A, 2 lose GET /a"]),
        (
            _map(A=["GET /a"], B=["GET /b"]),
            _map(B=["GET /a", "GET /b"]),
            ["2 keys hold A, which is gone, 1 loses GET /a"],
        ),
        (_map(A=[]), _map(B=[]), ["2 keys hold A, which is gone"]),
        (_map(C=["GET /c"]), _map(B=[]), []),
        # What a wider route opens is not lost.
        (_map(A=["GET /a"]), _map(A=["* /*"]), []),
        (_map(A=["GET /a/1"]), _map(A=["GET /a/{id}"]), []),
        (_map(A=["GET /a/{id}"]), _map(A=["GET /a/{key}"]), []),
        (_map(A=["GET /a/{id}"]), _map(A=["GET /a/*"]), []),
        (_map(A=["GET /a/*"]), _map(A=["GET /*"]), []),
        # What a narrower one leaves open is not all.
        (_map(A=["GET /a/*"]), _map(A=["GET /a"]), ["2 keys hold A, 2 lose GET /a/*"]),
        (_map(A=["GET /a"]), _map(A=["GET /a/*"]), ["2 keys hold A, 2 lose GET /a"]),
        (_map(A=["* /a"]), _map(A=["GET /a"]), ["2 keys hold A, 2 lose some of * /a"]),
        (
            _map(A=["GET /a/*"]),
            _map(A=["GET /a/{id}"]),
            ["2 keys hold A, 2 lose some of GET /a/*"],
        ),
        (_map(A=["$connect"]), _map(A=["* /*"]), ["2 keys hold A, 2 lose $connect"]),
        # A deny takes from whoever holds its role.
        (
            _map(A=["GET /*"], B=["GET /b"]),
            _map(A={"allow": ["GET /*"], "deny": ["GET /b"]}, B=["GET /b"]),
            [
                "2 keys hold A, 2 lose some of GET /*, 2 lose GET /b",
                "2 keys hold B, 1 loses GET /b",
            ],
        ),
        # What another role names is no longer its {name}'s, nor a denied literal.
        (
            _map(A=["GET /a/{id}"]),
            _map(A=["GET /a/{id}"], C=["GET /a/me"]),
            [
                "2 keys hold A, 2 lose some of GET /a/{id}",
                "2 keys lose GET /a/me, which no role named",
            ],
        ),
        (
            _map(A=["GET /a/{id}"]),
            _map(A={"allow": ["GET /a/{id}"], "deny": ["GET /a/{id}"]}),
            ["2 keys hold A, 2 lose GET /a/{id}"],
        ),
        # Two roles may lose a route together that none loses alone.
        (
            _map(A=["GET /{x}/{y}"], B=["GET /a/{x}/b"]),
            _map(A=["GET /{x}/{y}"], B=["GET /a/{x}/b"], C=["GET /a/{x}"]),
            [
                "2 keys hold A, 2 lose some of GET /{x}/{y}",
                "2 keys hold B, 1 loses GET /a/{x}/b",
                "2 keys lose GET /a/{x}, which no role named",
            ],
        ),
        # any-key gave each key what no role names.
        (
            _map("any-key", A=["GET /a"]),
            _map(A=["GET /a"]),
            ["4 keys lose every route that no role names"],
        ),
        (
            _map("any-key", A=["GET /a"]),
            _map("any-key", A=["GET /a", "GET /x"]),
            ["2 keys lose GET /x, which no role named"],
        ),
        # What is not a role map is refused elsewhere.
        ({"roles": 5}, _map(), []),
    ],
)
def test_each_role_says_how_many_lose_what(
    old: dict[str, Any], new: dict[str, Any], expected: list[str]
) -> None:
    """By what a record's roles open together, before and after."""
    assert losses(old, new, _A_AND_B) == expected


def test_a_reading_record_loses_what_is_marked_no_more() -> None:
    """One that writes loses nothing by that."""
    marked = [{"route": "POST /search", "reads": True}]
    session = {"session": {"connectionMode": "READ_ONLY"}}
    records = [_held("A"), _held("A") | session]
    found = losses(_map(A=marked), _map(A=["POST /search"]), records)
    assert found == ["2 keys hold A, 1 loses POST /search"]


def test_what_a_shortened_policy_shuts_is_lost() -> None:
    """And is no loss once it is shut."""
    (role,) = SHORTENED["roles"].values()
    exact = _map(READER=role | {"deny": ["GET /docs/page-01"]})
    found = losses(exact, SHORTENED, [_held("READER")])
    assert "1 loses GET /docs/page-00x" in found[0]
    fewer = _map(READER=role | {"deny": ["GET /docs/page-00"]})
    assert losses(SHORTENED, fewer, [_held("READER")]) == []


def test_who_has_ended_loses_nothing() -> None:
    """And one key is one key."""
    records = [_held("A", state="expired"), _held("A", state="revoked"), _held("A")]
    found = losses(_map(A=["GET /a"]), _map(), records)
    assert found == ["1 key holds A, which is gone, 1 loses GET /a"]


def test_many_routes_are_cut_short() -> None:
    """The first five, and how many more there are."""
    found = losses(_map(A=[f"GET /{n}" for n in range(9)]), _map(A=[]), [_held("A")])
    assert found[0].endswith("1 loses GET /4, and 4 more routes")
