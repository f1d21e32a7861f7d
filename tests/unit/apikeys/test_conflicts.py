"""What a well-formed role map still must not do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apikeys import conflicts
from apikeys.errors import MalformedRoleMapError
from apikeys.policy import MAX_BYTES
from apikeys.roles import RoleMap
from apikeys.route import Route
from tests import iam
from tests.builders import ROLE_MAP


def _findings(found: dict[str, Any]) -> list[str]:
    try:
        conflicts.check_role_map(RoleMap.parse(found))
    except MalformedRoleMapError as error:
        return error.findings
    return []


def _allowing(unmapped: str = "deny", **routes: list[Any]) -> dict[str, Any]:
    return {
        "unmapped": unmapped,
        "roles": {name: {"allow": allow} for name, allow in routes.items()},
    }


_MARKED = {"route": "POST /g/{op}", "reads": True}


@pytest.mark.parametrize(
    "found",
    [
        ROLE_MAP,
        {"roles": {}},
        _allowing(A=["GET /a/{id}"], B=["POST /a/b"]),
        _allowing(A=["GET /a/{id}"], B=["GET /b", "GET /a", "GET /a/{other}"]),
        _allowing(A=["GET /a/{id}"], B=["* /*"]),
        _allowing(A=["GET /a/{id}"], B=["GET /a/*"]),
        _allowing(A=["GET /a/{id}", "GET /a/{id}/b", "GET /a/x"]),
        _allowing(A=["GET /a/{id}", "* /*"], B=["GET /a/x/y"]),
        _allowing(A=["GET /a/{id}", "GET /a/x/*"], B=["GET /a/x/y"]),
        _allowing(A=[_MARKED, "GET /g/{op}/x", "POST /h"]),
        _allowing(A=[_MARKED, {"route": "POST /g/{op}/x", "reads": True}]),
        _allowing(A=[_MARKED, {"route": "* /*", "reads": True}], B=["POST /g/x/y"]),
        _allowing(A=["GET /a/b/*"], B=["GET /a/*", "GET /a/b/c"]),
        _allowing(A=["$connect"], B=["$connect", "* /*"]),
        {"roles": {"A": {"deny": ["GET /a/{id}"]}, "B": {"allow": ["POST /a/x/y"]}}},
        {"roles": {"A": {"allow": ["GET /a/x"], "deny": ["GET /a/{id}"]}}},
        {"roles": {"A": {"allow": ["* /*"], "deny": ["GET /a/{id}"]}}},
        {"roles": {"A": {"allow": ["GET /a/*"], "deny": ["GET /a/{id}/x", "GET /b"]}}},
        _allowing("any-key", A=["GET /a/*"], B=["GET /b/*", "POST /a/x"], C=["* /*"]),
        _allowing("any-key", A=["GET /a", "GET /a"], B=["GET /a/b"]),
        _allowing("any-key", A=["$connect"], B=["* /*"]),
    ],
)
def test_a_map_that_means_what_iam_reads_is_accepted(found: dict[str, Any]) -> None:
    """No finding where stars meet nothing else, or what covers them is named."""
    assert _findings(found) == []


def _crossing(place: str, route: str, verb: str, other: str, where: str) -> str:
    return (
        f"roles.{place}: in IAM the {{name}} of '{route}' crosses slashes and "
        f"would also {verb} '{other}' of roles.{where}"
    )


@pytest.mark.parametrize(
    ("found", "findings"),
    [
        (
            _allowing(A=["GET /a/{id}"], B=["GET /a/x/y"]),
            [_crossing("A.allow", "GET /a/{id}", "open", "GET /a/x/y", "B.allow")],
        ),
        (
            _allowing(A=["* /a/{id}"], B=["PUT /a/x"]),
            [_crossing("A.allow", "* /a/{id}", "open", "PUT /a/x", "B.allow")],
        ),
        (
            _allowing(A=["GET /a/{id}"], B=["GET /a/{id}/b/*", "GET /{any}"]),
            [
                _crossing(
                    "A.allow", "GET /a/{id}", "open", "GET /a/{id}/b/*", "B.allow"
                ),
                _crossing("A.allow", "GET /a/{id}", "open", "GET /{any}", "B.allow"),
                _crossing(
                    "B.allow", "GET /a/{id}/b/*", "open", "GET /a/{id}", "A.allow"
                ),
                _crossing("B.allow", "GET /{any}", "open", "GET /a/{id}", "A.allow"),
            ],
        ),
        (
            {
                "roles": {
                    "A": {"allow": ["GET /a/{id}"], "deny": ["GET /a/x/y"]},
                    "B": {"deny": ["* /a/z/*"]},
                }
            },
            [
                _crossing("A.allow", "GET /a/{id}", "open", "GET /a/x/y", "A.deny"),
                _crossing("A.allow", "GET /a/{id}", "open", "* /a/z/*", "B.deny"),
            ],
        ),
        (
            {
                "roles": {
                    "A": {"deny": ["GET /a/{id}"]},
                    "B": {"allow": ["GET /a/x/y", "GET /a/x", "GET /a/"]},
                }
            },
            [
                _crossing("A.deny", "GET /a/{id}", "close", "GET /a/x/y", "B.allow"),
                _crossing("A.deny", "GET /a/{id}", "close", "GET /a/", "B.allow"),
            ],
        ),
        (
            _allowing(A=["* /a/{id}/b"], B=["GET /a/*"]),
            [_crossing("A.allow", "* /a/{id}/b", "open", "GET /a/*", "B.allow")],
        ),
        (
            _allowing(A=[_MARKED, "* /g/{op}/x"]),
            [_crossing("A.allow", "POST /g/{op}", "open", "* /g/{op}/x", "A.allow")],
        ),
        (
            _allowing(A=[_MARKED, "* /*"], B=["POST /g/x/y"]),
            [_crossing("A.allow", "POST /g/{op}", "open", "POST /g/x/y", "B.allow")],
        ),
    ],
)
def test_a_parameter_that_reaches_a_route_named_elsewhere_is_found(
    found: dict[str, Any], findings: list[str]
) -> None:
    """To open another role's or a denied route, or to close an allowed one."""
    assert _findings(found) == findings


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("GET /a", "GET /a"),
        ("* /a/*", "GET /a/b/c"),
        ("GET /a/*", "GET /*"),
        ("$connect", "$connect"),
    ],
)
def test_any_key_takes_no_routes_of_two_roles_that_overlap(one: str, two: str) -> None:
    """What one role opens would be denied to it for lacking the other."""
    assert _findings(_allowing("any-key", A=[one], B=[two])) == [
        (
            f"roles.A.allow: '{one}' overlaps '{two}' of roles.B, "
            'which unmapped = "any-key" does not admit'
        )
    ]
    assert _findings(_allowing("deny", A=[one], B=[two])) == []


def test_a_role_whose_policy_is_too_long_is_found_with_its_bytes() -> None:
    """One role alone has to fit into 8 KB."""
    routes = [f"GET /{'a' * 90}/{number:04}" for number in range(60)]
    role_map = _allowing(LONG=routes, SHORT=["GET /b"])
    length = conflicts.policy_bytes(RoleMap.parse(role_map), ["LONG"])
    assert length > MAX_BYTES
    assert _findings(role_map) == [
        f"roles.LONG: its policy alone has {length} bytes, API Gateway takes 8192"
    ]


def test_any_key_measures_a_key_without_roles() -> None:
    """It is denied every named route: its policy is the longest that the map makes."""
    routes = [f"GET /aa{number:02}" for number in range(78)]
    role_map = _allowing("any-key", A=routes)
    parsed = RoleMap.parse(role_map)
    length = conflicts.policy_bytes(parsed, [])
    assert conflicts.policy_bytes(parsed, ["A"]) <= MAX_BYTES < length
    assert _findings(role_map) == [
        f"roles: a key without roles makes a policy of {length} bytes, which denies "
        "each route; API Gateway takes 8192"
    ]
    assert _findings(_allowing(A=routes)) == []


def test_a_policy_of_exactly_8_kb_is_accepted() -> None:
    """The bound itself is within, one byte more is not."""
    routes = [f"GET /{'a' * 90}/{number:04}" for number in range(40)]
    lengths = [
        conflicts.policy_bytes(RoleMap.parse(_allowing(A=listed)), ["A"])
        for listed in (routes, [*routes, "PUT /"])
    ]
    missing = MAX_BYTES - lengths[1]
    each = lengths[1] - lengths[0]
    # Two more routes of the same length, filled up to the bound.
    half, rest = divmod(missing - each, 2)
    routes += ["PUT /" + "b" * half, "PUT /" + "c" * (half + rest)]
    assert half <= 255
    assert _findings(_allowing(A=routes)) == []
    assert len(_findings(_allowing(A=[*routes[:-1], routes[-1] + "c"]))) == 1


@pytest.mark.parametrize(
    ("found", "begins"),
    [
        (ROLE_MAP, []),
        (_allowing("any-key", A=["GET /a"]), ['unmapped = "any-key" is']),
        ({"roles": {"A": {"deny": ["GET /a"]}, "B": {}}}, ["deny is"]),
        (
            {"unmapped": "any-key", "roles": {"A": {"deny": ["GET /a"]}}},
            ['unmapped = "any-key" is', "deny is"],
        ),
    ],
)
def test_any_key_and_deny_want_the_operators_attention(
    found: dict[str, Any], begins: list[str]
) -> None:
    """One sentence each: it is unproven how AWS judges encoded greedy paths."""
    found_warnings = conflicts.warnings(RoleMap.parse(found))
    assert [warning.partition(" for APIs")[0] for warning in found_warnings] == begins
    assert all("{proxy+}" in warning for warning in found_warnings)


_globs = st.text("ab/*", max_size=6)


@given(_globs, _globs)
def test_two_globs_meet_where_some_text_is_of_both(one: str, two: str) -> None:
    """Compared with trying every text up to a length that suffices."""
    alphabet, longest = "ab/", 5
    texts = [""]
    for _ in range(longest):
        texts += [t + c for t in texts if len(t) == len(texts[-1]) for c in alphabet]
    expected = any(iam.matches(one, t) and iam.matches(two, t) for t in set(texts))
    found = conflicts._globs_meet(one, two)
    assert found == conflicts._globs_meet(two, one)
    # A witness needs no more characters than both globs have literals.
    literals = len(one.replace("*", "")) + len(two.replace("*", ""))
    assert found is expected if literals <= longest else found or not expected


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("GET /a", "POST /a", False),
        ("GET /a", "* /a", True),
        ("GET /a", "GET /b", False),
        ("GET /a", "GET /a/", False),
        ("GET /a/*", "GET /a", False),
        ("GET /{x}/b", "GET /a/{y}", True),
        ("$connect", "* /*", False),
        ("$connect", "$connect", True),
    ],
)
def test_routes_overlap_where_a_request_lies_in_both(
    one: str, two: str, *, expected: bool
) -> None:
    """By method and by path, as IAM reads them."""
    assert conflicts.overlap(Route(one), Route(two)) is expected
    assert conflicts.overlap(Route(two), Route(one)) is expected
