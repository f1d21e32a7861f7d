"""Role maps of nine realistic APIs: what each role opens, and what is found in them."""

from __future__ import annotations

import tomllib
from functools import lru_cache

import pytest

from apikeys.check import check
from apikeys.operations import compare
from apikeys.policy import MAX_BYTES, policy_document
from apikeys.roles import RoleMap
from apikeys_cli.openapi import operations, read_document
from local.checkout import ROOT
from tests import iam
from tests.builders import NOW, STAGE_ARN

_MAPS = (
    "bank",
    "blanket-admins",
    "code-hosting",
    "graphql",
    "multi-tenant",
    "reports",
    "self-service",
    "shop",
    "users-and-orders",
)


@lru_cache
def _map(name: str) -> RoleMap:
    text = (ROOT / "examples" / "roles" / f"{name}.toml").read_text()
    return RoleMap.parse(tomllib.loads(text))


def _is_open(name: str, roles: str, call: str, *, read_only: bool = False) -> bool:
    grant = _map(name).grant(roles.split(), read_only=read_only)
    policy = policy_document(grant, STAGE_ARN, None)
    return iam.is_allowed(policy, f"{STAGE_ARN}/{call.replace(' ', '')}", NOW)


@pytest.mark.parametrize(
    ("name", "roles", "opened", "shut"),
    [
        (
            "bank",
            "ACCOUNTS",
            ["GET /accounts", "GET /accounts/7", "GET /accounts/7/balances"],
            [
                "GET /accounts/7/transactions",
                "GET /accounts/7/transactions/8",
                "GET /accounts/7/beneficiaries",
                "GET /accounts/",
                "POST /accounts",
                "GET /accounts/7/trans%61ctions",
                "GET /accounts/7/x/balances",
            ],
        ),
        (
            "bank",
            "TRANSACTIONS",
            ["GET /accounts/7/transactions", "GET /accounts/7/transactions/8"],
            ["GET /accounts/7", "GET /accounts/7/balances", "GET /accounts"],
        ),
        (
            "bank",
            "PAYMENTS",
            ["POST /payments", "GET /payments/7", "GET /payments/7/status"],
            [
                "POST /payments/7/approval",
                "GET /payments",
                "DELETE /payments/7/approval",
            ],
        ),
        (
            "bank",
            "APPROVE",
            ["POST /payments/7/approval", "DELETE /payments/7/approval"],
            ["POST /payments", "GET /payments/7", "POST /payments/7/x/approval"],
        ),
        (
            "bank",
            "CONSENTS BENEFICIARIES",
            ["POST /consents", "GET /accounts/7/beneficiaries", "DELETE /consents/7"],
            ["GET /consents", "GET /accounts/7", "DELETE /consents/7/x"],
        ),
        (
            "blanket-admins",
            "ADMINISTRATOR",
            ["GET /", "DELETE /devices/7", "POST /x/y/z/"],
            [],
        ),
        (
            "blanket-admins",
            "DEVICES_ADMIN",
            ["DELETE /devices", "PUT /devices/7/x/y", "GET /devices/"],
            ["GET /users", "GET /device", "GET /devicesx"],
        ),
        (
            "blanket-admins",
            "DEVICE",
            ["GET /devices/7", "POST /devices/7/readings"],
            [
                "GET /devices",
                "GET /devices/7/readings",
                "POST /devices/7",
                "GET /devices/",
            ],
        ),
        (
            "blanket-admins",
            "READER",
            ["GET /", "GET /users/7", "GET /devices/7"],
            ["HEAD /", "POST /devices/7/readings"],
        ),
        (
            "code-hosting",
            "METADATA",
            [
                "GET /repos/o/r",
                "GET /repos/o/r/branches",
                "GET /repos/o/r/branches/main",
            ],
            [
                "GET /repos/o/r/issues",
                "GET /repos/o/r/issues/7",
                "GET /repos/o/r/contents/README",
                "GET /repos/o/r/commits",
                "GET /repos/o",
                "GET /repos/o/r/branches/issues",
                "DELETE /repos/o/r",
            ],
        ),
        (
            "code-hosting",
            "CONTENTS_READ",
            ["GET /repos/o/r/contents/a/b/c", "GET /repos/o/r/commits/abc"],
            ["GET /repos/o/r/issues", "PUT /repos/o/r/contents/a", "GET /repos/o/r"],
        ),
        (
            "code-hosting",
            "ISSUES_READ",
            ["GET /repos/o/r/issues", "GET /repos/o/r/issues/7/comments"],
            ["POST /repos/o/r/issues", "GET /repos/o/r/pulls", "GET /repos/o/r"],
        ),
        (
            "code-hosting",
            "HOOKS ORGANISATION",
            ["DELETE /repos/o/r/hooks/7", "DELETE /orgs/o/members/m", "GET /orgs/o"],
            ["DELETE /repos/o/r/contents/hooks", "GET /user", "DELETE /orgs/o"],
        ),
        (
            "graphql",
            "ANY_SCHEMA",
            ["POST /api/itpm", "GET /api/itpm/sdl"],
            [
                "POST /api/async/itpm",
                "POST /api/attachment/7/file",
                "GET /api/attachment/7/file",
                "POST /api/",
                "POST /api",
            ],
        ),
        (
            "graphql",
            "ASYNC",
            ["POST /api/async/itpm", "GET /api/async/itpm/7"],
            ["POST /api/itpm", "GET /api/async/itpm", "POST /api/async/itpm/7"],
        ),
        (
            "multi-tenant",
            "ORDERS_READ",
            ["GET /globex/orders", "GET /globex/orders/7", "GET /tenants/orders"],
            [
                "GET /acme/orders",
                "GET /acme/orders/7",
                "GET /globex/invoices",
                "POST /globex/orders",
                "GET /tenants",
                "GET /health",
                "GET /acm%65/orders",
            ],
        ),
        (
            "multi-tenant",
            "TENANT_ACME",
            ["GET /acme", "GET /acme/orders", "DELETE /acme/x/y"],
            ["GET /globex/orders", "GET /tenants", "GET /health"],
        ),
        (
            "multi-tenant",
            "TENANTS",
            ["GET /tenants", "DELETE /tenants/globex"],
            [
                "GET /tenants/globex",
                "DELETE /globex/orders",
                "DELETE /tenants/globex/x",
            ],
        ),
        (
            "reports",
            "REPORTS",
            [
                "GET /reports",
                "GET /reports/7",
                "GET /reports/7/x",
                "POST /reports/search",
            ],
            [
                "GET /reports/internal",
                "GET /reports/internal/",
                "GET /reports/internal/7",
                "GET /reports/intern%61l/7",
                "POST /reports",
                "POST /reports/7/export",
            ],
        ),
        (
            "reports",
            "EDIT EXPORT",
            ["PUT /reports/7", "POST /reports/7/export", "GET /exports/7"],
            ["GET /reports/7", "POST /reports/search", "PUT /reports/7/export"],
        ),
        (
            "self-service",
            "SELF",
            ["GET /users/me", "PATCH /users/me", "DELETE /users/me/sessions/7"],
            ["GET /users/7", "GET /users", "DELETE /users/me", "GET /users/7/sessions"],
        ),
        (
            "self-service",
            "USERS_READ",
            ["GET /users", "GET /users/7"],
            ["GET /users/me", "GET /users/7/sessions", "GET /users/me/sessions"],
        ),
        (
            "self-service",
            "SUPPORT",
            ["GET /users/7", "GET /users/me", "GET /users/7/sessions"],
            ["PATCH /users/me", "DELETE /users/7", "GET /users/"],
        ),
        (
            "shop",
            "BROWSE",
            ["GET /products", "GET /products/7", "GET /products/7/reviews"],
            ["POST /products/7/reviews", "PUT /products/7", "GET /orders/7"],
        ),
        (
            "shop",
            "BUY",
            ["POST /orders", "GET /orders/7", "POST /orders/7/cancel", "PUT /carts/7"],
            [
                "GET /orders",
                "POST /orders/7/refunds",
                "GET /carts/7/items",
                "PUT /carts/",
            ],
        ),
        (
            "shop",
            "AUDIT",
            ["GET /orders", "GET /orders/7", "GET /orders/7/x", "GET /shipments/7"],
            ["POST /orders", "GET /carts/7", "GET /shipments"],
        ),
        ("users-and-orders", "USERS", ["GET /users/7"], ["GET /users/7/orders"]),
        (
            "users-and-orders",
            "ORDERS",
            ["GET /users/7/orders", "GET /users/7/orders/8"],
            ["GET /users/7", "GET /users"],
        ),
        (
            "users-and-orders",
            "ORDERS USERS",
            ["GET /users/7", "GET /users/7/orders", "GET /users/7/orders/8"],
            ["GET /users/", "GET /users/7/orders/8/9", "POST /users"],
        ),
    ],
)
def test_a_role_opens_what_its_map_says(
    name: str, roles: str, opened: list[str], shut: list[str]
) -> None:
    """And not what others have."""
    assert [c for c in (*opened, *shut) if _is_open(name, roles, c)] == opened


@pytest.mark.parametrize(
    ("name", "roles", "call", "expected"),
    [
        ("reports", "REPORTS", "POST /reports/search", True),
        ("reports", "EXPORT", "POST /reports/7/export", True),
        ("reports", "EDIT", "PUT /reports/7", False),
        ("graphql", "QUERIES", "POST /api/itpm", True),
        ("graphql", "QUERIES", "POST /api/attachment/7/file", False),
        ("graphql", "ANY_SCHEMA", "POST /api/itpm", False),
        ("graphql", "ANY_SCHEMA", "GET /api/itpm/sdl", True),
        ("shop", "BUY", "DELETE /carts/7", False),
        ("shop", "BUY", "GET /carts/7", True),
    ],
)
def test_a_read_only_record_reads(
    name: str, roles: str, call: str, *, expected: bool
) -> None:
    """GET, HEAD, OPTIONS, and what is marked as reading."""
    assert _is_open(name, roles, call, read_only=True) is expected


@pytest.mark.parametrize("name", _MAPS)
def test_every_map_is_accepted_and_each_role_fits(name: str) -> None:
    """Nothing is refused; the policy of one role, and of all, is within the bound."""
    role_map = _map(name)
    assert [f for f in check(role_map) if f.grade == "refuse"] == []
    assert all(role_map.grant([role]).bytes <= MAX_BYTES for role in role_map.roles)
    assert role_map.grant(list(role_map.roles)).bytes <= MAX_BYTES


@pytest.mark.parametrize("name", _MAPS)
def test_only_self_service_has_roles_that_do_not_go_together(name: str) -> None:
    """``/users/me/sessions`` can't be told from anybody's sessions."""
    restricted = [
        (f.roles, f.route) for f in check(_map(name)) if f.grade == "restrict"
    ]
    expected = [
        (("SELF", "USERS_READ"), "GET /users/me/sessions"),
        (("SELF", "USERS_WRITE"), "DELETE /users/me/sessions/{sessionId}"),
    ]
    assert restricted == (expected if name == "self-service" else [])


@pytest.mark.parametrize(
    ("name", "roles", "route", "words"),
    [
        ("bank", "ACCOUNTS", "GET /accounts/{accountId}", "up to 1 further segment"),
        (
            "bank",
            "ACCOUNTS TRANSACTIONS",
            "GET /accounts/{accountId}/transactions/{transactionId}",
            "like 'GET /accounts/{}/transactions/beneficiaries'",
        ),
        (
            "code-hosting",
            "METADATA",
            "GET /repos/{owner}/{repo}/branches/{branch}",
            "like 'GET /repos/{}/{}/branches/issues'",
        ),
        (
            "code-hosting",
            "CONTENTS_READ",
            "GET /repos/{owner}/{repo}/commits",
            "any number of further segments",
        ),
        ("graphql", "ANY_SCHEMA UPLOADS", "POST /api/{schema}", "up to 2 further"),
        (
            "multi-tenant",
            "ORDERS_READ",
            "GET /{tenant}/orders",
            "does not open 'GET /acme/orders'",
        ),
        (
            "self-service",
            "USERS_READ",
            "GET /users/{userId}",
            "does not open 'GET /users/me'",
        ),
        ("shop", "BROWSE", "GET /products/{productId}", "up to 1 further segment"),
        (
            "users-and-orders",
            "ORDERS USERS",
            "GET /users/{userId}",
            "up to 2 further segments",
        ),
    ],
)
def test_the_findings_are_those_a_reader_would_expect(
    name: str, roles: str, route: str, words: str
) -> None:
    """Each says whose roles, which route, and what."""
    found = [
        f
        for f in check(_map(name))
        if (f.roles, f.route) == (tuple(roles.split()), route)
    ]
    assert any(f.grade == "tell" and words in f.message for f in found), found


_BELOW = "also opens paths that no held route names"
_EMPTY = "is open with an empty {name} as well"
_SOME = "some requests are shut, like"
_TAKEN = "does not open"
_SHUT = "' is shut: IAM has no other way"
_UNPROVEN = "for APIs without {proxy+} and $default routes"
_KINDS = {
    "bank": {_BELOW: 5, _SOME: 1},
    "blanket-admins": {},
    "code-hosting": {_BELOW: 25, _EMPTY: 14, _SOME: 57},
    "graphql": {_BELOW: 6},
    "multi-tenant": {_BELOW: 9, _EMPTY: 3, _SOME: 4, _TAKEN: 7},
    "reports": {_UNPROVEN: 1},
    "self-service": {_SHUT: 2, _BELOW: 4, _TAKEN: 4},
    "shop": {_BELOW: 3},
    "users-and-orders": {_BELOW: 2},
    "example-api": {},
    "hopex": {},
    "ontopop": {"a few more percent-encoded characters are shut": 1, _UNPROVEN: 1},
}


@pytest.mark.parametrize("name", _KINDS)
def test_there_are_so_many_findings_of_each_kind_and_no_others(name: str) -> None:
    """Blanket roles are what IAM can express; denials are warned of once."""
    found = check(_map(name))
    kinds = {kind: [f for f in found if kind in f.message] for kind in _KINDS[name]}
    assert {kind: len(some) for kind, some in kinds.items()} == _KINDS[name]
    assert sum(map(len, kinds.values())) == len(found)


_OPEN_BESIDE = {
    "bank": ["ACCOUNTS: GET /accounts/{accountId}/statements"],
    "code-hosting": [
        "CONTENTS_READ: GET /repos/{owner}/{repo}/branches/{branch}/protection",
        "ISSUES_READ: GET /repos/{owner}/{repo}/branches/{branch}/protection",
    ],
    "self-service": ["USERS_READ: GET /users/export"],
    "shop": [
        "BROWSE: GET /products/export",
        "BROWSE: GET /products/{productId}/stock",
        "CATALOGUE: GET /products/export",
    ],
    "users-and-orders": ["USERS: GET /users/export"],
}
_CLOSED = {
    "bank": ["GET /consents"],
    "code-hosting": ["DELETE /repos/{owner}/{repo}"],
    "graphql": ["DELETE /api/{schema}"],
    "multi-tenant": ["PATCH /tenants/settings"],
    "reports": ["POST /exports"],
    "self-service": ["POST /users/{userId}/password"],
    "shop": ["GET /shipments"],
    "users-and-orders": ["DELETE /users/{userId}", "GET /users/{userId}/invoices"],
}


@pytest.mark.parametrize("name", _MAPS)
def test_the_operations_that_no_role_names_are_those_a_reader_would_expect(
    name: str,
) -> None:
    """A literal beside a ``{name}``, what is below one that is held with more; or shut.

    Every route of the map is one of the API's.
    """
    document = read_document(ROOT / "examples" / "roles" / f"{name}.openapi.yaml")
    routes, unsaid = operations(document)
    found = compare(_map(name), routes)
    told = [f"{f['roles'][0]}: {f['route']}" for f in found["findings"]]  # type: ignore[index, union-attr]
    assert told == _OPEN_BESIDE.get(name, [])
    assert found["closed"] == _CLOSED.get(name, [])
    assert (found["unmatched"], unsaid) == ([], [])
