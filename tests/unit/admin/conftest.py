"""The admin actions over an AWS in memory, under a clock that the test sets."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from admin.deployment import Deployment
from admin.dispatch import Actions
from admin.settings import Settings
from admin.stores import engine
from apikeys.key import Key
from tests.builders import NOW, ROLE_MAP, signing_secret
from tests.fakes import ROLES_NAME, SIGNING_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "eu-west-1"


@cache
def _client(service: str) -> Any:
    """Return a client, made once: moto answers it wherever it is on."""
    return boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


class Admin:
    """The actions of one deployment, and what lies in its account."""

    def __init__(self, **environ: str) -> None:
        self.secrets = _client("secretsmanager")
        self.gateway = _client("apigateway")
        self.now: float = NOW
        settings = Settings.from_environ({"SIGNING_SECRET": SIGNING_NAME} | environ)
        self.deployment = Deployment.build(settings, _client, lambda: self.now)
        self._actions = Actions(self.deployment)
        self.audit: Any = None

    def __call__(self, action: str, **fields: object) -> Any:
        """Carry out one action and return its answer."""
        return self.send({"action": action, **fields})

    def send(self, event: object) -> Any:
        """Carry out one request and return its answer."""
        answer, self.audit = self._actions.carry_out(event)
        return json.loads(json.dumps(answer))

    def issued(self, **fields: object) -> tuple[Key, dict[str, Any]]:
        """Issue a key that must be issued; return it and the answer."""
        answer = self("issue", **({"client": "Acme"} | fields))
        assert answer["status"] == 201, answer
        return Key.parse(answer["key"]), answer

    def stored(self, name: str) -> str:
        """Return the current value of a stored secret."""
        found = self.secrets.get_secret_value(SecretId=name, VersionStage="AWSCURRENT")
        return str(found["SecretString"])

    def record(self, key_id: str) -> dict[str, Any]:
        """Return the stored record of a key."""
        return dict(json.loads(self.stored(f"APIKEY_{key_id}")))

    def overwrite(self, name: str, text: str) -> None:
        """Write a stored secret as somebody else would."""
        self.secrets.put_secret_value(SecretId=name, SecretString=text)

    def contents(self) -> dict[str, tuple[str | None, str]]:
        """Return everything stored: each value and when it was deleted."""
        pages = self.secrets.get_paginator("list_secrets").paginate(
            IncludePlannedDeletion=True
        )
        return {
            secret["Name"]: (
                None if "DeletedDate" in secret else self.stored(secret["Name"]),
                str(secret.get("DeletedDate")),
            )
            for page in pages
            for secret in page["SecretList"]
        }

    def gateway_keys(self) -> list[str]:
        """Return the ids of API Gateway's own keys."""
        return [key["id"] for key in self.gateway.get_api_keys()["items"]]


@pytest.fixture(autouse=True)
def lags(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no test wait for Secrets Manager; return how long each would have."""
    lengths: list[float] = []
    monkeypatch.setattr(engine, "sleep", lengths.append)
    return lengths


@pytest.fixture
def aws() -> Iterator[None]:
    """Let every client meet an account with a signing secret and a role map."""
    with mock_aws():
        secrets = _client("secretsmanager")
        secrets.create_secret(Name=SIGNING_NAME, SecretString=signing_secret())
        secrets.create_secret(Name=ROLES_NAME, SecretString=json.dumps(ROLE_MAP))
        yield


@pytest.fixture
def admin(aws: None) -> Admin:
    """Return the admin function's actions, of a deployment that takes every kind."""
    del aws
    return Admin(CREDENTIALS="api-key,basic", LEGACY_KEYS="imported")
