"""How a new version of the authorizer takes over: at once, or after a canary."""

import pytest

from tests.template.iam import may
from tests.template.rendering import ACCOUNT, REGION, Rendered, render
from tests.templates import written

ALIAS = "AuthorizerFunctionAliaslive"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:AuthorizerFunction"
ALL = {"ExampleApi": "true", "AuthorizerInvokeRole": "true"}
CODE_DEPLOY = "AWS::CodeDeploy"


@pytest.fixture(scope="module")
def canary() -> Rendered:
    """Return the template for a gradual deployment."""
    return render(Deployment="canary", **ALL)


def _kinds(template: Rendered) -> set[str]:
    return {resource["Type"] for resource in template.resources.values()}


def test_nothing_of_code_deploy_is_there_unless_it_is_asked_for(
    canary: Rendered,
) -> None:
    """Where there is no CodeDeploy, the default deploys all the same."""
    at_once = render(**ALL)
    assert not any(kind.startswith(CODE_DEPLOY) for kind in _kinds(at_once))
    assert "UpdatePolicy" not in at_once.resources[ALIAS]
    assert {
        f"{CODE_DEPLOY}::{kind}" for kind in ("Application", "DeploymentGroup")
    } <= (_kinds(canary))


def test_a_canary_gets_a_tenth_for_five_minutes(canary: Rendered) -> None:
    """Only CodeDeploy moves the alias."""
    [group] = canary.of_type(f"{CODE_DEPLOY}::DeploymentGroup").values()
    assert group["DeploymentConfigName"].endswith(".LambdaCanary10Percent5Minutes")
    policy = canary.resources[ALIAS]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    assert policy["DeploymentGroupName"] in canary.resources


def test_faults_roll_a_canary_back_and_refusals_do_not(canary: Rendered) -> None:
    """A client's wrong key is not a version's fault."""
    [group] = canary.of_type(f"{CODE_DEPLOY}::DeploymentGroup").values()
    assert group["AutoRollbackConfiguration"]["Enabled"]
    assert group["AlarmConfiguration"]["Enabled"]
    alarms = [alarm["Name"] for alarm in group["AlarmConfiguration"]["Alarms"]]
    # What the new version alone can bring about: throttles come from the traffic.
    assert set(alarms) == {
        "StoreUnavailableAlarm",
        "MisconfiguredAlarm",
        "OverloadedAlarm",
        "StartFailuresAlarm",
    }
    for name in alarms:
        assert canary.resources[name]["Type"] == "AWS::CloudWatch::Alarm"
        dimensions = canary.properties(name).get("Dimensions", [])
        assert {"Name": "outcome", "Value": "refuse"} not in dimensions


def test_what_rolls_back_rings_within_the_five_minutes(canary: Rendered) -> None:
    """Later the version has all requests, and CodeDeploy no longer looks."""
    [group] = canary.of_type(f"{CODE_DEPLOY}::DeploymentGroup").values()
    for alarm in group["AlarmConfiguration"]["Alarms"]:
        found = canary.properties(alarm["Name"])
        assert found["Period"] * found["EvaluationPeriods"] <= 60


@pytest.mark.parametrize(
    ("deployment", "named"), [("all-at-once", FUNCTION), ("canary", ALIAS)]
)
def test_everything_that_invokes_the_authorizer_names_what_is_deployed(
    deployment: str, named: str
) -> None:
    """The output, the example APIs and their permissions."""
    template = render(Deployment=deployment, **ALL)
    assert template.outputs["AuthorizerFunctionArn"]["Value"] == named
    other = ALIAS if named == FUNCTION else FUNCTION
    invoked = [
        permission["FunctionName"]
        for name, permission in template.of_type("AWS::Lambda::Permission").items()
        if name.endswith("InvokesAuthorizer")
    ]
    assert invoked
    assert set(invoked) == {named}
    assert f"functions/{named}/invocations" in str(template.resources)
    assert f"functions/{other}/invocations" not in str(template.resources)


@pytest.mark.parametrize("deployment", ["all-at-once", "canary"])
def test_the_invoke_role_serves_apis_that_were_attached_before_a_change(
    deployment: str,
) -> None:
    """By the function's ARN or the alias's; another function it does not invoke."""
    template = render(Deployment=deployment, **ALL)
    invoke = "lambda:InvokeFunction"
    for named in (FUNCTION, ALIAS):
        assert may(template, "GatewayInvokeRole", invoke, named)
    other = FUNCTION.replace("Authorizer", "Admin")
    assert not may(template, "GatewayInvokeRole", invoke, other)


def test_a_changed_parameter_reaches_the_alias() -> None:
    """Whatever of the function changes, code or not, is a version of its own."""
    function = written()["Resources"]["AuthorizerFunction"]["Properties"]
    assert function["AutoPublishAlias"] == "live"
    assert function["AutoPublishAliasAllProperties"] is True
    [alias] = render().of_type("AWS::Lambda::Alias").values()
    [version] = render().of_type("AWS::Lambda::Version")
    assert alias["FunctionVersion"] == f"{version}.Version"
