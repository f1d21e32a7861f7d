"""The demo's third part: what teams bring along from OntoPop and HOPEX."""

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from local.clients import Answer, apikeys, call, call_as
from local.deployment import STACK_NAME, Stack, deploy
from local.scenarios.keys import MANAGEMENT, Row, answered, forged, issue

_USERS: Final = "/management/users"
_OTHER: Final = "/triplestore/q"
_READER: Final = "webservice"
_SESSION: Final = (
    *("--session-login", "mega"),
    *("--session-environment", "Production"),
    *("--session-repository", "Main"),
    *("--session-profile", "Application Architect"),
    *("--session-mode", "multi"),
)
# Seconds, in which one request passes even where two slow hashes take long.
_OVERLAP: Final = 15
# Two kinds of credentials can't share a cache, and every new digest is slow.
BOTH_KINDS: Final = {
    "Credentials": "api-key,basic",
    "AuthorizerCacheSeconds": "0",
    "KeyHash": "argon2id",
}


def tell_of_ontopop(stack: Stack, reads_its_own: bool = True) -> Iterator[Row]:  # noqa: FBT001, FBT002 - a fact of the stack
    """Yield the rows of an OntoPop key, with OntoPop's own record and imported.

    Args:
        stack: where it is shown.
        reads_its_own: whether the stack reads the records that OntoPop wrote.
    """
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
    if reads_its_own:
        yield answered("OntoPop's own record", 200, call(stack, _USERS, key))
        yield answered("the same, no role for it", 403, call(stack, _OTHER, key))
    file = stack.emulator.folder / "ontopop.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(record))
    imported = apikeys(stack, "import", "--record", str(file))
    file.unlink()
    store.delete_secret(SecretId=own["Name"], ForceDeleteWithoutRecovery=True)
    time.sleep(imported["effectiveWithinSeconds"])
    yield answered("imported, its own deleted", 200, call(stack, _USERS, key))


def deployed_for_both_kinds(
    stack: Stack, parameters: Mapping[str, str] = MappingProxyType({})
) -> Stack:
    """Deploy a stack again, to accept logins as well as keys and to hash slowly.

    MiniStack then gives the example API another id, which AWS does not.
    """
    return deploy(stack.emulator, STACK_NAME, {**parameters, **BOTH_KINDS})


def tell_of_both_kinds(stack: Stack, older: str) -> Iterator[Row]:
    """Yield the rows of a stack that accepts both, beginning with an earlier key."""
    slow = issue(stack, "--client", "Issued after")["key"]
    yield answered("KeyHash=argon2id, a new key", 200, call(stack, "/whoami", slow))
    yield answered("KeyHash=argon2id, an older key", 200, call(stack, "/whoami", older))
    refused = call(stack, "/whoami", forged(slow))
    yield answered("KeyHash=argon2id, forged", 401, refused)
    yield from _tell_of_an_account(stack)
    yield from _tell_of_a_read_only_key(stack)


def _tell_of_an_account(stack: Stack) -> Iterator[Row]:
    account = issue(stack, "--client", "HOPEX", "--login", _READER, *_SESSION)
    old = account["password"]

    def asked(password: str, path: str = _USERS) -> Answer:
        return call_as(stack, path, _READER, password)

    yield answered("a Basic account", 200, asked(old))
    yield answered("the same, no role for it", 403, asked(old, _OTHER))
    yield answered("a wrong password", 401, asked(f"{old}x"))
    rotated = apikeys(stack, "rotate", "--login", _READER, "--overlap", f"{_OVERLAP}s")
    ends_at = time.monotonic() + _OVERLAP
    yield answered("rotated: the old one, in the overlap", 200, asked(old))
    yield answered("rotated: the new password", 200, asked(rotated["password"]))
    bound = rotated["effectiveWithinSeconds"]
    time.sleep(max(0.0, ends_at + bound - time.monotonic()))
    yield answered("rotated: the old one, after it", 401, asked(old))


def _tell_of_a_read_only_key(stack: Stack) -> Iterator[Row]:
    read_only = (*_SESSION, "--connection-mode", "read-only")
    reader = issue(stack, "--client", "HOPEX", *read_only)
    key, key_id = reader["key"], reader["record"]["keyId"]
    yield answered("a read-only session's key, GET", 200, call(stack, _USERS, key))
    posted = call(stack, _USERS, key, "POST")
    yield answered("a read-only session's key, POST", 403, posted)
    rotated = apikeys(stack, "rotate", key_id, "--overlap", "1d")
    yield answered("rotated: the new key", 200, call(stack, _USERS, rotated["key"]))
    yield answered(
        "rotated: the old one, in the overlap", 200, call(stack, _USERS, key)
    )
