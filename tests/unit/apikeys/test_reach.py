"""What a grant opens of a route, and what of it another takes away."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.pattern import text
from apikeys.policy import MAX_BYTES
from apikeys.reach import has_any, lost_parts, open_parts, opens, overlaps, shared
from apikeys.roles import RoleMap
from apikeys.route import Route
from tests import iam
from tests.builders import SHORTENED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apikeys.grants import Grant
    from apikeys.pattern import Pattern


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


def _shortened() -> Grant:
    grant = RoleMap.parse(SHORTENED).grant(["READER"])
    assert grant.bytes > MAX_BYTES
    assert "GET/docs/page-00*" in grant.deny
    return grant


@pytest.mark.parametrize(
    ("path", "is_open"),
    [
        ("/docs/page", True),
        ("/docs/page-7", True),
        ("/docs/page-00", False),
        ("/docs/page-00x", False),
        ("/docs/page-00/x", False),
        ("/docs/page-00x/y", False),
    ],
)
def test_a_shortened_policy_opens_what_iam_lets_through(
    path: str, *, is_open: bool
) -> None:
    """One path of a literal is open whole or not at all."""
    grant = _shortened()
    assert opens(grant, "GET", path) is is_open
    assert any(open_parts(grant, Route(f"GET {path}"))) is is_open


def test_what_a_shortened_policy_shuts_is_lost() -> None:
    """And is no more to lose."""
    denied = {"allow": ["GET /docs/*"], "deny": ["GET /docs/page-00"]}
    exact = RoleMap.parse({"roles": {"READER": denied}}).grant(["READER"])
    route = Route("GET /docs/{page}")
    lost = ["/".join(part) for part in lost_parts(exact, _shortened(), route)]
    assert "GET/docs/page-00*" in lost
    assert "GET/docs/page-01*" in lost
    assert list(lost_parts(_shortened(), exact, route)) == []


_SEGMENTS = ("", "a", "ab", "b")
_PATHS = ["/".join(p) for n in (1, 2, 3, 4) for p in product(_SEGMENTS, repeat=n)]


def _resources() -> Iterator[str]:
    for length in range(2):
        for before in product(("a", "*"), repeat=length):
            for last in ("a", "*", "a*", "ab*"):
                yield "/".join((*before, last))


def _has(pattern: Pattern, path: str) -> bool:
    """Return whether a path is of a pattern, read without the code in question."""
    tokens = {"{}": "[^/]+", "*": ".*", "a*": "a[^/]*", "ab*": "ab[^/]*"}
    expression = "/".join(tokens.get(token, token) for token in pattern)
    return re.fullmatch(expression, path) is not None


@pytest.mark.parametrize("resource", list(_resources()))
def test_a_resource_has_of_a_pattern_what_iam_gives_it(resource: str) -> None:
    """All, some or none of its paths, also where a star ends a segment."""
    for length in (1, 2, 3):
        for pattern in product(("a", "ab", "{}", "*"), repeat=length):
            of_pattern = {path for path in _PATHS if _has(pattern, path)}
            both = {path for path in of_pattern if iam.matches(resource, path)}
            assert has_any([resource], text(pattern)) is (both == of_pattern)
            assert overlaps(resource, pattern) is bool(both)
            parts = list(shared(resource, pattern))
            assert both == {
                path for path in of_pattern if any(_has(part, path) for part in parts)
            }
