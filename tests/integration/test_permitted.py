"""What each function does to which record, on the emulator, under its own IAM role."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import pytest

from apikeys.key import Key
from local.deployment import deploy
from local.emulator import REGION
from local.scenarios.keys import MANAGEMENT, TRIPLESTORE
from tests.builders import foreign_key
from tests.permitted import (
    ACTIONS,
    FUNCTIONS,
    LIMITS,
    RECORDS,
    ROWS,
    is_refused,
    named_in,
    request,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.deployment import Stack

pytestmark = pytest.mark.deployed

# Announced by a function of its own: see test_notices.py.
_ELSEWHERE = {"notify"}
_ROLES = {"READER": MANAGEMENT, "WRITER": TRIPLESTORE}


class Functions(NamedTuple):
    """Three limited admin functions over one account's records, and one of them all."""

    stack: Stack
    names: Mapping[str, str]

    def invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        """Return the answer of a function, by default of the shared stack's."""
        name = self.names.get(function, self.stack.admin_function)
        client = self.stack.emulator.client("lambda")
        answer = client.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        found: dict[str, Any] = json.loads(answer["Payload"].read())
        return found


@pytest.fixture(scope="module")
def functions(stack: Stack) -> Functions:
    """Return the functions of two more deployments over the shared stack's records."""
    limits = {f"Support{n}": text for n, text in LIMITS.items()} | {
        "SupportRoles": MANAGEMENT
    }
    own = {f"Grantable{n}": limits[f"Support{n}"] for n in LIMITS}
    common = {
        "SigningSecretName": "apikeys-signing-key",
        "ExampleApi": "false",
        "ExpiryNotices": "",
        "SupportFunction": "true",
    }
    first = deploy(
        stack.emulator,
        "limited",
        common | limits | own | {"AdminActions": "read", "SupportActions": "support"},
    )
    second = deploy(
        stack.emulator,
        "team",
        common | limits | {"SupportActions": "all", "AdminActions": "read"},
    )
    made = Functions(
        stack,
        {
            "read": first.outputs["AdminFunctionName"],
            "support": first.outputs["SupportFunctionName"],
            "all": second.outputs["SupportFunctionName"],
        },
    )
    # The first import makes what ids follow from, in the signing secret: that is for a
    # function that may grant every role.
    first_import = {"action": "import", "key": foreign_key("first"), "client": "Acme"}
    assert made.invoke("", first_import)["status"] == 201
    return made


def _translated(record: dict[str, Any]) -> dict[str, Any]:
    return record | {"roles": [_ROLES[role] for role in record["roles"]]}


def _stored(functions: Functions, record: dict[str, Any]) -> Key:
    """Return a key whose record has these fields, whoever may give them."""
    key = Key.parse(functions.invoke("", {"action": "issue", "client": "Acme"})["key"])
    secrets = functions.stack.emulator.client("secretsmanager")
    name = f"APIKEY_{key.key_id}"
    found = json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])
    secrets.put_secret_value(SecretId=name, SecretString=json.dumps(found | record))
    return key


@pytest.mark.parametrize("action", [a for a in ACTIONS if a not in _ELSEWHERE])
def test_each_function_does_what_the_table_says_under_its_own_role(
    functions: Functions, action: str
) -> None:
    """What is permitted, IAM permits as well; what is not is 403 by its parameter."""
    outsides = list(RECORDS)
    kind = outsides[1 + list(ROWS).index(action) % (len(outsides) - 1)]
    for outside in ("", kind):
        record = _translated(RECORDS[outside])
        key = _stored(functions, record)
        if action == "restore":
            revoked = functions.invoke("", {"action": "revoke", "keyId": key.key_id})
            assert revoked["status"] == 200
        for function in reversed(FUNCTIONS):
            asked = request(
                action,
                record,
                key_id=key.key_id,
                credential=key.text,
                foreign=foreign_key(f"{action} {outside}"),
            )
            answer = functions.invoke(function, asked)
            cell = (action, function, outside, answer)
            if is_refused(action, function, outside):
                assert answer["status"] == 403, cell
                assert named_in(answer, function, action, outside), cell
            else:
                assert answer["status"] != 403, cell
                assert "AccessDenied" not in json.dumps(answer), cell


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_reads_what_it_asked_the_decision_log(
    functions: Functions, function: str
) -> None:
    """The second call of usage takes a permission of its own."""
    asked = functions.invoke(function, {"action": "usage", "client": "Acme"})
    assert asked["status"] == 200, asked
    answer = functions.invoke(
        function, {"action": "usage", "queryId": asked["queryId"]}
    )
    assert answer["status"] == 200, answer
    assert "AccessDenied" not in json.dumps(answer)


def test_a_role_could_not_do_what_its_function_does_not(functions: Functions) -> None:
    """Whoever takes the function over is held by IAM, too."""
    emulator = functions.stack.emulator
    key = _stored(functions, {})
    name = f"APIKEY_{key.key_id}"
    denied = {
        "read": ("put_secret_value", "delete_secret", "restore_secret"),
        "support": ("restore_secret",),
    }
    for function, calls in denied.items():
        role = emulator.client("lambda").get_function(
            FunctionName=functions.names[function]
        )["Configuration"]["Role"]
        given = emulator.client("sts").assume_role(
            RoleArn=role, RoleSessionName="outside"
        )["Credentials"]
        secrets: Any = boto3.client(
            "secretsmanager",
            endpoint_url=emulator.endpoint,
            region_name=REGION,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )
        assert secrets.get_secret_value(SecretId=name)
        for call in calls:
            more = {"SecretString": "{}"} if call == "put_secret_value" else {}
            with pytest.raises(secrets.exceptions.ClientError) as refused:
                getattr(secrets, call)(SecretId=name, **more)
            error = refused.value.response["Error"]["Code"]
            assert error == "AccessDeniedException", (function, call)
