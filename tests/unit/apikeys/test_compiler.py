"""What a set of roles opens: the cases of docs/roles.md, judged by IAM's rules."""

from __future__ import annotations

from typing import Any

import pytest

from apikeys.policy import policy_document
from apikeys.roles import RoleMap
from tests import iam
from tests.builders import NOW, STAGE_ARN
from tests.meaning import Call, Meaning

type Map = dict[str, Any]


def _allowing(unmapped: str = "deny", **routes: list[Any]) -> Map:
    roles = {
        name: {
            "allow": [r for r in listed if not str(r).startswith("not ")],
            "deny": [r.removeprefix("not ") for r in listed if str(r)[:4] == "not "],
        }
        for name, listed in routes.items()
    }
    return {"unmapped": unmapped, "roles": roles}


_USERS = _allowing(
    USERS=["GET /users/{id}"], ORDERS=["GET /users/{id}/orders"], ME=["GET /users/me"]
)
_SUBTREE = _allowing(ONE=["GET /a/{id}"], ALL=["GET /a/*"])
_SPECIFIC = _allowing(A=["GET /x/*"], B=["GET /{p}/y"])
_OWNER = _allowing(OWNER=["* /t/{t}", "* /t/{t}/*", "not DELETE /t/{t}"])
_DOCS = _allowing(
    DOCS=[{"route": "DELETE /docs/{id}", "reads": True}], ALL=["DELETE /docs/*"]
)
_ANY_KEY = _allowing("any-key", A=["GET /a/{id}"])
_DENIED = _allowing(A=["GET /*", "not GET /x"])
_PARTS = _allowing(ALL=["GET /x/*"], ONE=["GET /x"])
_ROOT = _allowing(A=["GET /", "GET /{id}"], B=["GET /me"])


@pytest.mark.parametrize(
    ("role_map", "roles", "opened", "shut"),
    [
        (
            _USERS,
            "USERS",
            ["/users/7", "/users/%7B7%7D", "/users/a%40b", "/users/%2e"],
            [
                "/users/7/orders",
                "/users/7/x",
                "/users/",
                "/users/7/",
                "/users/me",
                "/users/me/",
                "/users/m%65",
                "/users/%6De",
                "/users/%6de",
                "/users",
                "/users//",
                "/users//orders",
            ],
        ),
        (
            _USERS,
            "ORDERS",
            ["/users/7/orders", "/users/me/orders"],
            ["/users/7", "/users/7/8/orders", "/users//orders", "/users/7/orders/"],
        ),
        (_USERS, "ME", ["/users/me"], ["/users/7", "/users/me/"]),
        (_SUBTREE, "ONE", ["/a/1"], ["/a/1/2", "/a/", "/a"]),
        (_SUBTREE, "ALL", ["/a/1", "/a/1/2", "/a/"], ["/a"]),
        (_SPECIFIC, "B", ["/z/y"], ["/x/y", "/x/y/", "/z/y/", "/z/w/y"]),
        (_ANY_KEY, "", ["/b", "/a", "/b/a"], ["/a/1", "/a/1/z", "/%61/1"]),
        (_DENIED, "A", ["/y", "/x/y", "/"], ["/x", "/x/", "/%78"]),
        (_PARTS, "ALL", ["/x/y", "/x/y/"], ["/x", "/x/", "/%78/"]),
        (_PARTS, "ONE", ["/x"], ["/x/", "/x/y"]),
        (_ROOT, "A", ["/", "/7"], ["/me", "//", "/7/", "/m%65"]),
    ],
)
def test_a_get_is_open_where_the_rules_say_so(
    role_map: Map, roles: str, opened: list[str], shut: list[str]
) -> None:
    """And nowhere else."""
    held = roles.split()
    assert _opened(role_map, held, "GET", opened + shut) == opened
    meaning = Meaning(role_map)
    for path in shut[:-1] if role_map is _ANY_KEY else shut:
        # Under any-key, IAM can't tell what is below a {name} from the name.
        expected = role_map is _ANY_KEY and path == "/a/1/z"
        assert meaning.opens(set(held), Call("GET", path)) is expected, path


@pytest.mark.parametrize(
    ("role_map", "paths"),
    [
        (
            _allowing(A=["GET /a/{x}/*"], B=["GET /a/*", "GET /{x}/{x}"]),
            ["/a/1/2", "/a/1/", "/a/1"],
        ),
        (
            _allowing(C=["GET /c/{x}/{x}/*"], A=["GET /{x}/{x}/b"], B=["GET /c/{x}/*"]),
            ["/c/1/2/3", "/c/1/b/"],
        ),
    ],
)
def test_a_slash_opens_no_route_that_two_others_shut(
    role_map: Map, paths: list[str]
) -> None:
    """The path is in one's route, and shut because another's subtree takes it."""
    held = next(iter(role_map["roles"]))
    assert _opened(role_map, [held], "GET", paths) == paths[:1]


def test_a_denied_route_is_left_out_and_what_is_below_it_stays() -> None:
    """Where a deny has all of a route, no Deny is needed that crosses slashes."""
    paths = ["/t/1", "/t/1/u"]
    assert _opened(_OWNER, ["OWNER"], "DELETE", paths) == ["/t/1/u"]
    assert _opened(_OWNER, ["OWNER"], "GET", paths) == paths


def test_a_route_that_reads_opens_no_more_than_itself() -> None:
    """A read-only record may delete a document and nothing below it."""
    paths = ["/docs/1", "/docs/1/2"]
    assert _opened(_DOCS, ["DOCS"], "DELETE", paths, read_only=True) == paths[:1]
    both = ["DOCS", "ALL"]
    assert _opened(_DOCS, both, "DELETE", paths, read_only=True) == paths[:1]
    assert _opened(_DOCS, both, "DELETE", paths) == paths


def test_a_conflict_never_opens() -> None:
    """What can't be told from a lacking route is shut with it, and said."""
    role_map = _allowing(
        META=["GET /r/{r}", "GET /r/{r}/branches/{b}"], ISSUES=["GET /r/{r}/issues"]
    )
    paths = ["/r/1", "/r/1/issues", "/r/1/branches/x", "/r/1/branches/issues"]
    opened = _opened(role_map, ["META"], "GET", paths)
    assert opened == ["/r/1", "/r/1/branches/x"]
    lost = [f for f in _findings(role_map, ["META"]) if not f.opens]
    assert [(f.grade, f.roles, f.route) for f in lost] == [
        ("tell", ("META",), "GET /r/{r}/branches/{b}")
    ]
    assert "GET /r/{}/branches/issues" in lost[0].message
    assert _findings(role_map, ["META", "ISSUES"]) != []
    assert _opened(role_map, ["META", "ISSUES"], "GET", paths) == paths


@pytest.mark.parametrize(
    ("role_map", "roles", "grade", "route"),
    [
        (
            _allowing(A=["GET /{x}/{y}", "GET /a/{x}/b"], B=["GET /a/{x}"]),
            "A",
            "refuse",
            "GET /a/{x}/b",
        ),
        (
            _allowing(A=["GET /{x}/{y}"], C=["GET /a/{x}/b"], B=["GET /a/{x}"]),
            "A C",
            "restrict",
            "GET /a/{x}/b",
        ),
        (
            _allowing(A=["GET /reports/*", "not GET /reports/{id}"]),
            "A",
            "refuse",
            "GET /reports/*",
        ),
        (
            _allowing(A=["GET /*", "not GET /reports/{id}"]),
            "A",
            "refuse",
            "GET /*",
        ),
        (
            _allowing(A=["GET /*"], B=["not GET /reports/{id}"]),
            "A B",
            "tell",
            "GET /*",
        ),
        (_allowing("any-key", A=["GET /{x}"]), "", "refuse", "GET /{x}"),
        (_allowing("any-key", A=["GET /a/{x}"]), "", "tell", "GET /a/{x}"),
        (
            _allowing("any-key", A=["GET /a/{x}"], B=["GET /a/{x}/b"]),
            "B",
            "refuse",
            "GET /a/{x}/b",
        ),
        (_allowing(A=["GET /t/{t}/*"], B=["GET /t/{t}"]), "A", "tell", "GET /t/{t}/*"),
    ],
)
def test_what_is_lost_has_a_grade(
    role_map: Map, roles: str, grade: str, route: str
) -> None:
    """A whole route of only one role, of several together, or some requests."""
    found = [
        (finding.grade, finding.route)
        for finding in _findings(role_map, roles.split())
        if not finding.opens
    ]
    assert (grade, route) in found
    assert found[0] == (grade, route)


@pytest.mark.parametrize(
    ("role_map", "roles", "words"),
    [
        (
            _allowing(A=["GET /u/{id}", "GET /u/{id}/orders"]),
            "A",
            "up to 1 further segment in a {name}, because 'GET /u/{id}/orders'",
        ),
        (
            _allowing(A=["GET /u/{id}"], B=["GET /u/{id}/a/b"]),
            "A B",
            "up to 2 further segments",
        ),
        (
            _allowing(A=["GET /{t}/orders"], B=["GET /acme/*"]),
            "A B",
            "any number of further segments in a {name}, because 'GET /acme/*'",
        ),
        (_allowing(A=["GET /r/{r}/files/*"]), "A", "because it ends in /*"),
        (
            _allowing(A=["GET /{t}/orders"], B=["GET /{x}/*"], C=["GET /*"]),
            "A C",
            None,
        ),
        (
            _allowing(A=["GET /x/{t}/orders"], B=["GET /*", "not GET /*"]),
            "A",
            None,
        ),
        (_allowing(A=["GET /x/{t}", "GET /x/{t}/*"]), "A", None),
        (
            _allowing(A=["GET /{t}/orders/{id}", "GET /acme/*"]),
            "A",
            "an empty {name}",
        ),
    ],
)
def test_what_stays_open_is_told(role_map: Map, roles: str, words: str | None) -> None:
    """With how deep, and because of which route."""
    told = [f.message for f in _findings(role_map, roles.split()) if f.opens]
    if words is None:
        assert told == []
    else:
        assert any(words in message for message in told), told


def test_the_widest_denial_that_costs_nothing_is_taken() -> None:
    """One resource closes a whole depth, for every method."""
    assert _paths(_USERS, "USERS") == ["*/", "*/*/*/*", "*/users/me"]
    with_post = _allowing(A=["GET /users/{id}", "POST /x/y/{z}"], ME=["GET /users/me"])
    assert _paths(with_post, "A") == [
        "*/",
        "*/*/*/*/*",
        "*/users/*/*",
        "*/users/me",
    ]
    deeper = _allowing(A=["GET /users/{id}", "POST /users/{x}/a"])
    assert "GET/*/*/*" in _paths(deeper, "A")


def test_letters_of_a_path_that_every_allow_spells_are_not_shielded() -> None:
    """``/users/m%65`` is shut, and nothing is for ``users``."""
    grant = RoleMap.parse(_USERS).grant(["USERS"])
    assert [r for r in grant.deny if r.startswith("*%")] == ["*%65*", "*%6D*", "*%6d*"]


def _paths(role_map: Map, role: str) -> list[str]:
    deny = RoleMap.parse(role_map).grant([role]).deny
    return [resource for resource in deny if not resource.startswith("*%")]


def _findings(role_map: Map, roles: list[str]) -> tuple[Any, ...]:
    return RoleMap.parse(role_map).grant(roles).findings


def _opened(
    role_map: Map,
    roles: list[str],
    method: str,
    paths: list[str],
    *,
    read_only: bool = False,
) -> list[str]:
    grant = RoleMap.parse(role_map).grant(roles, read_only=read_only)
    policy = policy_document(grant, STAGE_ARN, None)
    return [
        path
        for path in paths
        if iam.is_allowed(policy, f"{STAGE_ARN}/{method}{path}", NOW)
    ]
