"""What the client gets when the authorizer can't judge: 500, never 401 or 403."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from local.clients import apikeys, call
from local.scenarios.keys import ROLE_MAP
from tests.integration import traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.deployment import Stack
    from tests.integration.deployed import Issued

pytestmark = pytest.mark.deployed

# The template is deployed with TTLs of 2 s, at the gateway and in the function.
_BOUND_SECONDS = 4
_DENY_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
}


@contextmanager
def _denied(stack: Stack) -> Iterator[None]:
    iam = stack.emulator.client("iam")
    role = stack.emulator.client("cloudformation").describe_stack_resource(
        StackName=stack.name, LogicalResourceId="AuthorizerRole"
    )["StackResourceDetail"]["PhysicalResourceId"]
    iam.put_role_policy(
        RoleName=role, PolicyName="deny", PolicyDocument=json.dumps(_DENY_ALL)
    )
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="deny")


def test_a_store_that_denies_access_is_500_and_leaves_nothing_behind(
    stack: Stack, issued: Issued
) -> None:
    """Access denied is a decision: nothing stale serves, nothing is remembered."""
    assert call(stack, "/whoami", issued.key).status == 200
    with _denied(stack):
        time.sleep(_BOUND_SECONDS)
        assert call(stack, "/whoami", issued.key).status == 500
    assert call(stack, "/whoami", issued.key).status == 200


def test_without_a_role_map_every_answer_to_a_good_key_is_500(
    stack: Stack, issued: Issued
) -> None:
    """Until the role map exists nothing is open, and nobody is told to go away.

    The log says that it is missing, not that the store denies access to it.
    """
    secrets = stack.emulator.client("secretsmanager")
    secrets.delete_secret(SecretId="APIROLES", ForceDeleteWithoutRecovery=True)
    try:
        time.sleep(_BOUND_SECONDS)
        assert call(stack, "/whoami", issued.key).status == 500
        assert "the stored secret APIROLES is unknown" in traces.logs(stack)
    finally:
        apikeys(stack, "roles", "put", str(ROLE_MAP), "--yes")
    assert call(stack, "/whoami", issued.key).status == 200


def test_a_corrupt_record_refuses_only_its_own_key(
    stack: Stack, issued: Issued
) -> None:
    """A record that is not JSON is 401 for its key; it can still be revoked."""
    other = apikeys(stack, "issue", "--client", "Other", "--role", "ADMINISTRATOR")
    key_id = issued.record["keyId"]
    secrets = stack.emulator.client("secretsmanager")
    secrets.put_secret_value(SecretId=f"APIKEY_{key_id}", SecretString="{")
    assert call(stack, "/whoami", issued.key).status == 401
    assert call(stack, "/whoami", other["key"]).status == 200
    revoked = apikeys(stack, "revoke", key_id, "--yes")
    assert (revoked["record"]["keyId"], revoked["record"]["state"]) == (
        key_id,
        "revoked",
    )
