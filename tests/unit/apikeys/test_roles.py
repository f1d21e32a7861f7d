"""The role map: how it is read and what roles grant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.errors import MalformedRoleMapError
from apikeys.roles import RoleMap

if TYPE_CHECKING:
    from apikeys.grants import Grant

_ALL = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_READING = ("GET", "HEAD", "OPTIONS")

_MAP: dict[str, Any] = {
    "unmapped": "deny",
    "roles": {
        "READER": {"allow": ["GET /reports/*"], "deny": ["GET /reports/internal/*"]},
        "WRITER": {"allow": ["POST /reports", "PUT /reports/{id}"]},
        "GRAPHQL": {"allow": [{"route": "POST /graphql", "reads": True}]},
        "ADMIN": {"allow": ["* /*"]},
        "NOTHING": {},
    },
}


def _granted(*names: str, read_only: bool = False, **changes: object) -> Grant:
    return RoleMap.parse(_MAP | changes).grant(names, read_only=read_only)


def test_a_role_map_is_read() -> None:
    """Roles with their routes; the document is kept as it was."""
    found = RoleMap.loads(json.dumps(_MAP))
    routes = {
        name: ([r.text for r in role.allow], [r.text for r in role.deny])
        for name, role in found.roles.items()
    }
    assert routes == {
        "READER": (["GET /reports/*"], ["GET /reports/internal/*"]),
        "WRITER": (["POST /reports", "PUT /reports/{id}"], []),
        "GRAPHQL": (["POST /graphql"], []),
        "ADMIN": (["* /*"], []),
        "NOTHING": ([], []),
    }
    assert (found.document, found.any_key) == (_MAP, False)


def test_what_no_role_names_is_closed_by_default() -> None:
    """A map without ``unmapped`` denies."""
    assert RoleMap.parse({"roles": {}}).any_key is False


@pytest.mark.parametrize(
    ("found", "findings"),
    [
        ({}, ["roles: is a table of roles"]),
        ({"roles": []}, ["roles: is a table of roles"]),
        ({"roles": {}, "unmapped": "allow"}, ['unmapped: is "deny" or "any-key"']),
        ({"roles": {}, "unmapped": None}, ['unmapped: is "deny" or "any-key"']),
        ({"roles": {}, "unmapped": ["deny"]}, ['unmapped: is "deny" or "any-key"']),
        (
            {"roles": {}, "role": {}},
            ["role: is not a field of a role map (unmapped, roles)"],
        ),
        (
            {"roles": {"reader": {}}},
            ["roles.reader: a role's name is [A-Z][A-Z0-9_]{0,63}"],
        ),
        ({"roles": {"A": []}}, ["roles.A: is a table with allow and deny"]),
        (
            {"roles": {"A": {"allows": []}}},
            ["roles.A.allows: is not a field of a role (allow, deny)"],
        ),
        (
            {"roles": {"A": {"allow": "GET /a", "deny": None}}},
            [
                "roles.A.allow: is a list of routes",
                "roles.A.deny: is a list of routes",
            ],
        ),
        (
            {"roles": {"A": {"allow": [5, {"route": "GET /a"}, "$connect"]}}},
            [
                'roles.A.allow[0]: is a route, or { route = "…", reads = true }',
                'roles.A.allow[1]: is a route, or { route = "…", reads = true }',
            ],
        ),
        (
            {
                "roles": {
                    "A": {
                        "allow": [
                            {"route": "GET /a", "reads": 1},
                            {"route": 5, "reads": True},
                            {"route": "GET /a", "reads": True, "x": 1},
                            {"route": "GET", "reads": True},
                        ]
                    }
                }
            },
            [
                'roles.A.allow[0]: is a route, or { route = "…", reads = true }',
                'roles.A.allow[1]: is a route, or { route = "…", reads = true }',
                'roles.A.allow[2]: is a route, or { route = "…", reads = true }',
                (
                    "roles.A.allow[3]: a route is '*' or one of GET HEAD OPTIONS POST "
                    "PUT PATCH DELETE, a space, a path"
                ),
            ],
        ),
    ],
)
def test_every_fault_of_a_map_is_found_at_once(
    found: dict[str, object], findings: list[str]
) -> None:
    """One sentence each, with the place; the first does not hide the rest."""
    with pytest.raises(MalformedRoleMapError) as caught:
        RoleMap.parse(found)
    assert caught.value.findings == findings
    assert str(caught.value) == "; ".join(findings)


@pytest.mark.parametrize("text", ["", "[]", '{"roles": {}, "roles": {}}'])
def test_a_map_that_is_no_json_object_is_malformed(text: str) -> None:
    """Stored text is read as strictly as a record."""
    with pytest.raises(MalformedRoleMapError, match=r"^the role map is not a JSON"):
        RoleMap.loads(text)


@pytest.mark.parametrize(
    ("names", "allow", "deny"),
    [
        ((), (), ()),
        (("UNHEARD_OF",), (), ()),
        (("reader",), (), ()),
        (("NOTHING",), (), ()),
        (("READER",), ("GET/reports/*",), ("GET/reports/internal/*",)),
        (
            ("WRITER", "READER", "WRITER"),
            ("GET/reports/*", "POST/reports", "PUT/reports/*"),
            ("GET/reports/internal/*", "PUT/*/*/*", "PUT/reports/"),
        ),
        (("GRAPHQL",), ("POST/graphql",), ()),
        (
            ("ADMIN", "READER"),
            tuple(f"{m}/*" for m in _ALL),
            ("GET/reports/internal/*",),
        ),
    ],
)
def test_roles_grant_their_routes_together(
    names: tuple[str, ...], allow: tuple[str, ...], deny: tuple[str, ...]
) -> None:
    """The union of what they allow and of what they deny, nothing for other names."""
    grant = _granted(*names)
    assert sorted(grant.allow) == sorted(allow)
    assert _paths(grant) == deny


def test_read_only_grants_reading_routes_and_keeps_denials() -> None:
    """A read-only record gets GET, HEAD, OPTIONS and what is marked as reading."""
    grant = _granted("READER", "WRITER", "GRAPHQL", read_only=True)
    assert grant.allow == ("GET/reports/*", "POST/graphql")
    assert _paths(grant) == ("GET/reports/internal/*",)


def test_any_key_opens_the_stage_but_for_the_routes_of_lacking_roles() -> None:
    """OntoPop's rule; ``* /*`` names no route, and ``deny`` holds for its holder."""
    grant = _granted("GRAPHQL", unmapped="any-key")
    assert sorted(grant.allow) == sorted(f"{m}/*" for m in _ALL)
    assert _paths(grant) == (
        "GET/reports/*",
        "POST/reports",
        "POST/reports/",
        "PUT/reports/*",
    )


def test_any_key_without_roles_closes_every_named_route() -> None:
    """A record without roles may call what nobody named."""
    grant = _granted(unmapped="any-key")
    assert sorted(grant.allow) == sorted(f"{m}/*" for m in _ALL)
    assert {"POST/graphql", "POST/graphql/"} < set(_paths(grant))


def test_any_key_opens_all_to_a_role_that_opens_everything() -> None:
    """Only the role's own denials remain for a holder of ``* /*``."""
    grant = _granted("ADMIN", "READER", unmapped="any-key")
    assert sorted(grant.allow) == sorted(f"{m}/*" for m in _ALL)
    assert _paths(grant) == ("GET/reports/internal/*",)


def test_any_key_read_only_opens_the_reading_methods() -> None:
    """A read-only record gets the reading methods of the stage."""
    grant = _granted("GRAPHQL", unmapped="any-key", read_only=True)
    assert grant.allow == (*(f"{m}/*" for m in _READING), "POST/graphql")
    assert _paths(grant) == ("GET/reports/*",)


def test_a_grant_is_compiled_once() -> None:
    """For a set of roles, whatever their order, and for read-only apart."""
    found = RoleMap.loads(json.dumps(_MAP))
    grant = found.grant(["READER", "WRITER"])
    assert found.grant(["WRITER", "READER", "NOBODY"]) is grant
    assert found.grant(["WRITER", "READER"], read_only=True) is not grant


def test_grants_that_were_not_used_of_late_are_forgotten() -> None:
    """However many sets of roles there are, some hundreds are kept."""
    roles = {f"R{number}": {"allow": ["GET /a"]} for number in range(10)}
    found = RoleMap.parse({"roles": roles})
    first = found.grant(["R0"])
    for number in range(1, 600):
        found.grant([f"R{digit}" for digit in range(10) if number >> digit & 1])
        assert found.grant(["R0"]) is first
    assert len(found._grants) == 512


def test_connect_is_opened_by_its_name_alone() -> None:
    """Neither ``* /*`` nor any-key opens it, and read-only needs it marked."""
    roles: dict[str, Any] = {
        "ALL": {"allow": ["* /*"]},
        "SOCKET": {"allow": ["$connect"]},
        "FEED": {"allow": [{"route": "$connect", "reads": True}]},
        "NO_SOCKET": {"deny": ["$connect"]},
    }
    opened = {
        (names, read_only, unmapped): "$connect"
        in RoleMap.parse({"roles": roles, "unmapped": unmapped})
        .grant(names, read_only=read_only)
        .allow
        for names in [("ALL",), ("SOCKET",), ("FEED",), ("SOCKET", "NO_SOCKET")]
        for read_only in (False, True)
        for unmapped in ("deny", "any-key")
    }
    assert {key for key, value in opened.items() if value} == {
        (("SOCKET",), False, "deny"),
        (("SOCKET",), False, "any-key"),
        *((("FEED",), ro, um) for ro in (False, True) for um in ("deny", "any-key")),
    }


def _paths(grant: Grant) -> tuple[str, ...]:
    """Return what is denied but for encoded letters."""
    return tuple(sorted(r for r in grant.deny if not r.startswith("*%")))
