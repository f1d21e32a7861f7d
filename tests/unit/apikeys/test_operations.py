"""What an API has and a role map forgot."""

from __future__ import annotations

from apikeys.operations import compare, open_unnamed
from apikeys.roles import RoleMap
from apikeys.route import Route
from tests.builders import SHORTENED

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


def test_a_literal_next_to_a_name_is_open_to_its_holder() -> None:
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


def test_a_part_that_a_role_names_itself_is_not_told() -> None:
    """A tenant's own subtree does not leak every tenant's orders."""
    role_map = RoleMap.parse(
        {
            "roles": {
                "ACME": {"allow": ["* /acme/*", "GET /globex/orders"]},
                "ORDERS": {"allow": ["GET /{tenant}/orders"]},
            }
        }
    )
    assert list(open_unnamed(role_map, [Route("GET /{tenant}/orders")])) == []


def test_a_route_is_part_of_what_takes_everything_below() -> None:
    """As ``{proxy+}`` does."""
    assert _told("GET /*", "GET /users/*") == []


def test_under_any_key_an_operation_that_no_role_names_is_told_once() -> None:
    """It is open to every key, whatever its roles."""
    role_map = RoleMap.parse(
        {"unmapped": "any-key", "roles": {"A": {"allow": ["GET /a"]}, "B": {}}}
    )
    operations = [Route("GET /a"), Route("GET /b"), Route("$connect")]
    found = compare(role_map, operations)
    assert found["findings"] == [
        {
            "grade": "tell",
            "roles": [],
            "route": "GET /b",
            "message": "'GET /b' is open to every key: no role names it",
        }
    ]
    assert found["opens"] == {"A": ["GET /a", "GET /b"], "B": ["GET /b"]}
    assert found["closed"] == ["$connect"]


def test_what_every_key_may_call_is_not_closed() -> None:
    """Though each role denies it."""
    denying = {"deny": ["GET /b"]}
    role_map = RoleMap.parse({"unmapped": "any-key", "roles": {"A": denying}})
    found = compare(role_map, [Route("GET /b")])
    assert (found["opens"], found["closed"]) == ({"A": []}, [])


def test_a_map_is_compared_with_the_operations_of_an_api() -> None:
    """What each role opens, what none does, and what in the map fits nothing."""
    operations = [Route("GET /users/{id}"), Route("POST /users"), Route("$connect")]
    assert compare(_MAP, operations) == {
        "opens": {
            "USERS": ["GET /users/{id}"],
            "BOTH": ["GET /users/{id}"],
            "ALL": ["GET /users/{id}"],
            "SOCKET": ["$connect"],
        },
        "closed": ["POST /users"],
        "unmatched": [
            {"role": "BOTH", "field": "allow", "route": "GET /users/{id}/orders"},
            {"role": "ALL", "field": "deny", "route": "DELETE /users/{id}"},
        ],
        "findings": [],
    }


def test_an_operation_that_a_shortened_policy_shuts_is_closed() -> None:
    """What its denials leave open is open."""
    names = ("page-00", "page-00x", "page-7", "{page}")
    operations = [Route(f"GET /docs/{name}") for name in names]
    found = compare(RoleMap.parse(SHORTENED), operations)
    assert found["opens"] == {"READER": ["GET /docs/page-7", "GET /docs/{page}"]}
    assert found["closed"] == ["GET /docs/page-00", "GET /docs/page-00x"]


def test_findings_say_whose_map_it_is() -> None:
    """That of an API, or none for the top level."""
    operations = [Route("GET /users/export")]
    assert {f.get("api") for f in compare(_MAP, operations)["findings"]} == {None}
    found = compare(_MAP, operations, "a1b2c3d4e5/prod")["findings"]
    assert {finding["api"] for finding in found} == {"a1b2c3d4e5/prod"}
