"""Three of the example role maps on the deployed stack, judged by cached policies."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from apikeys.session import REQUIRED
from local.checkout import ROOT
from local.clients import CliError, apikeys, send
from local.scenarios.keys import ROLE_MAP
from tests.integration.traces import logs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.deployment import Stack

pytestmark = pytest.mark.deployed

_ROLES = ROOT / "examples" / "roles"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_READING = (
    *(f"--session-{name}=x" for name in REQUIRED),
    "--connection-mode=read-only",
)


class Row(NamedTuple):
    """One request of a record, and why it is answered as it is."""

    roles: str
    request: str
    status: int
    reason: str


_TABLE = {
    "users-and-orders": [
        Row("USERS", "GET /users", 200, "held"),
        Row("USERS", "GET /users/7", 200, "held, for any user"),
        Row("USERS", "GET /users/7/orders", 403, "another route, which ORDERS has"),
        Row("USERS", "GET /users/7/x", 403, "{userId} is one segment"),
        Row("USERS", "GET /users/7/", 403, "one more segment, though an empty one"),
        Row("USERS", "GET /users/", 403, "an empty segment is no {userId}"),
        Row("USERS", "DELETE /users/7", 403, "a method that nobody has"),
        Row("ORDERS", "GET /users/7/orders", 200, "held"),
        Row("ORDERS", "GET /users/7/orders/8", 200, "held"),
        Row("ORDERS", "GET /users/7", 403, "another route, which USERS has"),
    ],
    "self-service": [
        Row("USERS_READ", "GET /users/7", 200, "held, for any user"),
        Row("USERS_READ", "GET /users/me", 403, "the literal is SELF's"),
        Row("USERS_READ", "GET /users/m%65", 403, "the same literal, encoded"),
        Row("USERS_READ", "GET /users/7/sessions", 403, "a route of SESSIONS"),
        Row("SELF", "GET /users/me", 200, "held"),
        Row("SELF", "DELETE /users/me/sessions/7", 200, "held"),
        Row("SELF", "GET /users/7", 403, "a route of USERS_READ"),
        Row("SELF", "GET /users/me/x", 403, "nobody has it"),
        Row("SUPPORT", "GET /users/me/sessions", 200, "in a /* that is held"),
        Row("SUPPORT", "GET /users", 403, "/* is what is below, not the thing itself"),
    ],
    "reports": [
        Row("REPORTS", "GET /reports/7/pages/3", 200, "in a /* that is held"),
        Row("REPORTS", "GET /reports/internal", 403, "denied"),
        Row("REPORTS", "GET /reports/internal/", 403, "a deny of /x closes /x/"),
        Row("REPORTS", "GET /reports/internal/7", 403, "denied"),
        Row("REPORTS", "GET /reports/int%65rnal", 403, "the same, encoded"),
        Row("INTERNAL REPORTS", "GET /reports/7", 200, "held by one of the two"),
        Row("INTERNAL REPORTS", "GET /reports/internal/7", 403, "a deny is for all"),
        Row("EDIT REPORTS, reading", "POST /reports/search", 200, "marked as reads"),
        Row("EDIT REPORTS, reading", "GET /reports/7", 200, "a GET"),
        Row("EDIT REPORTS, reading", "DELETE /reports/7", 403, "it reads alone"),
    ],
}


@pytest.fixture(scope="module")
def open_stack(stack: Stack) -> Iterator[Stack]:
    """Return the stack with an API that routes every path, so that policies decide.

    Its gateway keeps a policy for an hour; the example's map is back at the end.
    """
    gateway = stack.emulator.client("apigateway")
    api = gateway.create_rest_api(name="every path")["id"]
    _route_everything(stack, gateway, api)
    gateway.create_deployment(restApiId=api, stageName="example")
    yield stack._replace(outputs={**stack.outputs, "ExampleApiId": api})
    gateway.delete_rest_api(restApiId=api)
    _put(stack, ROLE_MAP)


def _route_everything(stack: Stack, gateway: Any, api: str) -> None:
    functions = stack.emulator.client("lambda").list_functions()["Functions"]
    (back_end,) = (f for f in functions if "ExampleFunction" in f["FunctionName"])
    authorizer = gateway.create_authorizer(
        restApiId=api,
        name="keys",
        type="REQUEST",
        authorizerUri=_invocation(stack.outputs["AuthorizerFunctionArn"]),
        identitySource="method.request.header.X-API-Key",
        authorizerResultTtlInSeconds=3600,
    )
    (root,) = gateway.get_resources(restApiId=api)["items"]
    proxy = gateway.create_resource(
        restApiId=api, parentId=root["id"], pathPart="{proxy+}"
    )
    for method in _METHODS:
        place = {"restApiId": api, "resourceId": proxy["id"], "httpMethod": method}
        gateway.put_method(
            **place, authorizationType="CUSTOM", authorizerId=authorizer["id"]
        )
        gateway.put_integration(
            **place,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=_invocation(back_end["FunctionArn"]),
        )


def _invocation(function: str) -> str:
    gateway = f"arn:aws:apigateway:{function.split(':')[3]}:lambda:path/2015-03-31"
    return f"{gateway}/functions/{function}/invocations"


def _put(stack: Stack, file: Path) -> None:
    answer = apikeys(stack, "roles", "put", str(file), "--yes", "--no-count")
    time.sleep(answer["recordTtlSeconds"])


@pytest.fixture(scope="module")
def stored(open_stack: Stack, request: pytest.FixtureRequest) -> str:
    """Return the name of the example map that is in force."""
    name: str = request.param
    _put(open_stack, _ROLES / f"{name}.toml")
    return name


@pytest.mark.parametrize("stored", _TABLE, indirect=True)
def test_ten_requests_are_answered_as_the_map_says(
    open_stack: Stack, stored: str
) -> None:
    """Each by the one policy that API Gateway keeps for the key."""
    rows = _TABLE[stored]
    issued = {roles: _issue(open_stack, roles) for roles in {r.roles for r in rows}}
    got = [
        row._replace(status=_status(open_stack, row, issued[row.roles]["key"]))
        for row in rows
    ]
    assert got == rows
    decisions = [
        line for line in logs(open_stack).splitlines() if '"message":"decision"' in line
    ]
    for roles, answer in issued.items():
        key_id = answer["record"]["keyId"]
        assert len([line for line in decisions if key_id in line]) == 1, roles


def _issue(stack: Stack, roles: str) -> dict[str, Any]:
    names, _, mode = roles.partition(", ")
    options = _READING if mode else ()
    given = [f"--role={name}" for name in names.split()]
    return apikeys(stack, "issue", "--client=Table", *given, *options)


def _status(stack: Stack, row: Row, key: str) -> int:
    method, path = row.request.split()
    return send(stack, path, {"X-API-Key": key}, method).status


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("stored", ["self-service"], indirect=True)
def test_two_roles_that_lose_a_route_together_are_not_issued(
    open_stack: Stack,
) -> None:
    """SELF with USERS_READ could not read its own sessions."""
    with pytest.raises(CliError, match="'GET /users/me/sessions' is shut"):
        _issue(open_stack, "SELF USERS_READ")
