"""When the operator is called."""

import json

import pytest

import authorizer.decision_log
from tests.template.rendering import render

ALARMS = {
    "StoreUnavailableAlarm": ("fault", "store_unavailable"),
    "CorruptRecordAlarm": ("refuse", "corrupt"),
    "OverloadedAlarm": ("fault", "overloaded"),
    "MisconfiguredAlarm": ("fault", "misconfigured"),
}
TOPIC = "arn:aws:sns:eu-west-1:123456789012:operators"


@pytest.mark.parametrize("name", ALARMS)
def test_alarms_stand_on_the_authorizers_own_counts(name: str) -> None:
    """Faults and corrupt records alarm; a 401 is an error to Lambda, so not Errors."""
    outcome, reason = ALARMS[name]
    alarm = render().properties(name)
    [names] = json.loads(authorizer.decision_log._METRICS)[0]["Dimensions"]
    dimensions = {entry["Name"]: entry["Value"] for entry in alarm["Dimensions"]}
    assert (alarm["Namespace"], alarm["MetricName"]) == ("ApiKeys", "Decisions")
    assert dimensions.keys() == set(names)
    assert dimensions == {
        "function_name": "AuthorizerFunction",
        "outcome": outcome,
        "reason": reason,
    }


def test_throttles_alarm() -> None:
    """Throttled invocations, which no function can count, alarm too."""
    alarm = render().properties("ThrottlesAlarm")
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Throttles")
    assert alarm["Dimensions"] == [
        {"Name": "FunctionName", "Value": "AuthorizerFunction"}
    ]


def test_one_event_within_a_minute_alarms() -> None:
    """Every alarm goes off at the first event, and quiet is good."""
    alarms = render().of_type("AWS::CloudWatch::Alarm")
    assert alarms.keys() == {*ALARMS, "ThrottlesAlarm"}
    for alarm in alarms.values():
        assert alarm["Statistic"] == "Sum"
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
        assert alarm["Threshold"] == 0
        assert (alarm["Period"], alarm["EvaluationPeriods"]) == (60, 1)
        assert alarm["TreatMissingData"] == "notBreaching"


def test_alarms_are_sent_where_there_is_a_topic() -> None:
    """Alarms go to AlarmTopicArn; without it they have no action."""
    for alarm in render(AlarmTopicArn=TOPIC).of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == [TOPIC]
    for alarm in render().of_type("AWS::CloudWatch::Alarm").values():
        assert "AlarmActions" not in alarm
