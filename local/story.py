"""What the demo does with a deployed stack: requests, and the status each must get."""

import json
import os
import secrets
import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from apikeys.key import mint, random_key_id
from apikeys.signing import SigningKeys
from local import checkout
from local.clients import Answer, apikeys, aws_lambda_invoke, call
from local.deployment import STACK_NAME, Stack, deploy

MANAGEMENT: Final = "ROLE_ONTOPOP_MANAGEMENT_API"
ROLE_MAP: Final = checkout.ROOT / "examples" / "roles" / "example-api.toml"

_LIFETIME: Final = "20s"


class Row(NamedTuple):
    """One line of the demo's table."""

    request: str
    expected: int
    got: int
    body: str = ""

    @property
    def is_as_expected(self) -> bool:
        """Whether the API answered as it should."""
        return self.got == self.expected


def tell(stack: Stack) -> Iterator[Row]:
    """Yield each row as it happens, from the first key to the revoked one."""
    apikeys(stack, "roles", "put", str(ROLE_MAP))
    short_lived = _issue(stack, "--client", "Visitor", "--expires", _LIFETIME)
    ends_at = time.monotonic() + int(_LIFETIME.rstrip("s"))
    issued = _issue(stack, "--client", "Test App")
    key, key_id = issued["key"], issued["record"]["keyId"]

    yield _row("no key", 401, call(stack, "/whoami", None))
    yield _row("a malformed key", 401, call(stack, "/whoami", "no key at all"))
    yield _row("a forged tag", 401, call(stack, "/whoami", _forged(key)))
    yield _row("an unknown id", 401, call(stack, "/whoami", _never_issued(stack)))
    yield _row("a key with the role", 200, call(stack, "/management/users", key))
    yield _row("the same key, no role for it", 403, call(stack, "/triplestore/q", key))
    yield _row("the same key, a second route", 200, call(stack, "/whoami", key))
    yield _row("a short-lived key", 200, call(stack, "/whoami", short_lived["key"]))

    leaked = _issue(stack, "--client", "Leaky App")
    yield _row("another key", 200, call(stack, "/whoami", leaked["key"]))
    apikeys(stack, "disable", key_id)
    revoked = apikeys(stack, "revoke", leaked["record"]["keyId"], "--yes")
    bound = revoked["effectiveWithinSeconds"]
    time.sleep(bound)
    yield _row(f"disabled, {bound} s later", 401, call(stack, "/whoami", key))
    yield _row(f"revoked, {bound} s later", 401, call(stack, "/whoami", leaked["key"]))

    enabled = apikeys(stack, "enable", key_id)
    time.sleep(enabled["effectiveWithinSeconds"])
    yield _row("re-enabled", 200, call(stack, "/whoami", key))
    # The emulator does not judge the policy's DateLessThan: wait for its cache, too.
    time.sleep(max(0.0, ends_at + bound - time.monotonic()))
    yield _row("expired", 401, call(stack, "/whoami", short_lived["key"]))

    yield from _tell_of_ontopop(stack)

    answer = aws_lambda_invoke(stack, {"action": "get", "keyId": key_id})
    yield Row("aws lambda invoke: get", 200, answer["status"], json.dumps(answer))


def tell_with_slow_hashes(stack: Stack) -> Iterator[Row]:
    """Yield the rows of the same stack once it stores argon2id digests."""
    fast = _issue(stack, "--client", "Issued before")["key"]
    deploy(stack.emulator, STACK_NAME, {"KeyHash": "argon2id"})
    slow = _issue(stack, "--client", "Issued after")["key"]
    yield _row("KeyHash=argon2id, a new key", 200, call(stack, "/whoami", slow))
    yield _row("KeyHash=argon2id, an older key", 200, call(stack, "/whoami", fast))
    yield _row("KeyHash=argon2id, forged", 401, call(stack, "/whoami", _forged(slow)))


def _tell_of_ontopop(stack: Stack) -> Iterator[Row]:
    """Yield a key of OntoPop's, with its own record and with the imported one."""
    key = secrets.token_hex(16)
    record = {
        "key": key,
        "issueDate": "2022-03-01T10:32:19",
        "expirationDate": "2099-05-30T10:32:19",
        "issuer": "HyperLearning AI",
        "client": "Test App",
        "enabled": True,
        "roles": [MANAGEMENT],
    }
    store = stack.emulator.client("secretsmanager")
    own = {"Name": f"APIKEY_{key}", "SecretString": json.dumps(record)}
    store.create_secret(**own)
    yield _row("OntoPop's own record", 200, call(stack, "/management/users", key))
    yield _row("the same, no role for it", 403, call(stack, "/triplestore/q", key))
    file = stack.emulator.folder / "ontopop.json"
    file.write_text(json.dumps(record))
    apikeys(stack, "import", "--record", str(file))
    store.delete_secret(SecretId=own["Name"], ForceDeleteWithoutRecovery=True)
    time.sleep(4)
    yield _row("imported, its own deleted", 200, call(stack, "/management/users", key))


def _issue(stack: Stack, *options: str) -> dict[str, Any]:
    return apikeys(stack, "issue", "--role", MANAGEMENT, *options)


def _row(request: str, expected: int, answer: Answer) -> Row:
    return Row(request, expected, answer.status, answer.body)


def _forged(key: str) -> str:
    return f"{key[:-1]}{'1' if key[-1] == '0' else '0'}"


def _never_issued(stack: Stack) -> str:
    """Return a key whose tag is genuine but whose record was never written."""
    store = stack.emulator.client("secretsmanager")
    text = store.get_secret_value(SecretId=stack.outputs["SigningSecretName"])
    signing_keys = SigningKeys.parse(text["SecretString"])
    return mint("ak", random_key_id(os.urandom), signing_keys, os.urandom).text
