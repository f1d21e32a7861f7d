"""Each action of the admin function on the deployed stack, under its own IAM role."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from admin.requests.any_request import AnyRequest

if TYPE_CHECKING:
    from local.deployment import Stack

pytestmark = pytest.mark.deployed

_BOUND = {"effectiveWithinSeconds": 4, "recordTtlSeconds": 2}


class Function:
    """The deployed admin function, which notes what it was asked."""

    def __init__(self, stack: Stack) -> None:
        self._client = stack.emulator.client("lambda")
        self._name = stack.admin_function
        self.asked: set[str] = set()

    def __call__(self, action: str, status: int = 200, **fields: object) -> Any:
        """Carry out an action that must be answered with this status."""
        self.asked.add(action)
        answer = self._client.invoke(
            FunctionName=self._name, Payload=json.dumps({"action": action, **fields})
        )
        body = json.load(answer["Payload"])
        assert "FunctionError" not in answer, body.get("errorType")
        assert body.pop("status") == status, body.get("error")
        return body


@pytest.fixture
def function(stack: Stack) -> Function:
    """Return the admin function."""
    return Function(stack)


def test_every_action_keeps_its_contract(function: Function) -> None:
    """A key's whole life, the roles and the deployment; none of the actions is left."""
    key_id = _is_issued_changed_and_looked_at(function)
    _is_cloned_and_rotated(function, key_id)
    _is_revoked_and_restored(function, key_id)
    _is_imported(function)
    _concern_the_deployment(function)
    schema = TypeAdapter(AnyRequest).json_schema()
    assert function.asked == set(schema["discriminator"]["mapping"])


def _is_issued_changed_and_looked_at(function: Function) -> str:
    issued = function(
        "issue",
        201,
        client="Contract",
        roles=["administrator"],
        lifetimeDays=9,
        awaitConfirmation=True,
    )
    key_id = str(issued["record"]["keyId"])
    assert issued.keys() == {"key", "record"} | _BOUND.keys()
    record = function("get", keyId=key_id)["record"]
    assert record == issued["record"] | {"lastUsed": None}
    assert record["expiresInDays"] == 9
    assert (record["roles"], record["state"]) == (["ADMINISTRATOR"], "active")
    listed = function("list", client="Contract", expiringWithinDays=10)
    assert listed == {"records": [record], "unconfirmed": [key_id]}
    assert function("confirm", keyId=key_id) == {"keyId": key_id}
    assert function("list", client="Contract") == {"records": [record]}
    verified = function("verify", credential=issued["key"])
    assert verified == {
        "decision": "allow",
        "reason": "granted",
        "record": issued["record"],
    }

    stale = function("update", 409, keyId=key_id, name="N", ifVersion="stale")
    assert stale["error"]["code"] == "version_conflict"
    version = record["version"]
    updated = function("update", keyId=key_id, name="N", ifVersion=version)
    assert updated["record"]["name"] == "N"
    assert _BOUND.items() <= updated.items()
    disabled = function("disable", keyId=key_id)
    assert (disabled["record"]["state"], disabled.keys()) == (
        "disabled",
        {"record", *_BOUND},
    )
    assert function("verify", credential=issued["key"])["reason"] == "disabled"
    assert function("enable", keyId=key_id)["record"]["state"] == "active"
    return key_id


def _is_cloned_and_rotated(function: Function, key_id: str) -> None:
    token = "contract-0123456789abcdef-0123456789"
    clone = function("clone", 201, keyId=key_id, name="Clone", requestToken=token)
    assert (clone["record"]["client"], clone["record"]["name"]) == ("Contract", "Clone")
    again = function("clone", 201, keyId=key_id, name="Clone", requestToken=token)
    assert again["record"]["keyId"] == clone["record"]["keyId"]
    # The key that was returned last is the one that works.
    assert function("verify", credential=clone["key"])["reason"] == "mismatch"
    assert function("verify", credential=again["key"])["reason"] == "granted"
    old = clone["record"]["keyId"]
    rotated = function("rotate", 201, keyId=old, overlapSeconds=60)
    assert rotated.keys() == {"key", "record", "previous", *_BOUND}
    assert rotated["record"]["replaces"] == old
    assert rotated["previous"]["replacedBy"] == rotated["record"]["keyId"]
    refused = function("rotate", 409, keyId=old)
    assert refused["error"]["code"] == "already_rotated"


def _is_revoked_and_restored(function: Function, key_id: str) -> None:
    gone = function("revoke", keyId=key_id, recoveryDays=7)["record"]
    assert (gone["keyId"], gone["state"], gone["name"]) == (key_id, "revoked", "N")
    assert gone["restorableUntil"] > gone["issueDate"]
    assert function("get", keyId=key_id)["record"] == gone
    assert gone in function("list", state="revoked", limit=100)["records"]
    assert function("enable", 409, keyId=key_id)["error"]["code"] == "key_revoked"
    restored = function("restore", keyId=key_id)["record"]
    assert (restored["state"], restored["name"]) == ("active", "N")
    assert function("restore", 409, keyId=key_id)["error"]["code"] == "not_revoked"


def _is_imported(function: Function) -> None:
    key = "a-foreign-key/of=the+contract"
    imported = function("import", 201, key=key, client="Contract", roles=[])
    # A key without a role: what that opens is said.
    assert imported.keys() == {"record", "findings"} | _BOUND.keys()
    again = function("import", 201, key=key, client="Contract", roles=[])
    assert again["repeated"] is True
    assert again["record"]["version"] == imported["record"]["version"]
    verified = function("verify", credential=key)
    assert verified["record"]["keyId"] == imported["record"]["keyId"]


def _concern_the_deployment(function: Function) -> None:
    stored = function("roles.get")
    role_map = stored["roleMap"]
    checked = function("roles.check", roleMap=role_map)
    assert checked == {"isValid": True, "findings": []}
    bad = {"roles": {"A": {"allow": ["GET x"]}}}
    assert function("roles.check", roleMap=bad)["isValid"] is False
    assert function("roles.put", 400, roleMap=bad)["error"]["findings"]
    stale = function("roles.put", 409, roleMap=role_map, ifVersion="stale")
    assert stale["error"]["code"] == "version_conflict"
    put = function("roles.put", roleMap=role_map, ifVersion=stored["version"])
    assert put["roleMap"] == role_map
    # The local stack names no stage to flush.
    assert function("flush") == {"flushed": []}
    # The schedule asks another function for that.
    assert function("notify", 403)["error"]["code"] == "not_permitted"
    # The emulator groups no rows: what it answers has nothing of a usage query's.
    started = function("usage", days=1)
    assert started.keys() == {"queryId", "from", "to"}
    answered = function("usage", queryId=started["queryId"])
    assert (answered["usage"], answered.keys()) == ([], {"usage", "bytesRead"})
    # No key is refused: it is announced, and signs nothing yet.
    announced = function("signing.rotate")
    assert (announced["phase"], announced["waitSeconds"]) == ("announced", 2)
    assert announced["keys"]["current"] > 0
    (fingerprint,) = announced["fingerprints"]["previous"]
    retired = function("signing.retire", fingerprint=fingerprint)
    assert retired["phase"] == "retired"
    assert retired["fingerprints"] == announced["fingerprints"] | {"previous": []}
