"""The ARN of the method that a client called."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import Loader

from apikeys.errors import MisconfiguredError
from apikeys.method_arn import MethodArn

_PARTITIONS = Loader().load_data("partitions")["partitions"]
_HEAD = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5"


@pytest.mark.parametrize(
    ("text", "api", "stage", "stage_arn"),
    [
        (f"{_HEAD}/prod/GET/", "a1b2c3d4e5", "prod", f"{_HEAD}/prod"),
        (f"{_HEAD}/prod/POST/a/b/c", "a1b2c3d4e5", "prod", f"{_HEAD}/prod"),
        (f"{_HEAD}/$default/GET/a", "a1b2c3d4e5", "$default", f"{_HEAD}/$default"),
        (f"{_HEAD}/prod/$connect", "a1b2c3d4e5", "prod", f"{_HEAD}/prod"),
        (f"{_HEAD}/S-t_9/GET/a", "a1b2c3d4e5", "S-t_9", f"{_HEAD}/S-t_9"),
        (f"{_HEAD}/{'s' * 128}/GET/", "a1b2c3d4e5", "s" * 128, f"{_HEAD}/{'s' * 128}"),
        (
            f"{_HEAD}/test-invoke-stage/GET/",
            "a1b2c3d4e5",
            "test-invoke-stage",
            f"{_HEAD}/test-invoke-stage",
        ),
        (f"{_HEAD}/prod/GET/a:b:c/d:e", "a1b2c3d4e5", "prod", f"{_HEAD}/prod"),
        (
            f"{_HEAD}/prod/GET/a/../b//;x=${{y}}*?%2F\n",
            "a1b2c3d4e5",
            "prod",
            f"{_HEAD}/prod",
        ),
        (
            "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:abc/p/GET/a",
            "abc",
            "p",
            "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:abc/p",
        ),
        (
            "arn:aws-cn:execute-api:cn-north-1:123456789012:abc/p/GET/a",
            "abc",
            "p",
            "arn:aws-cn:execute-api:cn-north-1:123456789012:abc/p",
        ),
    ],
)
def test_api_and_stage_are_read_in_every_partition(
    text: str, api: str, stage: str, stage_arn: str
) -> None:
    """Whatever the client's path holds, colons included, it moves nothing."""
    found = MethodArn.parse(text)
    assert (found.api, found.stage, found.stage_arn) == (api, stage, stage_arn)


@pytest.mark.parametrize("partition", _PARTITIONS, ids=lambda found: found["id"])
@pytest.mark.parametrize("stage", ["prod", "$default"])
def test_every_region_that_botocore_knows_is_read(
    partition: dict[str, Any], stage: str
) -> None:
    """Of the isolated and the sovereign partitions, too."""
    for region in partition["regions"]:
        head = f"arn:{partition['id']}:execute-api:{region}:123456789012:abc/{stage}"
        assert MethodArn.parse(f"{head}/GET/a:b").stage_arn == head


@pytest.mark.parametrize("value", [None, 5, True, [f"{_HEAD}/prod/GET/"], {}])
def test_what_is_not_a_text_is_a_fault(value: object) -> None:
    """As JSON may hold it."""
    with pytest.raises(MisconfiguredError, match=r"^the event's method ARN is not"):
        MethodArn.parse(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arn",
        ":::::",
        "arn:aws:execute-api",
        _HEAD,
        f"{_HEAD}/",
        f"{_HEAD}/prod",
        f"{_HEAD}/prod/",
        f"{_HEAD}//GET/",
        f"{_HEAD}/pro d/GET/",
        f"{_HEAD}/prod*/GET/",
        f"{_HEAD}/*/GET/",
        f"{_HEAD}/$default2/GET/",
        f"{_HEAD}/{'s' * 129}/GET/",
        f"{_HEAD}\n/prod/GET/",
        f"{_HEAD}/prod\n/GET/",
        f"\n{_HEAD}/prod/GET/",
        f"{_HEAD[:-10]}*/prod/GET/",
        f"{_HEAD[:-10]}/prod/GET/",
        _HEAD.replace("123456789012", "12345678901") + "/prod/GET/",
        _HEAD.replace("123456789012", "*") + "/prod/GET/",
        _HEAD.replace("123456789012", "\u0661" * 12) + "/prod/GET/",
        _HEAD.replace("eu-west-1", "") + "/prod/GET/",
        _HEAD.replace("eu-west-1", "*") + "/prod/GET/",
        _HEAD.replace("execute-api", "lambda") + "/prod/GET/",
        _HEAD.replace("arn:aws", "arn:azure") + "/prod/GET/",
        _HEAD.replace("arn:aws", "arn:aws*") + "/prod/GET/",
        _HEAD.replace("arn", "ARN") + "/prod/GET/",
        "*",
    ],
)
def test_another_arn_is_a_fault_without_its_text(text: str) -> None:
    """Nothing but a method's ARN, and no wildcard can enter by it."""
    with pytest.raises(MisconfiguredError) as caught:
        MethodArn.parse(text)
    assert str(caught.value) == "the event's method ARN is not one of API Gateway's"
