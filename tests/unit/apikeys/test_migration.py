"""What a stored map opens no longer, route by route."""

from __future__ import annotations

from typing import Any

import pytest

from apikeys.access import Work
from apikeys.check import MOST_WORK
from apikeys.migration import UNNAMED, opens_no_longer
from apikeys.roles import RoleMap
from tests.builders import SHORTENED


@pytest.mark.parametrize(
    ("unmapped", "roles", "expected"),
    [
        ("deny", {"A": {"allow": ["GET /a", "* /*"]}}, []),
        (
            "deny",
            {"A": {"allow": ["GET /a/{id}", "GET /b"]}},
            [("A", "GET /a/{id}", ["*/", "*/*/*/*"])],
        ),
        (
            "deny",
            {"A": {"allow": ["GET /x/*"], "deny": ["GET /x/y"]}},
            [("A", "GET /x/*", ["GET/x/y/"])],
        ),
        (
            "deny",
            {"A": {"allow": ["GET /x/*"]}, "B": {"allow": ["GET /x"]}},
            [("A", "GET /x/*", ["GET/x/"])],
        ),
        (
            "any-key",
            {"A": {"allow": ["GET /x"]}, "ALL": {"allow": ["* /*"]}},
            [("", UNNAMED, ["GET/x/"])],
        ),
    ],
)
def test_each_route_is_listed_with_what_it_lost(
    unmapped: str, roles: dict[str, Any], expected: list[Any]
) -> None:
    """As patterns behind the stage; a route that lost nothing is not listed."""
    role_map = RoleMap.parse({"unmapped": unmapped, "roles": roles})
    assert list(opens_no_longer(role_map, Work(10_000))) == expected


def test_what_was_shut_to_shorten_a_policy_is_listed() -> None:
    """With the routes that it shuts, and not with others."""
    found = opens_no_longer(RoleMap.parse(SHORTENED), Work(MOST_WORK))
    lost = {route: requests for _, route, requests in found}
    assert lost.keys() == {"GET /docs/*", "GET /docs/page-00x"}
    assert lost["GET /docs/page-00x"] == ["GET/docs/page-00*"]
    assert "GET/docs/page-00*" in lost["GET /docs/*"]
