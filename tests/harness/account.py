"""An AWS account in memory, and the admin function's invocations in it."""

from __future__ import annotations

import json
import os
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from hashlib import sha256, shake_256
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from admin.dispatch import Actions
from admin.stores import dynamodb, engine, table_list
from apikeys import digest
from tests.builders import (
    NOW,
    PREVIOUS_TEXT,
    ROLE_MAP,
    signing_secret_with_lookup,
)
from tests.fakes import ROLES_NAME, SIGNING_NAME
from tests.harness.api_gateway import ApiGateway
from tests.harness.client import Client
from tests.harness.dynamodb import DynamoDb
from tests.harness.held import Held, of_items, of_secrets
from tests.harness.logs import Logs
from tests.harness.secrets_manager import SecretsManager
from tests.harness.topic import Topic
from tests.in_process import deployment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.harness.client import Call, Line

# Whatever waits for Secrets Manager or a table.
_WAITING = (time, engine, dynamodb, table_list)

PLAN = "plan01"
# What the names of clients' secrets begin with, into which keys are delivered.
DELIVERED = "delivered/"
_SECRET = ("key", "password", "credential")
_STAGE = ("a1b2c3d4e5", "prod")


class Account:
    """What lies in an account; a copy of it goes its own way.

    Attributes:
        now: seconds since 1970, for AWS and for the function.
        environ: the function's settings, beside the signing secret's name.
        sent: every call that went out, whatever became of it.
        secret_texts: the keys and passwords in requests and answers.
    """

    def __init__(self, **environ: str) -> None:
        self.now: float = NOW
        self.environ = {"FLUSH_STAGES": "/".join(_STAGE)} | environ
        self.sent: list[Call] = []
        self.secret_texts: set[str] = set()
        self.secrets = SecretsManager(self._clock)
        self.table = DynamoDb()
        self.gateway = ApiGateway(plans={PLAN: []}, rest_stages={_STAGE})
        self.logs = Logs()
        self.topic = Topic()
        self.store(SIGNING_NAME, signing_secret_with_lookup(PREVIOUS_TEXT))
        self.store(ROLES_NAME, json.dumps(ROLE_MAP))

    def _clock(self) -> float:
        return self.now

    def copy(self) -> Account:
        """Return an account as this one is, apart from it; nothing was sent yet."""
        made: Account = pickle.loads(pickle.dumps(self))  # noqa: S301 - our own
        made.sent = []
        return made

    def held(self) -> dict[str, Held]:
        """Return what is stored under each name, wherever it lies."""
        return of_secrets(self.secrets) | of_items(self.table)

    def store(self, name: str, text: str) -> None:
        """Store a secret as somebody else would."""
        token = sha256(name.encode()).hexdigest()
        self.secrets.create_secret(name, token, text)

    def invoke(self, event: dict[str, Any], line: Line | None = None) -> Any:
        """Invoke the function once, in an environment of its own."""

        def send(call: Call, perform: Callable[[], Any]) -> Any:
            self.sent.append(call)
            return perform() if line is None else line(call, perform)

        answer, _ = _function(self.environ, self._clients(send), self._clock)(event)
        for said in (event, answer):
            self.secret_texts |= {said[name] for name in _SECRET if name in said}
        for name, secret in self.secrets.secrets.items():
            if name.startswith(DELIVERED):
                self.secret_texts |= set(secret.values.values())
        return json.loads(json.dumps(answer))

    def _clients(self, line: Line) -> Callable[[str], Client]:
        services = {
            "secretsmanager": self.secrets,
            "dynamodb": self.table,
            "logs": self.logs,
            "sns": self.topic,
        }

        def client(service: str) -> Client:
            return Client(service, services.get(service, self.gateway), line)

        return client


def _function(
    environ: dict[str, str],
    client: Callable[[str], Any],
    clock: Callable[[], float],
) -> Callable[[object], tuple[Any, Any]]:
    """Return the admin function's entry: from an event to an answer and its audit."""
    return Actions(deployment_of(environ, client, clock)).carry_out


@contextmanager
def determined(seed: str) -> Iterator[None]:
    """Let everything that is drawn follow from a seed, and nothing take time.

    Slow hashes are quick, waits are over at once, and what is read by several threads
    is read in order.
    """
    drawn = 0

    def entropy(length: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return shake_256(f"{seed}: {drawn}".encode()).digest(length)

    def hashed(secret: bytes, salt: bytes, **_cost: int) -> bytes:
        return sha256(salt + secret).digest()

    def slow(credential: str) -> str:
        salt = sha256(entropy(16)).hexdigest()[:22]
        return digest.like(
            f"$argon2id$v=19$m=19456,t=2,p=1${salt[:21]}A${'A' * 43}", credential
        )

    def in_order(_pool: object, each: Callable[..., Any], *found: Any) -> Any:
        return map(each, *found)

    with ExitStack() as stack:
        for owner, name, instead in (
            (os, "urandom", entropy),
            *((module, "sleep", lambda _seconds: None) for module in _WAITING),
            (digest, "argon2id", hashed),
            (digest, "slow", slow),
            (ThreadPoolExecutor, "map", in_order),
        ):
            stack.enter_context(patch.object(owner, name, instead))
        yield
