"""The command line on an admin function that runs in this process, on moto."""

from __future__ import annotations

import json
import time
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from click.testing import CliRunner
from moto import mock_aws

from admin.deployment import Deployment
from admin.dispatch import Actions
from admin.settings import Settings
from apikeys_cli import wait
from apikeys_cli.admin_function import Target
from apikeys_cli.errors import UnreachableError
from apikeys_cli.main import main
from tests.builders import ROLE_MAP, signing_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result

REGION = "eu-west-1"
SIGNING_SECRET = "signing"


class LostError(UnreachableError):
    """The function did its work, and its answer never came."""


@cache
def client_of(service: str) -> Any:
    """Return a client, made once: moto answers it wherever it is on."""
    return boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


class InProcess(Target):
    """A target whose function runs here; it keeps what it was asked.

    Attributes:
        requests: each request, in order.
        later: seconds that the function's clock is ahead.
        fault: called with each request and its answer; may raise.
        clients: what stands for the boto3 clients of other services.
        one_at_a_time: held by each request; moto's stores are not for threads.
    """

    def __init__(self, **variables: str) -> None:
        super().__init__(function="apikeys-admin")
        self.requests: list[dict[str, Any]] = []
        self.later = 0.0
        self.fault: Callable[[dict[str, Any], dict[str, Any]], None] | None = None
        self.clients: dict[str, Any] = {}
        self.one_at_a_time = Lock()
        environ = {
            "SIGNING_SECRET": SIGNING_SECRET,
            "RECORD_TTL_SECONDS": "2",
            "AUTHORIZER_CACHE_SECONDS": "3",
        }
        self.actions = Actions(
            Deployment.build(
                Settings.from_environ(environ | variables),
                client_of,
                lambda: time.time() + self.later,
            )
        )

    def answer(self, request: dict[str, object]) -> Any:
        """Carry out a request as it would be after its way through Lambda."""
        asked = json.loads(json.dumps(request))
        self.requests.append(asked)
        with self.one_at_a_time:
            answer, _ = self.actions.carry_out(asked)
        if self.fault is not None:
            self.fault(asked, answer)
        return json.loads(json.dumps(answer))

    @property
    def caller(self) -> str | None:  # type: ignore[override]
        """Nobody in particular."""
        return None

    def client(self, service: str, config: object = None) -> Any:
        """Return the stand-in of a service's client."""
        del config
        found = self.clients[service]
        if isinstance(found, Exception):
            raise found
        return found


class Cli:
    """The command line, as a person without a terminal has it."""

    def __init__(self, target: InProcess) -> None:
        self.target = target
        self._runner = CliRunner()

    def __call__(self, *arguments: str, **options: Any) -> Result:
        """Run a command, as a new process would."""
        self.target.output, self.target.function = "table", "apikeys-admin"
        self.target.__dict__.pop("function_name", None)
        return self._runner.invoke(
            main, arguments, obj=self.target, prog_name="apikeys", **options
        )

    def json(self, *arguments: str, **options: Any) -> dict[str, Any]:
        """Run a command that does what it should, and return its JSON."""
        done = self(*arguments, "--output", "json", **options)
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def issue(self, *arguments: str) -> dict[str, Any]:
        """Issue a key to somebody."""
        return self.json("issue", "--client", "Acme", *arguments)


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no test wait; return how long each would have."""
    lengths: list[float] = []
    monkeypatch.setattr(wait, "sleep", lengths.append)
    return lengths


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start from an environment that says nothing about terminals."""
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "APIKEYS_FUNCTION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def account() -> Iterator[Any]:
    """Return Secrets Manager of an account that holds the signing secret alone."""
    with mock_aws():
        secrets = client_of("secretsmanager")
        secrets.create_secret(Name=SIGNING_SECRET, SecretString=signing_secret())
        yield secrets


@pytest.fixture
def store_role_map(account: Any) -> None:
    """Store the role map."""
    account.create_secret(Name="APIROLES", SecretString=json.dumps(ROLE_MAP))


@pytest.fixture
def target(store_role_map: None) -> InProcess:  # noqa: ARG001 - in this order
    """Return a function with the role map."""
    return InProcess()


@pytest.fixture
def cli(target: InProcess) -> Cli:
    """Return the command line on it."""
    return Cli(target)
