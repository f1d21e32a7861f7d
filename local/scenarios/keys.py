"""The demo's first part: a key's life, and the status expected for each request."""

import json
import os
import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from apikeys.key import mint, random_key_id
from apikeys.signing import SigningKeys
from local import checkout
from local.clients import Answer, apikeys, aws_lambda_invoke, call
from local.deployment import Stack

MANAGEMENT: Final = "ROLE_ONTOPOP_MANAGEMENT_API"
TRIPLESTORE: Final = "ROLE_ONTOPOP_TRIPLESTORE_API"
ROLE_MAP: Final = checkout.ROOT / "examples" / "roles" / "example-api.toml"

_LIFETIME: Final = 20


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


def run(stack: Stack) -> Iterator[Row]:
    """Yield each row as it happens, from the first key to the revoked one."""
    apikeys(stack, "roles", "put", str(ROLE_MAP), "--yes")
    issued = issue(stack, "--client", "Test App")
    key, key_id = issued["key"], issued["record"]["keyId"]

    yield answered("no key", 401, call(stack, "/whoami", None))
    yield answered("a malformed key", 401, call(stack, "/whoami", "no key at all"))
    yield answered("a forged tag", 401, call(stack, "/whoami", forged(key)))
    yield answered("an unknown id", 401, call(stack, "/whoami", never_issued(stack)))
    yield answered("a key with the role", 200, call(stack, "/management/users", key))
    yield answered(
        "the same key, no role for it", 403, call(stack, "/triplestore/q", key)
    )
    yield answered("the same key, a second route", 200, call(stack, "/whoami", key))
    short_lived = issue(stack, "--client", "Visitor", "--expires", f"{_LIFETIME}s")
    ends_at = time.monotonic() + _LIFETIME
    yield answered("a short-lived key", 200, call(stack, "/whoami", short_lived["key"]))

    leaked = issue(stack, "--client", "Leaky App")
    yield answered("another key", 200, call(stack, "/whoami", leaked["key"]))
    apikeys(stack, "disable", key_id)
    revoked = apikeys(stack, "revoke", leaked["record"]["keyId"], "--yes")
    bound = revoked["effectiveWithinSeconds"]
    time.sleep(bound)
    yield answered(f"disabled, {bound} s later", 401, call(stack, "/whoami", key))
    yield answered(
        f"revoked, {bound} s later", 401, call(stack, "/whoami", leaked["key"])
    )

    enabled = apikeys(stack, "enable", key_id)
    time.sleep(enabled["effectiveWithinSeconds"])
    yield answered("re-enabled", 200, call(stack, "/whoami", key))
    # The emulator does not judge the policy's DateLessThan: wait for its cache, too.
    time.sleep(max(0.0, ends_at + bound - time.monotonic()))
    yield answered("expired", 401, call(stack, "/whoami", short_lived["key"]))

    answer = aws_lambda_invoke(stack, {"action": "get", "keyId": key_id})
    yield Row("aws lambda invoke: get", 200, answer["status"], json.dumps(answer))


def issue(stack: Stack, *options: str) -> dict[str, Any]:
    """Issue a key with the management role, and return the answer."""
    return apikeys(stack, "issue", "--role", MANAGEMENT, *options)


def answered(request: str, expected: int, answer: Answer) -> Row:
    """Return the row of a request that the API answered."""
    return Row(request, expected, answer.status, answer.body)


def forged(key: str) -> str:
    """Return a key with a different last character."""
    return f"{key[:-1]}{'1' if key[-1] == '0' else '0'}"


def never_issued(stack: Stack) -> str:
    """Return a key whose tag is genuine but whose record was never written."""
    store = stack.emulator.client("secretsmanager")
    text = store.get_secret_value(SecretId=stack.outputs["SigningSecretName"])
    signing_keys = SigningKeys.parse(text["SecretString"])
    return mint("ak", random_key_id(os.urandom), signing_keys, os.urandom).text
