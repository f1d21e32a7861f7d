"""Policies that are compiled, shortened or given up, and never answered 500."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apikeys import document, grants
from apikeys.grants import Grant
from apikeys.policy import MAX_BYTES, policy_document, size
from apikeys.reach import opens
from apikeys.roles import RoleMap
from tests import iam
from tests.builders import NOW

if TYPE_CHECKING:
    from apikeys.access import Work

_LONG_ARN = (
    "arn:aws-us-gov:execute-api:ap-northeast-1:123456789012:abcdefghij/abcdefghijklmnop"
)


def _map(unmapped: str, **routes: list[Any]) -> RoleMap:
    roles = {name: {"allow": allow} for name, allow in routes.items()}
    return RoleMap.parse({"unmapped": unmapped, "roles": roles})


def _is_open(grant: Grant, request: str) -> bool:
    policy = policy_document(grant, _LONG_ARN, None)
    return iam.is_allowed(policy, f"{_LONG_ARN}/{request}", NOW)


def test_a_grant_knows_the_length_of_its_longest_policy() -> None:
    """With the longest ARN of a stage and an end."""
    grant = Grant(["GET/a"], ["GET/b"])
    policy = policy_document(grant, _LONG_ARN, 4_102_444_800)
    assert grant.bytes == size(policy) == len(document.dumps(policy))


def test_a_long_policy_shuts_rows_of_encoded_characters() -> None:
    """Fewer resources shut a few characters more, and a finding says so."""
    routes = [f"* /{word}" for word in ("alpha", "bravo", "quilt", "zulu", "mike")]
    role_map = _map("any-key", A=routes)
    grant = role_map.grant([])
    assert grant.bytes <= MAX_BYTES
    assert {"*%6*", "*%7*"} <= set(grant.deny)
    told = [f for f in grant.findings if "percent-encoded" in f.message]
    assert [(f.grade, f.roles, f.opens) for f in told] == [("tell", (), False)]
    assert set(told[0].requests) == {"*%6*", "*%7*"}
    assert not _is_open(grant, "GET/%7B")
    short = _map("any-key", A=["GET /alpha"]).grant([])
    assert _is_open(short, "GET/%7B")
    assert not _is_open(short, "GET/%61")


def test_a_policy_that_is_too_long_is_shortened_and_shuts_more() -> None:
    """An accepted stored map answers no 500 because of additional denials."""
    role_map = _map("any-key", A=[f"GET /aa{number:02}" for number in range(78)])
    grant = role_map.grant([])
    assert size(policy_document(grant, _LONG_ARN, 4_102_444_800)) <= MAX_BYTES
    assert grant.bytes > MAX_BYTES
    assert any("more requests are shut" in f.message for f in grant.findings)
    for number in range(78):
        assert not _is_open(grant, f"GET/aa{number:02}")
        assert not _is_open(grant, f"GET/aa{number:02}/")
    assert _is_open(grant, "GET/b")
    assert _is_open(role_map.grant(["A"]), "GET/aa77")


def test_what_is_allowed_is_never_shortened() -> None:
    """If the Allows alone are too long the answer is 500, as before."""
    routes = [f"GET /{'a' * 90}/{number:04}" for number in range(60)]
    grant = _map("deny", A=[*routes, "GET /x/{y}"], B=["GET /x/y"]).grant(["A"])
    assert len(grant.allow) == 61
    assert grant.bytes > MAX_BYTES


_resources = st.text("a/*", max_size=6)


@given(st.lists(_resources, max_size=2), st.lists(_resources, max_size=2), st.data())
def test_a_grant_opens_what_iam_would(
    allow: list[str], deny: list[str], data: st.DataObject
) -> None:
    """Each star is any run of characters, none as well, and a Deny wins."""
    method, path = (
        data.draw(st.text("a", max_size=2)),
        data.draw(st.text("a/*", max_size=5)),
    )
    expected = any(iam.matches(r, method + path) for r in allow) and not any(
        iam.matches(r, method + path) for r in deny
    )
    assert opens(Grant(allow, deny), method, path) is expected


@pytest.mark.parametrize("unmapped", ["deny", "any-key"])
def test_a_map_that_is_too_intricate_loses_its_parameters(unmapped: str) -> None:
    """It is answered in time, opens less, and says so."""
    tokens = ("x", "y", "{a}")
    shapes = ["/".join(shape) for shape in product(tokens, repeat=7)]
    routes = [f"GET /{shape}" for shape in shapes]
    plain = "GET /x/x/x/x/x/x/x"
    roles = {f"R{n}": routes[n::3] for n in range(3)}
    roles["PLAIN"] = [plain, "GET /p/*", "GET /q"]
    role_map = _map(unmapped, **roles)
    grant = role_map.grant(["PLAIN", "R1"])
    assert ["too intricate" in f.message for f in grant.findings] == [True]
    assert _is_open(grant, "GET/p/1/2")
    assert _is_open(grant, "GET/x/x/x/x/x/x/x")
    assert not _is_open(grant, "GET/z/z/z/z/z/z/z")
    assert not _is_open(grant, "GET/unnamed")


def test_routes_that_are_too_long_by_themselves_open_nothing() -> None:
    """No denial makes them shorter: the authorizer answers 500, and in no time."""
    routes = [f"GET /{number:03}/{'a' * 60}" for number in range(60)]
    role_map = RoleMap.parse({"roles": {"A": {"allow": routes}, "B": {"allow": []}}})
    grant = role_map.grant(["A"])
    assert grant.bytes > MAX_BYTES
    assert not opens(grant, "GET", routes[0].removeprefix("GET "))
    assert not grant.findings


def test_longer_paths_are_compiled_with_less_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each step takes longer on them; `roles put` takes 16 segments at most."""
    works: list[int] = []

    def compiled(_map: RoleMap, _held: list[str], work: Work, **_: object) -> Grant:
        works.append(work.left)
        return Grant((), ())

    monkeypatch.setattr(grants, "compile_within", compiled)
    for length in (1, 16, 17, 64):
        route = f"GET /{'/'.join(['a'] * length)}"
        RoleMap.parse({"roles": {"A": {"deny": [route]}}}).grant(["A"])
    RoleMap.parse({"roles": {}}).grant([])
    assert works == [100_000, 100_000, 50_000, 25_000, 100_000]
