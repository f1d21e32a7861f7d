"""Issue a key, present it, get 200, 401 or 403: against the deployed stack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from local.clients import apikeys, call, send
from local.scenarios.keys import MANAGEMENT
from local.scenarios.migration import tell_of_ontopop

if TYPE_CHECKING:
    from local.deployment import Stack
    from local.scenarios.keys import Row
    from tests.integration.deployed import Issued

pytestmark = pytest.mark.deployed


def test_every_request_of_the_demo_gets_the_status_it_must(rows: list[Row]) -> None:
    """The API answers 200, 401 or 403 as the contract says, and after each change."""
    assert [(r.request, r.got) for r in rows] == [(r.request, r.expected) for r in rows]


def test_a_refused_credential_learns_nothing_from_the_answer(rows: list[Row]) -> None:
    """401 is the same to the byte for every reason to refuse a credential."""
    refused = [row for row in rows if row.expected == 401]
    assert len(refused) >= 7
    assert len({row.body for row in refused}) == 1


def test_the_back_end_learns_who_calls(stack: Stack, issued: Issued) -> None:
    """The context reaches the integration as flat strings, without any secret."""
    answer = call(stack, "/whoami", issued.key)
    record = issued.record
    assert json.loads(answer.body) == {
        "principalId": record["keyId"],
        "keyId": record["keyId"],
        "credential": "api-key",
        "client": "Test App",
        "issuer": "apikeys",
        "roles": MANAGEMENT,
        # As the record has it; the answer of the admin function names its zone.
        "expirationDate": record["expirationDate"].removesuffix("Z"),
    }


def test_a_cached_policy_opens_each_route_of_the_role(
    stack: Stack, issued: Issued
) -> None:
    """Within the gateway's cache each route is judged for itself, in any order."""
    paths = [
        "/triplestore/q",
        "/management",
        "/triplestore",
        "/whoami",
        "/management/a",
    ]
    statuses = [call(stack, path, issued.key).status for path in paths]
    assert statuses == [403, 200, 403, 200, 200]


def test_a_key_anywhere_but_in_its_header_is_not_read(
    stack: Stack, issued: Issued
) -> None:
    """Not in the query string, a cookie or another header; nor does it do harm."""
    key = issued.key
    others = {"Cookie": f"X-API-Key={key}", "Authorization": f"Bearer {key}"}
    answers = [
        send(stack, f"/whoami?X-API-Key={key}", {}),
        send(stack, f"/whoami?x-api-key={key}", others),
        send(stack, "/whoami", others),
        send(stack, f"/whoami?X-API-Key={key}", {"X-API-Key": key}),
    ]
    assert [answer.status for answer in answers] == [401, 401, 401, 200]


def test_a_key_without_roles_is_genuine_but_opens_nothing(stack: Stack) -> None:
    """A valid key without a role is 403, not 401."""
    issued = apikeys(stack, "issue", "--client", "Nobody")
    assert call(stack, "/whoami", issued["key"]).status == 403


def test_a_session_reaches_the_back_end_and_read_only_is_kept(stack: Stack) -> None:
    """A read-only session may GET and not POST, and its settings are in the context."""
    options = ["--session-environment", "Prod", "--session-repository", "EA"]
    options += ["--session-profile", "Viewer", "--connection-mode", "read-only"]
    key = apikeys(
        stack, "issue", "--client", "HOPEX", "--role", "ADMINISTRATOR", *options
    )["key"]
    context = json.loads(call(stack, "/whoami", key).body)
    assert context["connectionMode"] == "READ_ONLY"
    assert context["repository"] == "EA"
    assert call(stack, "/management", key, "POST").status == 403


def test_an_ontopop_record_works_and_so_does_its_import(stack: Stack) -> None:
    """Its client keeps the key, before the import and after it."""
    rows = list(tell_of_ontopop(stack))
    assert [(r.request, r.got) for r in rows] == [(r.request, r.expected) for r in rows]
