"""The admin actions over an AWS in memory, under a clock that the test sets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from admin.stores import engine
from tests import tables
from tests.builders import ROLE_MAP, signing_secret
from tests.fakes import ROLES_NAME, SIGNING_NAME
from tests.in_process import client_of
from tests.unit.admin import doubles
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def lags(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no test wait for Secrets Manager; return how long each would have."""
    lengths: list[float] = []
    monkeypatch.setattr(engine, "sleep", lengths.append)
    return lengths


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test in either store, and one that is marked ``only_in`` in that one."""
    if "aws" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("only_in")
        stores = ("secretsmanager", "dynamodb") if marker is None else marker.args
        metafunc.parametrize("aws", stores, indirect=True)


@pytest.fixture
def aws(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let every client meet an account with a signing secret and a role map."""
    with mock_aws(), pytest.MonkeyPatch.context() as chosen:
        secrets = client_of("secretsmanager")
        secrets.create_secret(Name=SIGNING_NAME, SecretString=signing_secret())
        secrets.create_secret(Name=ROLES_NAME, SecretString=json.dumps(ROLE_MAP))
        if request.param == "dynamodb":
            tables.make(client_of("dynamodb"))
            chosen.setattr(doubles, "STORE", tables.ENVIRON)
        yield


@pytest.fixture
def admin(aws: None) -> Admin:
    """Return the admin function's actions, of a deployment that takes every kind."""
    del aws
    return Admin(CREDENTIALS="api-key,basic", LEGACY_KEYS="imported")
