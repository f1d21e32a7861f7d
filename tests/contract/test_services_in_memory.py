"""The services in memory answer as moto does, and as AWS does where moto is lax."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from moto import mock_aws

from tests.builders import NOW
from tests.harness.api_gateway import ApiGateway
from tests.harness.client import Client
from tests.harness.secrets_manager import SecretsManager

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.harness.client import Call

_MOVE = {"SecretId": "a", "VersionStage": "AWSCURRENT"}
_FIRST, _SECOND, _THIRD = ("1" * 32, "2" * 32, "3" * 32)


def _send(_call: Call, perform: Callable[[], Any]) -> Any:
    return perform()


def _in_memory() -> tuple[Any, Any]:
    return (
        Client("secretsmanager", SecretsManager(lambda: NOW), _send),
        Client("apigateway", ApiGateway(plans={"plan01": []}), _send),
    )


@pytest.fixture(params=["in memory", "moto"])
def services(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Any]]:
    """Return clients of Secrets Manager and of API Gateway."""
    if request.param == "in memory":
        yield _in_memory()
        return
    known: dict[str, Any] = {
        "region_name": "eu-west-1",
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
    }
    with mock_aws():
        yield (
            boto3.client("secretsmanager", **known),
            boto3.client("apigateway", **known),
        )


@pytest.fixture
def secrets(services: tuple[Any, Any]) -> Any:
    """Return a client of a Secrets Manager that holds one secret."""
    made = services[0]
    made.create_secret(Name="a", SecretString="one", ClientRequestToken=_FIRST)
    return made


@pytest.fixture
def gateway(services: tuple[Any, Any]) -> Any:
    """Return a client of an API Gateway."""
    return services[1]


@pytest.fixture
def strict() -> tuple[Any, Any]:
    """Return the clients of only the services in memory, where moto is lax."""
    made = _in_memory()
    made[0].create_secret(Name="a", SecretString="one", ClientRequestToken=_FIRST)
    return made


def _refused(method: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        method(**parameters)
    code = str(caught.value.response["Error"]["Code"])
    assert type(caught.value).__name__ in {code, "ClientError"}
    return code


def _value(secrets: Any, **which: str) -> tuple[str, str]:
    # moto reads another version than AWSCURRENT where no label is asked for.
    which = which or {"VersionStage": "AWSCURRENT"}
    found = secrets.get_secret_value(SecretId="a", **which)
    return found["SecretString"], found["VersionId"]


def test_a_secret_is_read_as_it_was_created(secrets: Any) -> None:
    """By its current version, by a label and by a version."""
    assert _value(secrets) == ("one", _FIRST)
    assert _value(secrets, VersionStage="AWSCURRENT") == ("one", _FIRST)
    assert _value(secrets, VersionId=_FIRST) == ("one", _FIRST)


def test_what_is_not_there_is_not_found(secrets: Any) -> None:
    """A secret, a version or a label."""
    read = secrets.get_secret_value
    assert _refused(read, SecretId="b") == "ResourceNotFoundException"
    label = {"SecretId": "a", "VersionStage": "NONE"}
    assert _refused(read, **label) == "ResourceNotFoundException"
    version = {"SecretId": "a", "VersionId": _SECOND}
    assert _refused(read, **version) == "ResourceNotFoundException"
    both = {"SecretId": "a", "VersionId": _FIRST, "VersionStage": "NONE"}
    assert _refused(read, **both) == "InvalidRequestException"
    for method in ("put_secret_value", "delete_secret", "restore_secret"):
        more = {"SecretString": "x"} if method == "put_secret_value" else {}
        code = _refused(getattr(secrets, method), SecretId="b", **more)
        assert code == "ResourceNotFoundException"


def test_a_token_creates_once(secrets: Any) -> None:
    """The SDK's repeat is answered like the first; another value or token is not."""
    again = {"Name": "a", "ClientRequestToken": _FIRST}
    assert secrets.create_secret(**again, SecretString="one")["VersionId"] == _FIRST
    create = secrets.create_secret
    taken = "ResourceExistsException"
    assert _refused(create, **again, SecretString="two") == taken
    assert _refused(create, Name="a", SecretString="one") == taken


def test_a_token_puts_once(secrets: Any) -> None:
    """The same with the versions of one secret."""
    put = {"SecretId": "a", "ClientRequestToken": _SECOND}
    assert secrets.put_secret_value(**put, SecretString="two")["VersionId"] == _SECOND
    assert secrets.put_secret_value(**put, SecretString="two")["VersionId"] == _SECOND
    code = _refused(secrets.put_secret_value, **put, SecretString="three")
    assert code == "ResourceExistsException"
    assert _value(secrets) == ("two", _SECOND)


def test_a_value_under_another_label_is_not_current(secrets: Any) -> None:
    """Until the label moves; then the one before is AWSPREVIOUS."""
    secrets.put_secret_value(
        SecretId="a",
        SecretString="two",
        ClientRequestToken=_SECOND,
        VersionStages=["PENDING"],
    )
    assert _value(secrets) == ("one", _FIRST)
    assert _value(secrets, VersionStage="PENDING") == ("two", _SECOND)
    move = {**_MOVE, "MoveToVersionId": _SECOND}
    secrets.update_secret_version_stage(**move, RemoveFromVersionId=_FIRST)
    assert _value(secrets) == ("two", _SECOND)
    assert _value(secrets, VersionStage="AWSPREVIOUS") == ("one", _FIRST)


@pytest.mark.parametrize("left", [_SECOND, _THIRD, None])
def test_a_label_moves_only_from_where_it_is(secrets: Any, left: str | None) -> None:
    """Not from a version that it is not on, from none, or from nowhere named."""
    secrets.put_secret_value(
        SecretId="a",
        SecretString="two",
        ClientRequestToken=_SECOND,
        VersionStages=["PENDING"],
    )
    move = {**_MOVE, "MoveToVersionId": _SECOND}
    given = {} if left is None else {"RemoveFromVersionId": left}
    code = _refused(secrets.update_secret_version_stage, **move, **given)
    assert code == "InvalidParameterException"
    assert _value(secrets) == ("one", _FIRST)


def test_a_label_that_was_moved_can_t_be_moved_again(secrets: Any) -> None:
    """So the SDK's repeat of a move that won fails."""
    put = {"SecretId": "a", "SecretString": "two", "ClientRequestToken": _SECOND}
    secrets.put_secret_value(**put, VersionStages=["PENDING"])
    move = {
        "SecretId": "a",
        "VersionStage": "AWSCURRENT",
        "MoveToVersionId": _SECOND,
        "RemoveFromVersionId": _FIRST,
    }
    secrets.update_secret_version_stage(**move)
    code = _refused(secrets.update_secret_version_stage, **move)
    assert code == "InvalidParameterException"
    assert _value(secrets) == ("two", _SECOND)


def test_what_waits_for_its_deletion_is_hidden_and_comes_back(secrets: Any) -> None:
    """It can be described, but not read or deleted again; restoring is not an error."""
    secrets.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    hidden = "InvalidRequestException"
    assert _refused(secrets.get_secret_value, SecretId="a") == hidden
    assert _refused(secrets.delete_secret, SecretId="a") == hidden
    described = secrets.describe_secret(SecretId="a")
    assert "DeletedDate" in described
    assert described["VersionIdsToStages"] == {_FIRST: ["AWSCURRENT"]}
    secrets.restore_secret(SecretId="a")
    secrets.restore_secret(SecretId="a")
    assert _value(secrets) == ("one", _FIRST)
    assert "DeletedDate" not in secrets.describe_secret(SecretId="a")


@pytest.mark.parametrize("days", [6, 31])
def test_a_window_has_its_bounds(secrets: Any, days: int) -> None:
    """Seven to thirty days."""
    code = _refused(secrets.delete_secret, SecretId="a", RecoveryWindowInDays=days)
    assert code == "InvalidParameterException"
    assert _value(secrets) == ("one", _FIRST)


def test_a_deletion_by_force_frees_the_name(secrets: Any) -> None:
    """And is no error where there is nothing."""
    secrets.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    secrets.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)
    assert _refused(secrets.get_secret_value, SecretId="a") == (
        "ResourceNotFoundException"
    )
    secrets.create_secret(Name="a", SecretString="new")
    assert _value(secrets)[0] == "new"


def test_tags_are_added_to_others_and_removed(secrets: Any) -> None:
    """Those that a secret was created with, too."""
    created = [{"Key": "one", "Value": "1"}]
    secrets.create_secret(Name="b", SecretString="x", Tags=created)
    secrets.tag_resource(SecretId="b", Tags=[{"Key": "two", "Value": "2"}])
    secrets.untag_resource(SecretId="b", TagKeys=["one"])
    tags = secrets.describe_secret(SecretId="b")["Tags"]
    assert tags == [{"Key": "two", "Value": "2"}]
    code = _refused(secrets.tag_resource, SecretId="c", Tags=created)
    assert code == "ResourceNotFoundException"


def test_names_are_listed_by_their_prefix_page_by_page(secrets: Any) -> None:
    """What waits for its deletion only where that is asked for."""
    for name in ("APIKEY_1", "APIKEY_2", "APIKEY_3", "apikey_4"):
        secrets.create_secret(Name=name, SecretString="x", Description=f"of {name}")
    secrets.delete_secret(SecretId="APIKEY_2")
    wanted = {"Filters": [{"Key": "name", "Values": ["APIKEY_"]}]}

    def names(**more: Any) -> list[str]:
        found, token = [], {}
        while True:
            page = secrets.list_secrets(**wanted, MaxResults=1, **token, **more)
            found += [secret["Name"] for secret in page["SecretList"]]
            if "NextToken" not in page:
                return found
            token = {"NextToken": page["NextToken"]}

    assert sorted(names()) == ["APIKEY_1", "APIKEY_3"]
    every = names(IncludePlannedDeletion=True)
    assert sorted(every) == ["APIKEY_1", "APIKEY_2", "APIKEY_3"]
    (first,) = secrets.list_secrets(**wanted, MaxResults=1)["SecretList"]
    assert first["Description"] == f"of {first['Name']}"
    assert list(first["SecretVersionsToStages"].values()) == [["AWSCURRENT"]]


def test_a_gateway_key_is_made_shown_and_deleted(gateway: Any) -> None:
    """Two of one name are two; the value is shown where it is asked for."""
    asked = {"name": "apikeys-1", "description": "Usage plan gold", "enabled": True}
    made = [gateway.create_api_key(**asked) for _ in range(2)]
    assert made[0]["id"] != made[1]["id"]
    assert made[0]["value"] != made[1]["value"]
    other = gateway.create_api_key(name="other")
    assert not other["enabled"]
    listed = gateway.get_api_keys(nameQuery="apikeys-", includeValues=True)["items"]
    told = ("id", "name", "description", "value")
    assert sorted([key[name] for name in told] for key in listed) == sorted(
        [key["id"], asked["name"], asked["description"], key["value"]] for key in made
    )
    shown = gateway.get_api_key(apiKey=made[0]["id"], includeValue=True)
    assert shown["value"] == made[0]["value"]
    gateway.delete_api_key(apiKey=made[0]["id"])
    missing = "NotFoundException"
    assert _refused(gateway.delete_api_key, apiKey=made[0]["id"]) == missing
    assert _refused(gateway.get_api_key, apiKey=made[0]["id"]) == missing


def test_a_plan_takes_keys_that_are_there(services: tuple[Any, Any]) -> None:
    """And gives them back."""
    gateway = services[1]
    plan = {"usagePlanId": "plan01"}
    if not isinstance(gateway, Client):
        plan = {"usagePlanId": gateway.create_usage_plan(name="gold")["id"]}
    key_id = gateway.create_api_key(name="x")["id"]
    join = gateway.create_usage_plan_key
    assert join(**plan, keyId=key_id, keyType="API_KEY")["id"] == key_id
    members = gateway.get_usage_plan_keys(**plan)["items"]
    assert [member["id"] for member in members] == [key_id]
    code = _refused(join, **plan, keyId="none", keyType="API_KEY")
    assert code == "NotFoundException"
    gateway.delete_usage_plan_key(**plan, keyId=key_id)
    assert gateway.get_usage_plan_keys(**plan)["items"] == []


def test_a_parameter_that_boto3_does_not_know_is_refused(secrets: Any) -> None:
    """Before anything is sent."""
    with pytest.raises(ParamValidationError):
        secrets.get_secret_value(Name="a")


def test_a_name_is_reserved_while_its_deletion_waits(strict: tuple[Any, Any]) -> None:
    """AWS answers InvalidRequestException where moto says that it exists."""
    secrets, _ = strict
    secrets.delete_secret(SecretId="a")
    again = {"Name": "a", "SecretString": "one", "ClientRequestToken": _FIRST}
    assert _refused(secrets.create_secret, **again) == "InvalidRequestException"


def test_what_waits_for_its_deletion_takes_no_write(strict: tuple[Any, Any]) -> None:
    """Where moto takes a value, a label and a tag."""
    secrets, _ = strict
    secrets.delete_secret(SecretId="a")
    writes: dict[str, dict[str, Any]] = {
        "put_secret_value": {"SecretString": "two"},
        "update_secret_version_stage": {
            "VersionStage": "X",
            "MoveToVersionId": _FIRST,
        },
        "tag_resource": {"Tags": [{"Key": "a", "Value": "b"}]},
        "untag_resource": {"TagKeys": ["a"]},
    }
    for method, more in writes.items():
        code = _refused(getattr(secrets, method), SecretId="a", **more)
        assert code == "InvalidRequestException", method


def test_values_names_and_tags_have_their_bounds(strict: tuple[Any, Any]) -> None:
    """64 KiB, a set of characters, fifty."""
    secrets, _ = strict
    create, bad = secrets.create_secret, "InvalidParameterException"
    assert _refused(create, Name="b", SecretString="ü" * 32_769) == bad
    assert _refused(create, Name="b c", SecretString="x") == bad
    tags = [{"Key": str(number), "Value": ""} for number in range(51)]
    assert _refused(secrets.tag_resource, SecretId="a", Tags=tags) == bad
    token = {"NextToken": "garbage"}
    assert _refused(secrets.list_secrets, **token) == "InvalidNextTokenException"


def test_a_plan_that_is_not_there_takes_no_key(strict: tuple[Any, Any]) -> None:
    """Where moto makes one of it; twice in a plan is a conflict."""
    _, gateway = strict
    key = {"keyId": gateway.create_api_key(name="x")["id"], "keyType": "API_KEY"}
    join = gateway.create_usage_plan_key
    assert _refused(join, usagePlanId="none", **key) == "NotFoundException"
    join(usagePlanId="plan01", **key)
    assert _refused(join, usagePlanId="plan01", **key) == "ConflictException"
    gateway.delete_api_key(apiKey=key["keyId"])
    assert gateway.get_usage_plan_keys(usagePlanId="plan01")["items"] == []


def test_reads_lag_as_often_as_they_are_told_to() -> None:
    """Of a new secret, of a new value, of a deletion and of a restoration."""
    behind = SecretsManager(lambda: NOW)
    secrets: Any = Client("secretsmanager", behind, _send)
    behind.lag = 1
    secrets.create_secret(Name="a", SecretString="one")
    missing, hidden = "ResourceNotFoundException", "InvalidRequestException"
    assert _refused(secrets.get_secret_value, SecretId="a") == missing
    assert _value(secrets)[0] == "one"
    secrets.put_secret_value(SecretId="a", SecretString="two")
    assert [_value(secrets)[0] for _ in range(2)] == ["one", "two"]
    secrets.delete_secret(SecretId="a")
    assert _value(secrets)[0] == "two"
    assert _refused(secrets.get_secret_value, SecretId="a") == hidden
    secrets.restore_secret(SecretId="a")
    assert _refused(secrets.get_secret_value, SecretId="a") == hidden
    assert _value(secrets)[0] == "two"
