"""What a grant opens of a route, and what of it another takes away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apikeys.reach import lost_parts, open_parts
from apikeys.roles import RoleMap
from apikeys.route import Route

if TYPE_CHECKING:
    from apikeys.grants import Grant


def _grant(**roles: Any) -> Grant:
    found = {name: {"allow": allow} for name, allow in roles.items()}
    return RoleMap.parse({"roles": found}).grant(["A"])


@pytest.mark.parametrize(
    ("allow", "route", "parts"),
    [
        (["GET /a/{x}"], "GET /a/{x}", ["GET/a/{}"]),
        (["GET /a/{x}"], "GET /a/b", ["GET/a/b"]),
        (["GET /a/{x}"], "GET /a/me", []),
        (["GET /a/{x}"], "GET /{x}/b", ["GET/a/b"]),
        (["GET /a/{x}"], "GET /a/{x}/{y}", []),
        (["* /a"], "* /a", [f"{m}/a" for m in Route("* /a").methods]),
        (["$connect"], "$connect", []),
    ],
)
def test_the_open_parts_of_a_route_are_patterns(
    allow: list[str], route: str, parts: list[str]
) -> None:
    """Less those that are denied whole."""
    grant = _grant(A=allow, ME=["GET /a/me"])
    assert ["/".join(part) for part in open_parts(grant, Route(route))] == parts


def test_what_is_lost_is_allowed_no_more_or_denied_now() -> None:
    """And what was denied before is not a loss."""
    former = _grant(A=["GET /a/{x}", "GET /b"], ME=["GET /a/me"])
    grant = _grant(A=["GET /a/{x}"], ME=["GET /a/me", "GET /a/you"])
    lost = [
        "/".join(part)
        for route in ("GET /a/{x}", "GET /b", "GET /a/me")
        for part in lost_parts(former, grant, Route(route))
    ]
    assert lost == ["GET/a/you", "GET/b"]
