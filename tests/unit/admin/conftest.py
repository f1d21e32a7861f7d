"""The admin actions over an AWS in memory, under a clock that the test sets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from admin.stores import engine
from tests.builders import ROLE_MAP, signing_secret
from tests.fakes import ROLES_NAME, SIGNING_NAME
from tests.in_process import client_of
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from collections.abc import Iterator


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
        secrets = client_of("secretsmanager")
        secrets.create_secret(Name=SIGNING_NAME, SecretString=signing_secret())
        secrets.create_secret(Name=ROLES_NAME, SecretString=json.dumps(ROLE_MAP))
        yield


@pytest.fixture
def admin(aws: None) -> Admin:
    """Return the admin function's actions, of a deployment that takes every kind."""
    del aws
    return Admin(CREDENTIALS="api-key,basic", LEGACY_KEYS="imported")
