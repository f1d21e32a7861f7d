"""The last use of keys: off by default, and off the authorizer's way."""

from __future__ import annotations

import pytest

from tests.template.iam import may, statements
from tests.template.rendering import ACCOUNT, REGION, render

ON = {"LastUsed": "on", "SupportFunction": "true"}


def test_the_subscription_takes_the_lines_of_keys_that_were_let_pass() -> None:
    """By a text pattern: one phrase, whose quotes are escaped."""
    subscription = render(**ON).properties("LastUseSubscription")
    assert subscription["FilterPattern"] == r'"\"outcome\":\"allow\""'
    assert subscription["LogGroupName"] == "AuthorizerLogGroup"
    assert subscription["DestinationArn"].endswith("function:LastUseFunction")


def test_only_the_log_may_invoke_it() -> None:
    """The authorizer's, of this account."""
    permission = render(**ON).properties("LogInvokesLastUse")
    assert permission["Principal"] == "logs.amazonaws.com"
    assert permission["SourceAccount"] == ACCOUNT
    log = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:AuthorizerLogGroup:*"
    assert permission["SourceArn"] == log


def test_it_takes_two_environments_at_most() -> None:
    """A flood of calls leaves the others to the authorizer and its back ends."""
    function = render(**ON).properties("LastUseFunction")
    assert function["ReservedConcurrentExecutions"] == 2
    assert function["Handler"] == "last_use.handler.lambda_handler"
    assert function["Role"] == "LastUseRole.Arn"
    assert function["Environment"]["Variables"] == {"LAST_USE_TABLE": "LastUseTable"}


def test_its_role_notes_and_nothing_else() -> None:
    """Neither secrets nor records nor the table's other items can be read."""
    granted = {s["Sid"]: s["Action"] for s in statements(render(**ON), "LastUseRole")}
    assert granted == {
        "NoteLastUses": "dynamodb:UpdateItem",
        "WriteOwnLog": ["logs:CreateLogStream", "logs:PutLogEvents"],
    }


@pytest.mark.parametrize("role", ["AdminRole", "SupportRole"])
def test_the_admin_functions_read_the_table(role: str) -> None:
    """And write nothing into it."""
    template = render(**ON)
    assert may(template, role, "dynamodb:BatchGetItem", "LastUseTable.Arn")
    assert may(template, role, "dynamodb:DescribeTable", "LastUseTable.Arn")
    assert not may(template, role, "dynamodb:UpdateItem", "LastUseTable.Arn")
    assert not may(template, "AuthorizerRole", "dynamodb:GetItem", "LastUseTable.Arn")


def test_the_table_forgets_and_is_paid_by_use() -> None:
    """Its items end by themselves."""
    table = render(**ON).properties("LastUseTable")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["TimeToLiveSpecification"] == {
        "AttributeName": "expiresAt",
        "Enabled": True,
    }


def test_it_is_off_by_default() -> None:
    """Nothing of it is deployed, and the admin function knows of no table."""
    template = render(SupportFunction="true")
    assert not [name for name in template.resources if "LastUse" in name]
    for function in ("AdminFunction", "SupportAdminFunction"):
        variables = template.properties(function)["Environment"]["Variables"]
        assert variables["LAST_USE_TABLE"] == ""
    sids = {statement["Sid"] for statement in statements(template, "AdminRole")}
    assert "ReadLastUses" not in sids
