"""The notices: when they run, under which role, and what a failed run leaves."""

from __future__ import annotations

import json

import pytest

from admin.settings import Settings
from tests.template.iam import may, secret, statements
from tests.template.rendering import ACCOUNT, REGION, render

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:operators"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/keys"
LOG = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:NoticesLogGroup:*"
ROLE = "NoticesRole"


def test_the_schedule_asks_for_the_notices_once_a_day() -> None:
    """At six, UTC, within a quarter of an hour; Scheduler repeats what fails."""
    schedule = render().properties("NoticesSchedule")
    assert schedule["ScheduleExpression"] == "cron(0 6 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["FlexibleTimeWindow"] == {
        "Mode": "FLEXIBLE",
        "MaximumWindowInMinutes": 15,
    }
    target = schedule["Target"]
    assert json.loads(target["Input"]) == {"action": "notify"}
    assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0
    assert target["DeadLetterConfig"] == {"Arn": "NoticesQueue.Arn"}


def test_a_failed_run_is_repeated_and_then_kept() -> None:
    """It told nobody, so that nobody is told twice."""
    configs = render().of_type("AWS::Lambda::EventInvokeConfig").values()
    [config] = [c for c in configs if c["FunctionName"] == "NoticesFunction"]
    assert config["MaximumRetryAttempts"] == 2
    destination = config["DestinationConfig"]["OnFailure"]["Destination"]
    assert destination == "NoticesQueue.Arn"


def test_the_notices_are_the_admin_code_with_time_for_every_record() -> None:
    """A quarter of an hour, which is Lambda's longest."""
    function = render().properties("NoticesFunction")
    assert function["Handler"] == "admin.handler.lambda_handler"
    assert function["Timeout"] == 900
    assert function["Role"] == "NoticesRole.Arn"


def test_the_variables_are_what_the_parameters_say() -> None:
    """And such as the function accepts."""
    template = render(EventBusName="keys", AlarmTopicArn=TOPIC, ExpiryNotices="14,2")
    environment = template.properties("NoticesFunction")["Environment"]["Variables"]
    settings = Settings.from_environ({n: str(v) for n, v in environment.items()})
    assert settings.admin_actions == "notify"
    assert settings.expiry_notices == (14, 2)
    assert settings.event_bus_name == "keys"
    assert settings.alarm_topic_arn == TOPIC
    assert settings.stack_name == "teststack"


def test_the_role_reads_records_tells_of_them_and_nothing_else() -> None:
    """It writes no record, and reads neither the role map nor the signing secret."""
    template = render(EventBusName="keys", AlarmTopicArn=TOPIC)
    assert may(template, ROLE, "secretsmanager:GetSecretValue", secret("APIKEY_1"))
    assert may(template, ROLE, "secretsmanager:GetSecretValue", secret("APIUSER_1"))
    assert may(template, ROLE, "sns:Publish", TOPIC)
    assert may(template, ROLE, "events:PutEvents", BUS, source="apikeys")
    assert not may(template, ROLE, "events:PutEvents", BUS, source="aws.ec2")
    assert {s["Sid"]: s["Action"] for s in statements(template, ROLE)} == {
        "ReadRecords": "secretsmanager:GetSecretValue",
        "ListRecords": "secretsmanager:ListSecrets",
        "SendSummary": "sns:Publish",
        "TellEvents": "events:PutEvents",
        "KeepFailedRuns": "sqs:SendMessage",
        "WriteOwnLog": ["logs:CreateLogStream", "logs:PutLogEvents"],
    }
    for name in ("APIROLES", "teststack-signing-key"):
        assert not may(template, ROLE, "secretsmanager:GetSecretValue", secret(name))


def test_without_topic_and_bus_neither_is_granted() -> None:
    """The default."""
    sids = {statement["Sid"] for statement in statements(render(), ROLE)}
    assert not sids & {"SendSummary", "TellEvents"}


def test_a_key_of_ones_own_may_be_used_to_read() -> None:
    """Only through Secrets Manager, and not to encrypt."""
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0b1c"
    template = render(KmsKeyArn=key)
    service = f"secretsmanager.{REGION}.amazonaws.com"
    assert may(template, ROLE, "kms:Decrypt", key, via_service=service)
    assert not may(template, ROLE, "kms:GenerateDataKey", key, via_service=service)


def test_the_schedule_may_invoke_only_the_notices() -> None:
    """And only for a schedule of this account."""
    template = render()
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:NoticesFunction"
    role = "NoticesScheduleRole"
    assert may(template, role, "lambda:InvokeFunction", function)
    assert not may(template, role, "lambda:InvokeFunction", f"{function}2")
    trust = template.properties(role)["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


@pytest.mark.parametrize("kind", ["Function", "Role", "Schedule", "Queue", "LogGroup"])
def test_without_thresholds_there_are_no_notices(kind: str) -> None:
    """Nothing of them is deployed."""
    assert f"Notices{kind}" in render().resources
    assert f"Notices{kind}" not in render(ExpiryNotices="").resources


def test_the_notices_run_in_the_chosen_vpc() -> None:
    """Like the other functions."""
    template = render(VpcSubnetIds="subnet-1", VpcSecurityGroupIds="sg-1")
    assert template.properties("NoticesFunction")["VpcConfig"] == {
        "SubnetIds": ["subnet-1"],
        "SecurityGroupIds": ["sg-1"],
    }
