"""Both readers of Secrets Manager, and what they are tried against."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import boto3
import pytest
from moto.server import ThreadedMotoServer

from authorizer.readers.boto3_reader import Boto3Reader
from authorizer.readers.reader import choose_readers
from authorizer.readers.secrets_manager import SecretsManager
from tests.contract.scripted_server import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_secretsmanager import SecretsManagerClient

    from authorizer.readers.reader import Reader
    from tests.contract.readers import MakeReader


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """Return the address of moto's Secrets Manager."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def moto_client(moto_url: str) -> SecretsManagerClient:
    """Return a client that may write."""
    return boto3.client(
        "secretsmanager",
        endpoint_url=moto_url,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Return a service that misbehaves as it is told."""
    with ScriptedServer() as scripted:
        yield scripted


@pytest.fixture(params=["lean", "boto3"])
def make_reader(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeReader]:
    """Return what makes one of the readers, which all keep one contract."""
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    made: list[SecretsManager | Boto3Reader] = []

    def make(url: str) -> Reader:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", url)
        reader = (
            choose_readers(os.environ)[0] if request.param == "lean" else Boto3Reader()
        )
        assert isinstance(reader, (SecretsManager, Boto3Reader))
        made.append(reader)
        return reader

    yield make
    for reader in made:
        # An environment of Lambda never ends them; a process of tests must.
        reader._service._close() if isinstance(
            reader, SecretsManager
        ) else reader._client.close()
