"""OntoPop's authentication flow, step by step: its records on the deployed stack."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest

from local.clients import apikeys, call
from local.scenarios.keys import MANAGEMENT

if TYPE_CHECKING:
    from local.deployment import Stack

pytestmark = pytest.mark.deployed

_USERS, _OTHER = "/management/users", "/triplestore/q"
_ABSENT = object()


def _kept(stack: Stack, **changes: object) -> str:
    """Store a record as OntoPop writes it, and return the key that names it."""
    key = secrets.token_hex(12).upper()
    record: dict[str, Any] = {
        "key": key,
        "issueDate": "2022-03-01T10:32:19",
        "expirationDate": "2099-05-30T10:32:19",
        "issuer": "HyperLearning AI",
        "client": "Test App",
        "enabled": True,
        "roles": [MANAGEMENT, "ROLE_ONTOPOP_SEARCH_API"],
    } | changes
    text = json.dumps({n: v for n, v in record.items() if v is not _ABSENT})
    store = stack.emulator.client("secretsmanager")
    store.create_secret(Name=f"APIKEY_{key}", SecretString=text)
    return key


def test_the_key_of_the_documents_schema_opens_what_its_roles_say(stack: Stack) -> None:
    """All seven fields; 200 where the role is held, 403 where it is not."""
    key = _kept(stack)
    assert call(stack, _USERS, key).status == 200
    assert call(stack, _OTHER, key).status == 403
    context = json.loads(call(stack, "/whoami", key).body)
    assert {name: context[name] for name in ("client", "issuer", "expirationDate")} == {
        "client": "Test App",
        "issuer": "HyperLearning AI",
        "expirationDate": "2099-05-30T10:32:19",
    }
    assert context["roles"] == f"{MANAGEMENT} ROLE_ONTOPOP_SEARCH_API"
    # The key itself goes no further.
    assert key not in json.dumps(context)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        # The document's own example: it ended in 2022.
        ({"expirationDate": "2022-05-30T10:32:19"}, 401),
        ({"enabled": False}, 401),
        ({"enabled": _ABSENT}, 401),
        ({"enabled": "true"}, 401),
        ({"expirationDate": "2099-05-30"}, 401),
        ({"expirationDate": "2099-05-30T10:32:19Z"}, 401),
        ({"expirationDate": ""}, 401),
        ({"expirationDate": _ABSENT}, 401),
        ({"key": "ANOTHERKEY12345678901234"}, 401),
        ({"key": _ABSENT}, 401),
        ({"expirationDate": None}, 200),
        ({"roles": [MANAGEMENT.lower()]}, 200),
        ({"issueDate": _ABSENT, "issuer": _ABSENT, "client": _ABSENT}, 200),
        ({"department": "unknown to this project", "roles": [MANAGEMENT]}, 200),
        ({"roles": _ABSENT}, 403),
        ({"roles": None}, 403),
        ({"roles": []}, 403),
        # Enabled before expired before roles: the first that fails decides.
        ({"enabled": False, "roles": []}, 401),
        ({"expirationDate": "2022-05-30T10:32:19", "roles": []}, 401),
    ],
)
def test_exists_then_enabled_then_not_expired_then_roles(
    stack: Stack, changes: dict[str, object], status: int
) -> None:
    """401, 401, 401, 403."""
    assert call(stack, _USERS, _kept(stack, **changes)).status == status


@pytest.mark.parametrize(
    "presented",
    [
        "NEVERISSUED0123456789ABC",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:APIKEY_x",
        "../APIROLES",
        "APIROLES",
        "has a space in its middle",
        "x" * 257,
        "x" * 5_000,
        "ends-in-a-suffix-AbCdEf",
    ],
)
def test_what_is_not_an_ontopop_key_is_401(stack: Stack, presented: str) -> None:
    """Whether it could be a secret's name or not; the same to the byte."""
    answer = call(stack, _USERS, presented)
    unknown = call(stack, _USERS, "NEVERISSUED0123456789ABC")
    assert (answer.status, answer.body) == (401, unknown.body)


def test_a_bare_key_id_opens_nothing(stack: Stack) -> None:
    """The name after the prefix is not a key if the record is this project's."""
    issued = apikeys(stack, "issue", "--client", "A", "--role", MANAGEMENT)
    assert call(stack, _USERS, issued["record"]["keyId"]).status == 401


def test_revoking_an_imported_key_ends_the_ontopop_record_too(stack: Stack) -> None:
    """The imported record decides, and its revocation deletes both."""
    key = _kept(stack, roles=[MANAGEMENT])
    file = stack.emulator.folder / "one.json"
    store = stack.emulator.client("secretsmanager")
    text = store.get_secret_value(SecretId=f"APIKEY_{key}")["SecretString"]
    file.touch(mode=0o600)
    file.write_text(text)
    key_id = apikeys(stack, "import", "--record", str(file))["record"]["keyId"]
    file.unlink()
    assert call(stack, _USERS, key).status == 200
    apikeys(stack, "revoke", key_id, "--yes", "--wait")
    assert call(stack, _USERS, key).status == 401
    with pytest.raises(store.exceptions.InvalidRequestException):
        store.get_secret_value(SecretId=f"APIKEY_{key}")
