"""The role maps among the examples, judged by IAM's rules."""

from __future__ import annotations

import tomllib
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apikeys.check import check
from apikeys.finding import REFUSE
from apikeys.policy import MAX_BYTES, policy_document
from apikeys.roles import RoleMap
from local.checkout import ROOT
from tests import iam
from tests.builders import NOW, STAGE_ARN

if TYPE_CHECKING:
    from pathlib import Path

ROLES = ROOT / "examples" / "roles"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
READING = METHODS[:3]
APIS = ("management", "triplestore", "search", "graph", "mapping")
UNMAPPED = ("/", "/whoami", "/docs/management", "/Management", "/managements/x")


def document(name: str) -> dict[str, Any]:
    """Return an example as a person wrote it."""
    return tomllib.loads((ROLES / name).read_text())


ONTOPOP = RoleMap.parse(document("ontopop.toml"))
HOPEX = RoleMap.parse(document("hopex.toml"))


def opened(
    role_map: RoleMap, roles: list[str], path: str, *, read_only: bool = False
) -> tuple[str, ...]:
    """Return the methods with which a record with these roles may call a path."""
    grant = role_map.grant(roles, read_only=read_only)
    policy = policy_document(grant, STAGE_ARN, None)
    return tuple(
        method
        for method in METHODS
        if iam.is_allowed(policy, f"{STAGE_ARN}/{method}{path}", NOW)
    )


def role(api: str) -> str:
    """Return the role of one of OntoPop's APIs."""
    return f"ROLE_ONTOPOP_{api.upper()}_API"


def refused(role_map: RoleMap) -> list[str]:
    """Return why a map would not be stored."""
    return [found.message for found in check(role_map) if found.grade == REFUSE]


@pytest.mark.parametrize("file", sorted(ROLES.glob("*.toml")), ids=lambda f: f.name)
def test_every_example_is_accepted(file: Path) -> None:
    """`roles put` finds nothing to refuse, and no record's policy is too long."""
    role_map = RoleMap.parse(document(file.name))
    assert refused(role_map) == []
    for held in ([], list(role_map.roles)):
        assert role_map.grant(held).bytes <= MAX_BYTES


def test_ontopop_has_a_role_for_each_api() -> None:
    """The five roles of OntoPop, and its rule for all other routes."""
    assert set(ONTOPOP.roles) == {role(api) for api in APIS}
    assert ONTOPOP.any_key


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("rest", ["", "/", "/x", "/x/", "/x/y", "//", "/a%2Fb"])
def test_an_ontopop_role_opens_only_its_api(api: str, rest: str) -> None:
    """``/x``, ``/x/`` and everything under it, with every method, and no other API."""
    assert opened(ONTOPOP, [role(api)], f"/{api}{rest}") == METHODS
    others = [role(other) for other in APIS if other != api]
    assert opened(ONTOPOP, others, f"/{api}{rest}") == ()
    assert opened(ONTOPOP, [], f"/{api}{rest}") == ()


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("held", [[], [role("graph")], [role(api) for api in APIS]])
def test_any_other_route_is_open_to_any_valid_key(api: str, held: list[str]) -> None:
    """A path that only begins like an API's is not one of its routes."""
    for path in (*UNMAPPED, f"/{api}s", f"/{api}.json", f"/{api}-x/y"):
        assert opened(ONTOPOP, held, path) == METHODS, path


def test_ontopop_roles_add_up() -> None:
    """A key with two roles reaches both APIs and no third one."""
    held = [role("search"), role("graph")]
    reached = [api for api in APIS if opened(ONTOPOP, held, f"/{api}/q")]
    assert reached == ["search", "graph"]


def test_a_read_only_key_reads_in_ontopop() -> None:
    """Where an imported key gets a read-only session, its methods are the reading."""
    held = [role("search")]
    assert opened(ONTOPOP, held, "/search/q", read_only=True) == READING
    assert opened(ONTOPOP, held, "/whoami", read_only=True) == READING
    assert opened(ONTOPOP, held, "/graph/q", read_only=True) == ()


_words = st.sampled_from([*APIS, "x", "graphs", "whoami", "a%2Fb", ""])


@given(
    path=st.lists(_words, min_size=1, max_size=3).map(lambda w: "/" + "/".join(w)),
    held=st.sets(st.sampled_from([*APIS, "other"])),
)
def test_the_first_segment_decides(path: str, held: set[str]) -> None:
    """It names an API, whose role the record must hold, or any valid key will do."""
    first = path.split("/")[1]
    expected = METHODS if first in held or first not in APIS else ()
    assert opened(ONTOPOP, [role(api) for api in sorted(held)], path) == expected


def test_a_sixth_api_would_not_fit() -> None:
    """The comment in ontopop.toml is true."""
    found = document("ontopop.toml")
    found["roles"]["ROLE_SIXTH"] = {"allow": ["* /sixth", "* /sixth/*"]}
    assert any("bytes" in message for message in refused(RoleMap.parse(found)))


def test_the_length_in_the_comment_is_the_maps() -> None:
    """The bytes of ontopop.toml were counted, of every set of its roles."""
    roles = [role(api) for api in APIS]
    sets = chain.from_iterable(combinations(roles, n) for n in range(len(roles) + 1))
    length = max(ONTOPOP.grant(held).bytes for held in sets)
    assert f"{length:,} at most" in (ROLES / "ontopop.toml").read_text()


def test_ontopops_keys_lose_what_the_comment_says() -> None:
    """Backquotes and braces in a path, and letters that are encoded without need."""
    for path in ("/%60", "/%7B", "/%7F", "/m%61nagement", "/x%6d"):
        assert opened(ONTOPOP, [], path) == (), path
    for path in ("/%40", "/%2F", "/%5B", "/%C3%A9"):
        assert opened(ONTOPOP, [], path) == METHODS, path


GRAPHQL = "/HOPEXGraphQL/api/ITPM"
ASYNC = "/HOPEXGraphQL/api/async/ITPM"
SDL = "/HOPEXGraphQL/api/ITPM/sdl"
IMAGE = "/HOPEXGraphQL/api/diagram/d1/image"
FILE = "/HOPEXGraphQL/api/attachment/d1/file"
OTHER_SCHEMA = "/HOPEXGraphQL/api/Audit"


@pytest.mark.parametrize("path", ["/", "/x", GRAPHQL, ASYNC, SDL, FILE, OTHER_SCHEMA])
def test_hopexs_administrator_may_all(path: str) -> None:
    """Every route and method; read only leaves the reading methods."""
    assert opened(HOPEX, ["ADMINISTRATOR"], path) == METHODS
    assert opened(HOPEX, ["ADMINISTRATOR"], path, read_only=True) == READING


@pytest.mark.parametrize(
    ("name", "path", "methods", "reading"),
    [
        ("HOPEX_ITPM", GRAPHQL, ("POST",), ()),
        ("HOPEX_ITPM", ASYNC, ("POST",), ()),
        ("HOPEX_ITPM", SDL, ("GET",), ("GET",)),
        ("HOPEX_ITPM", IMAGE, ("GET",), ("GET",)),
        ("HOPEX_ITPM", FILE, ("GET", "POST"), ("GET",)),
        ("HOPEX_ITPM", OTHER_SCHEMA, (), ()),
        ("HOPEX_ITPM", f"{OTHER_SCHEMA}/sdl", (), ()),
        ("HOPEX_ITPM", f"{GRAPHQL}/", (), ()),
        ("HOPEX_ITPM", "/", (), ()),
        ("HOPEX_ITPM_QUERIES", GRAPHQL, ("POST",), ("POST",)),
        ("HOPEX_ITPM_QUERIES", ASYNC, ("POST",), ("POST",)),
        ("HOPEX_ITPM_QUERIES", SDL, ("GET",), ("GET",)),
        ("HOPEX_ITPM_QUERIES", IMAGE, (), ()),
        ("HOPEX_ITPM_QUERIES", FILE, (), ()),
        ("HOPEX_ITPM_QUERIES", OTHER_SCHEMA, (), ()),
    ],
)
def test_a_custom_role_opens_what_it_lists(
    name: str, path: str, methods: tuple[str, ...], reading: tuple[str, ...]
) -> None:
    """READ_ONLY keeps the GETs, and a GraphQL route only where it is marked."""
    assert opened(HOPEX, [name], path) == methods
    assert opened(HOPEX, [name], path, read_only=True) == reading


def test_both_custom_roles_keep_uploads_from_read_only() -> None:
    """The mark of one role does not carry over to the routes of another."""
    held = ["HOPEX_ITPM", "HOPEX_ITPM_QUERIES"]
    assert opened(HOPEX, held, GRAPHQL, read_only=True) == ("POST",)
    assert opened(HOPEX, held, FILE, read_only=True) == ("GET",)


def test_a_key_without_roles_opens_nothing_of_hopex() -> None:
    """There is no route for any key."""
    assert not HOPEX.any_key
    for path in ("/", GRAPHQL, SDL):
        assert opened(HOPEX, [], path) == ()


def test_a_schema_as_a_parameter_opens_only_schemas() -> None:
    """The comment in hopex.toml is true: the uploads stay shut to READ_ONLY."""
    found = document("hopex.toml")
    routes = found["roles"]["HOPEX_ITPM_QUERIES"]["allow"]
    routes[0] = {"route": "POST /HOPEXGraphQL/api/{schema}", "reads": True}
    role_map = RoleMap.parse(found)
    assert refused(role_map) == []
    held = ["HOPEX_ITPM_QUERIES"]
    assert opened(role_map, held, OTHER_SCHEMA, read_only=True) == ("POST",)
    assert opened(role_map, held, FILE, read_only=True) == ()
    both = [*held, "HOPEX_ITPM"]
    assert opened(role_map, both, f"{OTHER_SCHEMA}/a/b") == ("POST",)
    assert any(
        "up to 2 further segments" in f.message for f in role_map.grant(both).findings
    )
