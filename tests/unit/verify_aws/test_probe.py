"""The probe's template, as CloudFormation is given it."""

from __future__ import annotations

import json
from typing import Any

from verify_aws import probe

_TEMPLATE: dict[str, Any] = json.loads(probe.template())


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [str(value)]


def test_functions_are_written_out() -> None:
    """No short form and no alias is left, of which CloudFormation would know none."""
    assert _TEMPLATE["Outputs"]["PlanId"] == {"Value": {"Ref": "UsagePlan"}}
    integration = _TEMPLATE["Resources"]["HttpBackEnd"]["Properties"]
    assert integration["IntegrationUri"] == {"Fn::GetAtt": ["BackEnd", "Arn"]}
    uris = [text for text in _texts(_TEMPLATE) if "/invocations" in text]
    assert len(uris) == 10
    assert all(text.startswith("arn:${AWS::Partition}:") for text in uris)


def test_everything_of_the_probe_goes_with_its_stack() -> None:
    """Nothing is kept when it is deleted."""
    for resource in _TEMPLATE["Resources"].values():
        assert not {"DeletionPolicy", "UpdateReplacePolicy"} & resource.keys()


def test_the_code_of_each_function_can_be_run() -> None:
    """It is Python, short enough for a template, with the handler that is named."""
    functions = [
        resource["Properties"]
        for resource in _TEMPLATE["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    assert len(functions) == 5
    for function in functions:
        code = function["Code"]["ZipFile"]
        assert len(code) <= 4_096
        names: dict[str, Any] = {}
        exec(compile(code, "index.py", "exec"), names)  # noqa: S102 - the template's own
        assert callable(names["handler"])
