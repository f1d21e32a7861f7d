"""The functions' roles from outside; each denied call first succeeds as root."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.emulator import REGION

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.deployment import Stack
    from tests.integration.deployed import Issued

pytestmark = pytest.mark.deployed

type Client = Any
type Call = Callable[[Client], object]


def _assumed(stack: Stack, logical_id: str, service: str) -> Client:
    """Return a client that acts under a function's own role."""
    emulator = stack.emulator
    role = emulator.client("cloudformation").describe_stack_resource(
        StackName=stack.name, LogicalResourceId=logical_id
    )["StackResourceDetail"]["PhysicalResourceId"]
    arn = emulator.client("iam").get_role(RoleName=role)["Role"]["Arn"]
    credentials = emulator.client("sts").assume_role(
        RoleArn=arn, RoleSessionName="outside"
    )["Credentials"]
    return boto3.client(
        service,
        endpoint_url=emulator.endpoint,
        region_name=REGION,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


@pytest.fixture(scope="module", autouse=True)
def foreign_secret(stack: Stack) -> None:
    """Store a secret that is not this project's."""
    secrets = stack.emulator.client("secretsmanager")
    secrets.create_secret(Name="payroll", SecretString="{}")


READS: dict[str, Call] = {
    "a foreign secret": lambda c: c.get_secret_value(SecretId="payroll"),
    "a foreign description": lambda c: c.describe_secret(SecretId="payroll"),
}
WRITES: dict[str, Call] = {
    "overwrite a foreign secret": lambda c: c.put_secret_value(
        SecretId="payroll", SecretString="{}"
    ),
    "make a foreign secret": lambda c: c.create_secret(
        Name=f"payroll-{id(c)}", SecretString="{}"
    ),
    "tag a foreign secret": lambda c: c.tag_resource(
        SecretId="payroll", Tags=[{"Key": "a", "Value": "b"}]
    ),
}
RECORD_WRITES: dict[str, Call] = {
    "write the role map": lambda c: c.put_secret_value(
        SecretId="APIROLES",
        SecretString=json.dumps({"unmapped": "deny", "roles": {}}),
        VersionStages=["APIKEYS_TEST"],
    ),
    "make a record": lambda c: c.create_secret(
        Name=f"APIKEY_{id(c):016d}", SecretString="{}"
    ),
}
NAMES: dict[str, Call] = {"list the names of all": lambda c: c.list_secrets()}
SIGNING_WRITES: dict[str, Call] = {
    "overwrite the signing secret": lambda c: c.put_secret_value(
        SecretId="apikeys-signing-key", SecretString="{}", VersionStages=["TEST"]
    ),
}
SIGNING: dict[str, Call] = {
    "describe the signing secret": lambda c: c.describe_secret(
        SecretId="apikeys-signing-key"
    ),
}

DENIED = [
    *(("AuthorizerRole", n, c) for n, c in (READS | WRITES | RECORD_WRITES).items()),
    *(("AuthorizerRole", n, c) for n, c in (SIGNING | SIGNING_WRITES).items()),
    *(("AuthorizerRole", n, c) for n, c in NAMES.items()),
    *(("AdminRole", n, c) for n, c in (READS | WRITES | SIGNING).items()),
]


@pytest.mark.parametrize(
    ("role", "name", "attempt"), DENIED, ids=[f"{r}: {n}" for r, n, _ in DENIED]
)
def test_a_function_may_touch_nothing_but_its_own(
    stack: Stack, role: str, name: str, attempt: Call
) -> None:
    """What root can do, the function's role is denied."""
    attempt(stack.emulator.client("secretsmanager"))
    with pytest.raises(ClientError) as denied:
        attempt(_assumed(stack, role, "secretsmanager"))
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException", name


def test_the_authorizer_reads_what_it_needs(stack: Stack, issued: Issued) -> None:
    """The authorizer's role opens records, role map and signing secret."""
    secrets = _assumed(stack, "AuthorizerRole", "secretsmanager")
    names = [f"APIKEY_{issued.record['keyId']}", "APIROLES", "apikeys-signing-key"]
    assert all(secrets.get_secret_value(SecretId=name) for name in names)


@pytest.mark.parametrize("role", ["AuthorizerRole", "AdminRole"])
def test_no_function_may_invoke_the_admin_function(stack: Stack, role: str) -> None:
    """A taken-over function can't have keys issued to itself through the other."""
    arguments = {
        "FunctionName": stack.admin_function,
        "Payload": b'{"action": "roles.get"}',
    }
    assert stack.emulator.client("lambda").invoke(**arguments)["StatusCode"] == 200
    with pytest.raises(ClientError) as denied:
        _assumed(stack, role, "lambda").invoke(**arguments)
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
