"""The command line on an admin function that runs in this process, on moto."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from apikeys_cli import wait
from apikeys_cli.terminal import secret_input
from tests.builders import ROLE_MAP, signing_secret
from tests.fakes import SIGNING_NAME
from tests.in_process import InProcess, client_of
from tests.unit.apikeys_cli.doubles import Cli

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no test wait; return how long each would have."""
    lengths: list[float] = []
    monkeypatch.setattr(wait, "sleep", lengths.append)
    return lengths


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start from an environment that says nothing about terminals."""
    terminal = ("COLUMNS", "NO_COLOR", "FORCE_COLOR")
    for name in (*terminal, "APIKEYS_FUNCTION", "APIKEYS_STACK"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let somebody sit at the terminal, who can be asked."""
    monkeypatch.setattr(secret_input, "is_asked", lambda: True)


@pytest.fixture
def account() -> Iterator[Any]:
    """Return Secrets Manager of an account that holds only the signing secret."""
    with mock_aws():
        secrets = client_of("secretsmanager")
        secrets.create_secret(Name=SIGNING_NAME, SecretString=signing_secret())
        yield secrets


@pytest.fixture
def store_role_map(account: Any) -> None:
    """Store the role map."""
    account.create_secret(Name="APIROLES", SecretString=json.dumps(ROLE_MAP))


@pytest.fixture
def function(store_role_map: None) -> InProcess:  # noqa: ARG001 - in this order
    """Return a function with the role map."""
    return InProcess()


@pytest.fixture
def cli(function: InProcess) -> Cli:
    """Return the command line on it."""
    return Cli(function)
