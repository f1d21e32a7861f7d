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
            ["role: is not a field of a role map (unmapped, roles, apis)"],
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
def test_a_map_that_is_not_a_json_object_is_malformed(text: str) -> None:
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


def test_connect_is_opened_only_by_its_name() -> None:
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


_READS = {"READER": {"allow": ["GET /a"]}}


def test_a_map_may_be_split_by_api() -> None:
    """The stage's own before the API's before the top level."""
    found = RoleMap.parse(
        {
            "unmapped": "any-key",
            "roles": _READS,
            "apis": {
                "abc/prod": {"roles": {"WRITER": {}}},
                "abc": {"unmapped": "deny", "roles": {}},
                "xyz/$default": {"unmapped": "any-key", "roles": {}},
            },
        }
    )
    assert found.of("abc", "prod") is found.apis["abc/prod"]
    assert found.of("abc", "dev") is found.of("abc", None) is found.apis["abc"]
    assert found.of("xyz", "$default") is found.apis["xyz/$default"]
    assert found.of("xyz", "prod") is found.of("ab", "prod") is found
    assert [api for api, _ in found.maps()] == ["", *found.apis]
    assert found.role_names() == {"READER", "WRITER"}


def test_nothing_is_inherited_from_the_top_level() -> None:
    """Neither a role nor what becomes of routes that nobody names."""
    found = RoleMap.parse(
        {"unmapped": "any-key", "roles": _READS, "apis": {"abc": {"roles": {}}}}
    )
    assert found.grant(["READER"]).allow
    assert found.apis["abc"].any_key is False
    assert found.apis["abc"].grant(["READER"]).allow == ()


def test_a_map_that_is_split_entirely_needs_no_other_roles() -> None:
    """At other APIs every key is denied then."""
    found = RoleMap.parse({"apis": {"abc": {"roles": _READS}}})
    assert (found.roles, found.any_key) == ({}, False)
    with pytest.raises(MalformedRoleMapError, match=r"^roles: is a table of roles$"):
        RoleMap.parse({"apis": {}})


@pytest.mark.parametrize(
    ("apis", "message"),
    [
        ([], "apis: is a table of APIs"),
        ({"": {"roles": {}}}, 'apis."": is an API\'s id, or its id/stage'),
        ({"a-b": {"roles": {}}}, 'apis."a-b": is an API\'s id, or its id/stage'),
        ({"a/": {"roles": {}}}, 'apis."a/": is an API\'s id, or its id/stage'),
        ({"a/b/c": {"roles": {}}}, 'apis."a/b/c": is an API\'s id, or its id/stage'),
        ({"a/*": {"roles": {}}}, 'apis."a/*": is an API\'s id, or its id/stage'),
        ({f"a/{'s' * 129}": {"roles": {}}}, f'apis."a/{"s" * 129}": is an API\'s id'),
        ({"a": []}, 'apis."a": is a table with unmapped and roles'),
        ({"a": {}}, 'apis."a".roles: is a table of roles'),
        ({"a": {"roles": {}, "unmapped": 1}}, 'apis."a".unmapped: is "deny" or "any-k'),
        ({"a": {"roles": {}, "apis": {}}}, 'apis."a".apis: is not a field of a role'),
        ({"a": {"roles": {"x": {}}}}, 'apis."a".roles.x: a role\'s name is '),
        ({"a": {"roles": {"X": []}}}, 'apis."a".roles.X: is a table with allow and d'),
        ({"a": {"roles": {"X": {"y": 1}}}}, 'apis."a".roles.X.y: is not a field of a'),
        ({"a": {"roles": {"X": {"deny": [1]}}}}, 'apis."a".roles.X.deny[0]: is a rou'),
    ],
)
def test_what_is_wrong_with_the_map_of_an_api_says_where(
    apis: object, message: str
) -> None:
    """As at the top level, with the API in front."""
    with pytest.raises(MalformedRoleMapError) as caught:
        RoleMap.parse({"roles": {}, "apis": apis})
    (finding,) = caught.value.findings
    assert finding.startswith(message)


@pytest.mark.parametrize(
    "name", ["abc", "ABC9/S-t_9", "abc/$default", f"a/{'s' * 128}"]
)
def test_an_api_is_named_by_its_id_or_with_a_stage(name: str) -> None:
    """As a method's ARN has them."""
    assert RoleMap.parse({"apis": {name: {"roles": {}}}}).apis.keys() == {name}
