"""What an API has and a role map forgot."""

from __future__ import annotations

from apikeys.operations import open_unnamed
from apikeys.roles import RoleMap
from apikeys.route import Route

_MAP = RoleMap.parse(
    {
        "roles": {
            "USERS": {"allow": ["GET /users/{id}"]},
            "BOTH": {"allow": ["GET /users/{id}", "GET /users/{id}/orders"]},
            "ALL": {"allow": ["* /users/*"], "deny": ["DELETE /users/{id}"]},
            "SOCKET": {"allow": ["$connect"]},
        }
    }
)


def _told(*operations: str) -> list[tuple[tuple[str, ...], str]]:
    found = open_unnamed(_MAP, map(Route, operations))
    return [(finding.roles, finding.route) for finding in found]


def test_an_operation_below_a_name_may_be_open_to_who_holds_deeper_routes() -> None:
    """It should be named, and then it is shut."""
    (found,) = open_unnamed(_MAP, [Route("GET /users/{id}/export")])
    assert (found.grade, found.roles) == ("tell", ("BOTH",))
    assert found.message == (
        "'GET /users/{id}/export' is open to BOTH, and no route of that role names it"
    )


def test_a_literal_beside_a_name_is_open_to_its_holder() -> None:
    """Until some role names it."""
    assert _told("GET /users/export") == [
        (("USERS",), "GET /users/export"),
        (("BOTH",), "GET /users/export"),
    ]


def test_what_is_named_or_shut_is_not_told() -> None:
    """By each method of its own."""
    assert _told("GET /users/{u}", "GET /users/{u}/orders", "POST /users/x/y/z") == []
    assert _told("DELETE /users/{id}", "GET /orders", "$connect") == []


def test_an_operation_of_every_method_is_told_once() -> None:
    """For each role."""
    assert _told("* /users/{id}/export") == [(("BOTH",), "* /users/{id}/export")]
