"""What is found in a role map before it is stored."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from apikeys import check
from apikeys.check import MAX_FINDINGS
from apikeys.finding import Finding
from apikeys.policy import MAX_BYTES
from apikeys.roles import RoleMap
from tests.builders import ROLE_MAP

type Map = dict[str, Any]


def _found(role_map: Map) -> list[Finding]:
    return check.check(RoleMap.parse(role_map))


def _told(role_map: Map) -> list[tuple[str, tuple[str, ...], str]]:
    return [(f.grade, f.roles, f.route) for f in _found(role_map)]


def _allowing(unmapped: str = "deny", **routes: list[Any]) -> Map:
    roles = {name: {"allow": allow} for name, allow in routes.items()}
    return {"unmapped": unmapped, "roles": roles}


@pytest.mark.parametrize(
    "role_map",
    [
        ROLE_MAP,
        {"roles": {}},
        _allowing(A=["GET /users/{id}"], B=["POST /users/{id}/orders"]),
        _allowing(A=["GET /a/{id}"], B=["POST /a/b"]),
        _allowing(A=["GET /a/{id}"], B=["* /*"]),
        _allowing(A=["GET /a/b/*"], B=["GET /a/*", "GET /a/b/c"]),
        _allowing(A=["$connect"], B=["$connect", "* /*"]),
    ],
)
def test_a_map_that_iam_can_express_is_accepted_in_silence(role_map: Map) -> None:
    """No finding where every request is judged as the map says."""
    assert _found(role_map) == []


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ("GET /a/", "ends in /"),
        ("GET /" + "/".join("a" * 17), "has 17 segments, at most 16"),
        ("GET /{a}/{b}/{c}/{d}/{e}/{f}/{g}", "has 7 {name}s, at most 6"),
        ("GET /m%65", "percent-encodes a letter"),
        ("GET /a%4a", "percent-encodes a letter"),
    ],
)
def test_a_route_beyond_the_limits_is_refused(route: str, words: str) -> None:
    """In an allow as in a deny; the finding names the role and the route."""
    for field in ("allow", "deny"):
        found = _found({"roles": {"A": {field: [route]}}})
        assert [(f.grade, f.roles, f.route) for f in found] == [
            ("refuse", ("A",), route)
        ]
        assert words in found[0].message


@pytest.mark.parametrize(
    "route",
    [
        "GET /",
        "GET /" + "/".join("a" * 16),
        "GET /{a}/{b}/{c}/{d}/{e}/{f}",
        "GET /a%2Fb%40",
    ],
)
def test_a_route_within_the_limits_is_taken(route: str) -> None:
    """To the last segment and parameter."""
    assert _found(_allowing(A=[route])) == []


def test_so_many_paths_are_taken_and_no_more() -> None:
    """Four hundred different ones; names do not count."""
    routes = [f"GET /{number}/{{x{number}}}" for number in range(400)]
    many = _allowing(**{f"R{n}": routes[n::50] for n in range(50)})
    assert _found(many) == []
    again = _allowing(
        **{f"R{n}": [*routes[n::50], f"POST /{n}/{{y}}"] for n in range(50)}
    )
    assert _found(again) == []
    assert (
        "401 different paths"
        in _found({"roles": many["roles"] | {"MORE": {"deny": ["GET /x"]}}})[0].message
    )


def test_a_map_longer_than_a_stored_secret_is_refused() -> None:
    """64 KB as JSON, as it is stored."""
    roles = {f"R{n}": {"allow": ["GET /" + "a" * 250]} for n in range(250)}
    length = len(json.dumps({"roles": roles}, separators=(",", ":")))
    assert length > 65_536
    found = _found({"roles": roles})
    assert [f.message for f in found if f.grade == "refuse"] == [
        f"the role map has {length} bytes as JSON, at most 65536"
    ]


@pytest.mark.parametrize("unmapped", ["deny", "any-key"])
def test_a_map_of_parameters_that_overlap_everywhere_is_refused(unmapped: str) -> None:
    """It would take too long to check, and nobody could say what it means."""
    tokens = ("x", "y", "{a}")
    shapes = ["/".join(shape) for shape in product(tokens, repeat=7)][:-1:5]
    routes = [f"GET /{shape}" for shape in shapes[:400]]
    roles = {f"R{n}": {"allow": routes[n::20]} for n in range(20)}
    (found,) = _found({"unmapped": unmapped, "roles": roles})
    assert (found.grade, found.roles, found.route) == ("refuse", (), "")
    assert "too intricate" in found.message


def test_a_role_that_loses_its_own_route_is_refused() -> None:
    """Nothing is stored that locks a role out of what it says."""
    role_map = _allowing(A=["GET /{x}/{y}", "GET /a/{x}/b"], B=["GET /a/{x}"])
    found = _found(role_map)
    assert (found[0].grade, found[0].roles) == ("refuse", ("A",))
    assert "'GET /a/{x}/b' is shut" in found[0].message
    assert "'GET /a/{x}', which is not held" in found[0].message


def test_roles_that_lose_a_route_together_are_listed() -> None:
    """Each by itself is fine, so the map is."""
    role_map = _allowing(A=["GET /{x}/{y}"], C=["GET /a/{x}/b"], B=["GET /a/{x}"])
    assert _told(role_map)[0] == ("restrict", ("A", "C"), "GET /a/{x}/b")


def test_a_third_role_may_deny_what_two_would_share() -> None:
    """The set has all three."""
    role_map = _allowing(A=["GET /{x}/{y}"], C=["GET /a/{x}/b"])
    role_map["roles"]["D"] = {"deny": ["GET /a/{x}"]}
    assert ("restrict", ("A", "C", "D"), "GET /a/{x}/b") in _told(role_map)


def test_a_read_only_record_of_a_role_is_looked_at() -> None:
    """What a read-only record lacks may close what it keeps."""
    marked = {"route": "DELETE /{x}/{y}/b", "reads": True}
    crossing = {"route": "DELETE /{x}/{y}", "reads": True}
    role_map = _allowing(A=[marked, crossing, "DELETE /a/{x}"])
    assert [f.message for f in _found(role_map) if "read-only" in f.message]
    plain = _allowing(A=["DELETE /{x}/{y}/b", "DELETE /{x}/{y}", "DELETE /a/{x}"])
    assert not [f.message for f in _found(plain) if "read-only" in f.message]


def test_two_roles_are_checked_for_read_only_records() -> None:
    """Of a method that writes they keep what is marked."""
    role_map = _allowing(
        A=[{"route": "DELETE /{x}/{y}", "reads": True}, "DELETE /a/{x}"],
        B=[{"route": "DELETE /a/{x}/b", "reads": True}, "DELETE /a/{x}"],
    )
    assert ("restrict", ("A", "B"), "DELETE /a/{x}/b") in _told(role_map)


def test_a_route_that_takes_requests_from_another_roles_name_is_told() -> None:
    """Who holds the ``{name}`` may not expect it."""
    role_map = _allowing(ACME=["* /acme/*"], ORDERS=["GET /{tenant}/orders"])
    (taken,) = [f for f in _found(role_map) if f.roles == ("ORDERS",)]
    assert (taken.grade, taken.route) == ("tell", "GET /{tenant}/orders")
    assert "does not open 'GET /acme/orders': that is '* /acme/*'" in taken.message


def test_any_key_with_a_name_at_the_root_is_refused() -> None:
    """It shuts every path of the method to whoever lacks the role."""
    found = _found(_allowing("any-key", A=["GET /{x}"]))
    assert found[0].grade == "refuse"
    assert "shuts every path" in found[0].message
    below = _told(_allowing("any-key", A=["GET /a/{x}"]))
    assert below[0] == ("tell", (), "GET /a/{x}")


def test_a_role_whose_policy_is_too_long_is_refused_with_its_bytes() -> None:
    """One role alone has to fit into 8 KB."""
    routes = [f"GET /{'a' * 90}/{number:04}" for number in range(60)]
    role_map = _allowing(LONG=routes, SHORT=["GET /b"])
    length = RoleMap.parse(role_map).grant(["LONG"]).bytes
    assert length > MAX_BYTES
    (found,) = _found(role_map)
    assert (found.grade, found.roles) == ("refuse", ("LONG",))
    assert f"has {length} bytes" in found.message


def test_a_role_that_is_too_long_only_for_read_only_records_is_refused() -> None:
    """Its writing ``/*`` is theirs no more, but the routes in it that read are."""
    reads = [{"route": f"POST /a/{n:03}", "reads": True} for n in range(90)]
    role_map = _allowing(MARKED=["POST /a/*", *reads])
    length = RoleMap.parse(role_map).grant(["MARKED"], read_only=True).bytes
    (found,) = [f for f in _found(role_map) if f.grade == "refuse"]
    assert found.roles == ("MARKED",)
    assert found.message == (
        f"the policy of MARKED alone, of a read-only record, has {length} bytes, API "
        "Gateway takes 8192"
    )


def test_any_key_measures_a_key_without_roles() -> None:
    """It is denied every named route: its policy is the longest that the map makes."""
    routes = [f"GET /aa{number:02}" for number in range(60)]
    found = _found(_allowing("any-key", A=routes))
    assert (found[0].grade, found[0].roles) == ("refuse", ())
    assert "that of a key without roles has" in found[0].message
    assert _found(_allowing(A=routes)) == []


@pytest.mark.parametrize(
    ("role_map", "begins"),
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
    role_map: Map, begins: list[str]
) -> None:
    """One sentence each: it is unproven how AWS judges encoded greedy paths."""
    warnings = [
        f.message for f in _found(role_map) if "has not been shown" in f.message
    ]
    assert [warning.partition(" for APIs")[0] for warning in warnings] == begins
    assert all("{proxy+}" in warning for warning in warnings)


def test_a_hundred_findings_are_enough() -> None:
    """The gravest come first."""
    roles = {
        f"R{n}": {"allow": [f"GET /{n}/{{x}}", f"GET /{n}/{{x}}/{m}/{{y}}/z"]}
        for n in range(60)
        for m in "ab"
    }
    roles["LOST"] = {"allow": ["GET /{x}/{y}/{z}", "GET /q/{x}/{y}/b"]}
    roles["NAMED"] = {"allow": ["GET /q/{x}/{y}"]}
    found = _found({"roles": roles})
    assert len(found) == MAX_FINDINGS
    assert found[0].grade == "refuse"


def test_a_finding_is_answered_as_four_fields() -> None:
    """For people and for scripts."""
    finding = Finding("tell", ["A"], "GET /a", "good to know", requests=["GET/a"])
    assert finding.document() == {
        "grade": "tell",
        "roles": ["A"],
        "route": "GET /a",
        "message": "good to know",
    }
    assert repr(finding) == "<tell A: good to know>"


def test_the_map_of_every_api_is_checked_by_itself() -> None:
    """And a finding says of which it is."""
    bad = {"roles": {"A": {"allow": ["GET /a/"]}}}
    found = _found({"roles": {}, "apis": {"abc": bad, "abc/dev": bad}})
    assert [(finding.grade, finding.api) for finding in found] == [
        ("refuse", "abc"),
        ("refuse", "abc/dev"),
    ]
    assert found[0].document()["api"] == "abc"


def test_a_role_that_a_map_lacks_is_told_with_where() -> None:
    """There it opens nothing; of a top level without anything nothing is said."""
    roles = {"A": {"allow": ["GET /a"]}, "B": {"allow": ["GET /b"]}}
    only_a = {"roles": {"A": roles["A"]}}
    found = _found({"roles": roles, "apis": {"abc": only_a}})
    assert [(finding.api, finding.roles, finding.message) for finding in found] == [
        ("abc", ("B",), "at this API nothing is open to B")
    ]
    found = _found({**only_a, "apis": {"abc": {"roles": roles}}})
    assert [(finding.api, finding.message) for finding in found] == [
        ("", "where no API has a map of its own nothing is open to B")
    ]
    assert _found({"apis": {"abc": {"roles": roles}}}) == []


def test_the_limits_hold_for_each_map_and_for_the_whole() -> None:
    """Paths are counted by API, bytes in all."""
    shapes = {"A": {"allow": [f"GET /a/{number}" for number in range(250)]}}
    one = {"roles": shapes}
    assert "different paths" not in str(_found({**one, "apis": {"a": one}}))
    many = {f"a{number}": one for number in range(40)}
    (finding,) = _found({"apis": many})
    assert "the role map has" in finding.message
