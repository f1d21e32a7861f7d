"""The built packages under Lambda's runtime emulator."""

from __future__ import annotations

import gzip
import http.client
import json
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from apikeys_cli.admin_function import client_context
from local import function
from local.clients import apikeys
from local.runtime import running_function

if TYPE_CHECKING:
    from local.deployment import Stack
    from tests.integration.deployed import Issued

pytestmark = [pytest.mark.deployed, pytest.mark.packaged]

_EVENTS = Path(__file__).resolve().parents[2] / "events"
_AUTHORIZER, _ADMIN = "AuthorizerFunction", "AdminFunction"
_LAST_USE = "LastUseFunction"


def _event(name: str, key: str | None = None) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((_EVENTS / f"{name}.json").read_text())
    if key is not None:
        event["headers"]["X-API-Key"] = key
        event["multiValueHeaders"]["X-API-Key"] = [key]
    return event


def test_the_package_answers_as_the_deployed_function_does(
    stack: Stack, issued: Issued, tmp_path: Path
) -> None:
    """A good key gets a policy; each refused credential the text Unauthorized."""
    variables = function.variables(stack, _AUTHORIZER)
    with running_function(_AUTHORIZER, variables, tmp_path) as runtime:
        allowed = runtime.invoke(_event("rest-request", issued.key))
        refused = [
            runtime.invoke(_event("rest-request", "no key at all")),
            runtime.invoke(_event("rest-request-without-key")),
            runtime.invoke(_event("rest-request-two-keys")),
        ]
        lines = _decisions(runtime.log)
    assert allowed["principalId"] == issued.record["keyId"]
    assert allowed["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    texts = {(answer["errorMessage"], answer["errorType"]) for answer in refused}
    assert texts == {("Unauthorized", "Exception")}
    reasons = [line["reason"] for line in lines]
    assert reasons == ["granted", "malformed", "missing", "ambiguous"]
    assert [line["cold_start"] for line in lines] == [True, False, False, False]


def test_a_store_that_is_down_is_a_fault_and_never_unauthorized(
    stack: Stack, issued: Issued, tmp_path: Path
) -> None:
    """Without an answer from Secrets Manager nobody is judged."""
    variables = function.variables(stack, _AUTHORIZER)
    variables["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    with running_function(_AUTHORIZER, variables, tmp_path) as runtime:
        answer = runtime.invoke(_event("rest-request", issued.key))
        (line,) = _decisions(runtime.log)
    assert answer["errorType"] == "StoreUnavailableError"
    assert "Unauthorized" not in answer["errorMessage"]
    assert (line["outcome"], line["reason"]) == ("fault", "store_unavailable")


def test_the_admin_package_carries_out_its_events(stack: Stack, tmp_path: Path) -> None:
    """Each admin event of ``events/`` gets its answer from the built package."""
    variables = function.variables(stack, _ADMIN)
    # Among the events are an account and an import, which a deployment has to take.
    variables |= {"CREDENTIALS": "api-key,basic", "LEGACY_KEYS": "imported"}
    with running_function(_ADMIN, variables, tmp_path) as runtime:
        issued = runtime.invoke(_event("admin-issue"))
        assert issued["status"] == 201
        key_id = issued["record"]["keyId"]
        for action in ("get", "disable", "enable", "revoke"):
            event = _event(f"admin-{action}") | {"keyId": key_id}
            assert runtime.invoke(event)["status"] == 200, action
        account = runtime.invoke(_event("admin-issue-account"))
        rotated = runtime.invoke(_event("admin-rotate-account"))
        assert (account["status"], rotated["status"]) == (201, 201)
        assert account["password"] != rotated["password"]
        _let_pass(stack, tmp_path, account["password"])
        assert runtime.invoke(_event("admin-revoke-account"))["status"] == 200
        imported = runtime.invoke(_event("admin-import"))
        assert (imported["status"], "key" in imported) == (201, False)
        assert runtime.invoke(_event("admin-roles-get"))["status"] == 200
        again = _event("admin-roles-put") | {"ifVersion": "stale"}
        assert runtime.invoke(again)["error"]["code"] == "version_conflict"


def _let_pass(stack: Stack, folder: Path, password: str) -> None:
    """Present the event of a login to the authorizer's package, which knows argon2."""
    event = _event("rest-request-basic")
    token = b64encode(f"webservice:{password}".encode()).decode()
    event["headers"]["Authorization"] = f"Basic {token}"
    event["multiValueHeaders"]["Authorization"] = [f"Basic {token}"]
    variables = function.variables(stack, _AUTHORIZER) | {"CREDENTIALS": "basic"}
    with running_function(_AUTHORIZER, variables, folder) as runtime:
        answer = runtime.invoke(event)
    assert answer["principalId"] == "webservice"
    assert answer["context"]["connectionMode"] == "READ_ONLY"


def test_the_admin_package_logs_who_claims_to_have_called(
    stack: Stack, tmp_path: Path
) -> None:
    """The CLI's client context reaches the audit line; MiniStack passes none on."""
    actor = "arn:aws:sts::123456789012:assumed-role/Ops/ada"
    with running_function(_ADMIN, function.variables(stack, _ADMIN), tmp_path) as rie:
        connection = http.client.HTTPConnection("127.0.0.1", rie.port, timeout=60)
        connection.request(
            "POST",
            "/2015-03-31/functions/function/invocations",
            json.dumps(_event("admin-roles-get")).encode(),
            {"X-Amz-Client-Context": client_context(actor)},
        )
        assert json.load(connection.getresponse())["status"] == 200
        connection.close()
        rie.invoke(_event("admin-roles-get"))
        lines = [line for line in _decisions(rie.log) if line.get("action")]
    audit = [line for line in lines if line.get("message") == "audit"]
    assert [line.get("claimed_actor") for line in audit] == [actor, None]


def test_the_last_use_package_notes_what_the_authorizer_package_logged(
    stack: Stack, issued: Issued, tmp_path: Path
) -> None:
    """From the line of one package by the other to the record that a person reads."""
    key_id = issued.record["keyId"]
    variables = function.variables(stack, _AUTHORIZER)
    with running_function(_AUTHORIZER, variables, tmp_path) as runtime:
        runtime.invoke(_event("rest-request", issued.key))
        runtime.invoke(_event("rest-request", "no key at all"))
        lines = runtime.log.read_text().splitlines()
        (used, _) = _decisions(runtime.log)
    variables = function.variables(stack, _LAST_USE)
    with running_function(_LAST_USE, variables, tmp_path) as runtime:
        # Sent by CloudWatch Logs to try a new subscription.
        assert runtime.invoke(_delivery("CWL CONTROL MESSAGE: health check")) is None
        assert apikeys(stack, "get", key_id)["record"]["lastUsed"] is None
        assert runtime.invoke(_delivery(*lines)) is None
    noted = apikeys(stack, "get", key_id)["record"]["lastUsed"]
    assert noted == used["timestamp"][:19] + "Z"


def test_a_delivery_that_can_not_be_noted_fails_and_is_repeated(
    stack: Stack, issued: Issued, tmp_path: Path
) -> None:
    """Lambda repeats what raises; silence would lose the use."""
    line = {
        "outcome": "allow",
        "timestamp": "2026-11-22T00:10:52Z",
        "key_id": issued.record["keyId"],
        "login": None,
    }
    variables = function.variables(stack, _LAST_USE) | {"LAST_USE_TABLE": "no-table"}
    with running_function(_LAST_USE, variables, tmp_path) as runtime:
        answer = runtime.invoke(_delivery(json.dumps(line)))
    assert answer["errorType"] == "ResourceNotFoundException"


def _delivery(*lines: str) -> dict[str, Any]:
    """Return lines of a log as a subscription delivers them."""
    events = [{"id": str(n), "timestamp": 0, "message": m} for n, m in enumerate(lines)]
    text = json.dumps({"messageType": "DATA_MESSAGE", "logEvents": events})
    data = b64encode(gzip.compress(text.encode())).decode()
    return {"awslogs": {"data": data}}


def _decisions(log: Path) -> list[dict[str, Any]]:
    lines = [line for line in log.read_text().splitlines() if line.startswith("{")]
    return [json.loads(line) for line in lines]
