"""Which reader an environment gets."""

from __future__ import annotations

import os

import pytest

from authorizer.readers.boto3_reader import Boto3Reader, Boto3Table
from authorizer.readers.dynamodb import DynamoDb
from authorizer.readers.reader import choose_readers
from authorizer.readers.secrets_manager import SecretsManager

_TABLE = {"RECORD_STORE": "dynamodb", "RECORD_TABLE": "records"}
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"}


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_credentials_and_a_region_in_the_environment_get_the_lean_reader(
    name: str,
) -> None:
    """As a Lambda function has them."""
    found, of_records = choose_readers(_CREDENTIALS | {name: "eu-west-1"})
    assert isinstance(found, SecretsManager)
    assert of_records is None


@pytest.mark.parametrize(
    "environ", [{"AWS_REGION": "eu-west-1"}, _CREDENTIALS, {"AWS_REGION": ""}]
)
def test_other_environments_get_boto3(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which knows where else credentials and a region may be."""
    monkeypatch.setitem(os.environ, "AWS_DEFAULT_REGION", "eu-west-1")
    found, of_records = choose_readers(environ)
    assert isinstance(found, Boto3Reader)
    assert of_records is None
    found, of_records = choose_readers(environ | _TABLE)
    assert isinstance(found, Boto3Reader)
    assert isinstance(of_records, Boto3Table)


def test_a_bad_endpoint_fails_at_start_up() -> None:
    """It would fail every request."""
    environ = _CREDENTIALS | {"AWS_REGION": "r", "AWS_ENDPOINT_URL": "localhost"}
    with pytest.raises(ValueError, match=r"^AWS_ENDPOINT_URL is not http"):
        choose_readers(environ)


def test_records_in_a_table_get_a_reader_of_their_own() -> None:
    """Role map and signing keys are secrets all the same."""
    found, of_records = choose_readers(
        _CREDENTIALS | _TABLE | {"AWS_REGION": "eu-west-1"}
    )
    assert isinstance(found, SecretsManager)
    assert isinstance(of_records, DynamoDb)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"RECORD_STORE": "vault"}, "^RECORD_STORE "),
        ({"RECORD_STORE": "dynamodb"}, "^RECORD_TABLE "),
        ({"RECORD_STORE": "dynamodb", "RECORD_TABLE": ""}, "^RECORD_TABLE "),
        (_TABLE | {"LEGACY_KEYS": "ontopop"}, "^LEGACY_KEYS "),
    ],
)
def test_a_choice_that_can_not_be_fails_at_start_up(
    environ: dict[str, str], message: str
) -> None:
    """By the variable's name: a table that is not named, records that are secrets."""
    with pytest.raises(ValueError, match=message):
        choose_readers(_CREDENTIALS | {"AWS_REGION": "r"} | environ)
