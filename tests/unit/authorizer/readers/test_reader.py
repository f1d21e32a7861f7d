"""Which reader an environment gets."""

from __future__ import annotations

import os

import pytest

from authorizer.readers.boto3_reader import Boto3Reader
from authorizer.readers.reader import choose_reader
from authorizer.readers.secrets_manager import SecretsManager

_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"}


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_credentials_and_a_region_in_the_environment_get_the_lean_reader(
    name: str,
) -> None:
    """As a Lambda function has them."""
    found = choose_reader(_CREDENTIALS | {name: "eu-west-1"})
    assert isinstance(found, SecretsManager)


@pytest.mark.parametrize(
    "environ", [{"AWS_REGION": "eu-west-1"}, _CREDENTIALS, {"AWS_REGION": ""}]
)
def test_other_environments_get_boto3(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which knows where else credentials and a region may be."""
    monkeypatch.setitem(os.environ, "AWS_DEFAULT_REGION", "eu-west-1")
    assert isinstance(choose_reader(environ), Boto3Reader)


def test_a_bad_endpoint_fails_at_start_up() -> None:
    """It would fail every request."""
    environ = _CREDENTIALS | {"AWS_REGION": "r", "AWS_ENDPOINT_URL": "localhost"}
    with pytest.raises(ValueError, match=r"^AWS_ENDPOINT_URL is not http"):
        choose_reader(environ)
