"""An incident on the deployed stack: one command refuses all keys of a client."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from apikeys.key import mint, random_key_id
from apikeys.signing import SigningKeys
from local.clients import APIKEYS, apikeys, call
from local.scenarios.keys import MANAGEMENT
from tests.builders import entropy, record_text

if TYPE_CHECKING:
    from local.deployment import Stack
    from tests.integration.deployed import Issued

pytestmark = pytest.mark.deployed

# As many as `make test` has the time for; MANY_KEYS=500 for the long run.
_COUNT = int(os.environ.get("MANY_KEYS", "20"))


def test_all_keys_of_a_client_are_refused_within_the_bound(stack: Stack) -> None:
    """``disable --client --wait``: a row for each, and all are 401 when it ends."""
    secrets = stack.emulator.client("secretsmanager")
    signing = secrets.get_secret_value(SecretId="apikeys-signing-key")["SecretString"]
    signing_keys = SigningKeys.parse(signing)
    keys = []
    for number in range(_COUNT):
        key_id = random_key_id(entropy(f"incident {number}: id"))
        keys.append(mint("ak", key_id, signing_keys, entropy(f"incident {number}")))
        text = record_text(
            keys[-1], client="Incident", roles=[MANAGEMENT], expirationDate=None
        )
        secrets.create_secret(Name=f"APIKEY_{key_id}", SecretString=text)
    assert {call(stack, "/whoami", key.text).status for key in keys[:5]} == {200}
    command = ["disable", "--client", "Incident", "--yes", "--wait"]
    done = subprocess.run(
        [str(APIKEYS), *command, "--stack", stack.name, "--output", "json"],
        capture_output=True,
        check=True,
        env=stack.emulator.environment,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=540,
    )
    rows = json.loads(done.stdout)["rows"]
    assert {(row["keyId"], row["status"]) for row in rows} == {
        (key.key_id, "disabled") for key in keys
    }
    assert f"{_COUNT} disabled." in done.stderr
    assert "In force everywhere" in done.stderr
    assert {call(stack, "/whoami", key.text).status for key in keys} == {401}


def test_a_made_up_leak_ends_nothing_and_the_true_one_its_key(
    stack: Stack, issued: Issued
) -> None:
    """A key with a live id and another tag; then the key itself."""
    invoke = {"action": "revoke", "credential": forged_text(issued.key)}
    client = stack.emulator.client("lambda")

    def answer(event: dict[str, str]) -> int:
        payload = client.invoke(
            FunctionName=stack.admin_function, Payload=json.dumps(event).encode()
        )["Payload"]
        return int(json.loads(payload.read())["status"])

    assert answer(invoke) == 404
    key_id = issued.record["keyId"]
    assert apikeys(stack, "get", key_id)["record"]["state"] == "active"
    assert answer({"action": "revoke", "credential": issued.key}) == 200
    assert apikeys(stack, "get", key_id)["record"]["state"] == "revoked"


def forged_text(key: str) -> str:
    """Return a key's text with another last character."""
    return key[:-1] + ("0" if key[-1] != "0" else "1")
