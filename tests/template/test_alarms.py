"""When the operator is called, how urgently, and what stands in the message."""

import json
import re

import pytest

import authorizer.decision_log
from local import checkout
from tests.decision_lines import decision_lines
from tests.logfilter import matches
from tests.template.rendering import STACK, render
from tests.unit.test_documents import anchors

TOPIC = "arn:aws:sns:eu-west-1:123456789012:operators"
EVERYTHING = {
    "AlarmTopicArn": TOPIC,
    "EventBusName": "keys",
    "ExampleApi": "true",
    "LastUsed": "on",
    "SupportFunction": "true",
}
DECISIONS = {
    "StoreUnavailableAlarm": ("fault", "store_unavailable"),
    "CorruptRecordAlarm": ("refuse", "corrupt"),
    "OverloadedAlarm": ("fault", "overloaded"),
    "MisconfiguredAlarm": ("fault", "misconfigured"),
}
PAGES = {
    "StoreUnavailableAlarm",
    "OverloadedAlarm",
    "MisconfiguredAlarm",
    "ThrottlesAlarm",
    "StartFailuresAlarm",
    "ExampleApiFaultsAlarm",
}
# Each by its namespace, its metric and the dimensions that choose it.
OTHERS = {
    "ThrottlesAlarm": (
        "AWS/Lambda",
        "Throttles",
        {"FunctionName": "AuthorizerFunction"},
    ),
    "StartFailuresAlarm": (f"ApiKeys/{STACK}", "StartFailures", {}),
    "ExampleApiFaultsAlarm": (
        "AWS/ApiGateway",
        "5XXError",
        {"ApiName": STACK, "Stage": "example"},
    ),
    "AdminErrorsAlarm": ("AWS/Lambda", "Errors", {"FunctionName": "AdminFunction"}),
    "SupportErrorsAlarm": (
        "AWS/Lambda",
        "Errors",
        {"FunctionName": "SupportAdminFunction"},
    ),
    "NoticesMissingAlarm": (
        "ApiKeys",
        "NoticeRuns",
        {"function_name": "NoticesFunction"},
    ),
    "NoticesFailedAlarm": (
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        {"QueueName": "NoticesQueue.QueueName"},
    ),
    "EventsUndeliveredAlarm": ("ApiKeys", "EventsUndelivered", {"stack": STACK}),
    "LastUseErrorsAlarm": ("AWS/Lambda", "Errors", {"FunctionName": "LastUseFunction"}),
}
ALARMS = render(**EVERYTHING).of_type("AWS::CloudWatch::Alarm")


def test_every_alarm_is_known_here() -> None:
    """None is without a test of what it depends on."""
    assert ALARMS.keys() == DECISIONS.keys() | OTHERS.keys()


@pytest.mark.parametrize("name", DECISIONS)
def test_alarms_stand_on_the_authorizers_own_counts(name: str) -> None:
    """Faults and corrupt records alarm; a 401 is an error to Lambda, so not Errors."""
    outcome, reason = DECISIONS[name]
    alarm = ALARMS[name]
    [names] = json.loads(authorizer.decision_log._METRICS)[0]["Dimensions"]
    dimensions = {entry["Name"]: entry["Value"] for entry in alarm["Dimensions"]}
    assert (alarm["Namespace"], alarm["MetricName"]) == ("ApiKeys", "Decisions")
    assert dimensions.keys() == set(names)
    assert dimensions == {
        "function_name": "AuthorizerFunction",
        "outcome": outcome,
        "reason": reason,
    }


@pytest.mark.parametrize("name", OTHERS)
def test_other_alarms_stand_on_these(name: str) -> None:
    """On what Lambda, API Gateway, SQS and the admin function count."""
    alarm = ALARMS[name]
    found = {entry["Name"]: entry["Value"] for entry in alarm.get("Dimensions", ())}
    assert (alarm["Namespace"], alarm["MetricName"], found) == OTHERS[name]


@pytest.mark.parametrize("name", sorted(ALARMS.keys() - {"NoticesMissingAlarm"}))
def test_one_event_within_a_minute_alarms(name: str) -> None:
    """Nearly every alarm goes off at the first event, and quiet is good."""
    alarm = ALARMS[name]
    assert alarm["Statistic"] in {"Sum", "Maximum"}
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert alarm["Threshold"] == 0
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (60, 1)
    assert alarm["TreatMissingData"] == "notBreaching"


def test_a_day_without_notices_alarms() -> None:
    """Quiet is bad: 26 hours of it, a day and what a late run may take."""
    alarm = ALARMS["NoticesMissingAlarm"]
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 26 * 3_600
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"


@pytest.mark.parametrize("name", ALARMS)
def test_the_name_says_how_urgent_it_is(name: str) -> None:
    """An outage pages; what touches one client, or nobody yet, is a ticket."""
    severity = "page" if name in PAGES else "ticket"
    assert re.fullmatch(f"{STACK}-{severity}-[a-z-]+", ALARMS[name]["AlarmName"])


@pytest.mark.parametrize("name", ALARMS)
def test_the_description_is_a_sentence_and_where_to_read_on(name: str) -> None:
    """The section is there, and names the alarm."""
    text = ALARMS[name]["AlarmDescription"]
    match = re.fullmatch(
        r"[A-Z][^.]*\. Runbook: docs/operations\.md#([a-z0-9-]+)", text
    )
    assert match, text
    page = checkout.ROOT / "docs" / "operations.md"
    assert match[1] in anchors(page), match[1]


def test_the_runbook_may_be_anywhere() -> None:
    """Where people of the organisation read it."""
    url = "https://wiki.example.com/apikeys"
    alarm = render(RunbookUrl=url).properties("CorruptRecordAlarm")
    assert f"Runbook: {url}#a-record-is-corrupt" in alarm["AlarmDescription"]


def test_alarms_are_sent_where_there_is_a_topic() -> None:
    """Also that they are over; without AlarmTopicArn they have no action."""
    for alarm in ALARMS.values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [TOPIC]
    for alarm in render().of_type("AWS::CloudWatch::Alarm").values():
        assert not alarm.keys() & {"AlarmActions", "OKActions"}


def test_what_is_not_deployed_has_no_alarm() -> None:
    """Or it would depend on nothing."""
    bare = render(ExpiryNotices="").of_type("AWS::CloudWatch::Alarm")
    assert bare.keys() == {
        *DECISIONS,
        "ThrottlesAlarm",
        "StartFailuresAlarm",
        "AdminErrorsAlarm",
    }


# As AWS documents them, where status is success, failure, error or timeout:
# https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
# Those of what did not succeed have the level WARN, and so are not filtered out:
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
_PLATFORM = {
    "a failed start": {
        "time": "2026-11-22T00:10:52.124Z",
        "type": "platform.initReport",
        "record": {
            "initializationType": "on-demand",
            "phase": "init",
            "status": "error",
            "errorType": "Runtime.ImportModuleError",
            "metrics": {"durationMs": 125.33},
        },
    },
    "the same once more, for the request": {
        "time": "2026-11-22T00:10:52.274Z",
        "type": "platform.initReport",
        "record": {
            "initializationType": "on-demand",
            "phase": "invoke",
            "status": "failure",
            "errorType": "Runtime.ExitError",
            "metrics": {"durationMs": 131.02},
        },
    },
    "a start that took too long": {
        "time": "2026-11-22T00:11:02.124Z",
        "type": "platform.initReport",
        "record": {
            "initializationType": "on-demand",
            "phase": "init",
            "status": "timeout",
            "metrics": {"durationMs": 10000.0},
        },
    },
    "a time-out": {
        "time": "2026-11-22T00:11:02.124Z",
        "type": "platform.report",
        "record": {
            "requestId": "5b2f9c1e-7d3a-4b6e-9f10-2c8d4e6a0b13",
            "metrics": {"durationMs": 10000.0, "billedDurationMs": 10000},
            "status": "timeout",
        },
    },
}
# As the runtime emulator prints them: tests/integration/test_failed_starts.py.
_RUNTIME = {
    "a bad setting": {
        "timestamp": "2026-11-22T00:10:52Z",
        "level": "ERROR",
        "errorMessage": "RECORD_TTL_SECONDS is not a whole number from 0 to 999999",
        "errorType": "ValueError",
        "requestId": "",
        "stackTrace": [
            '  File "/var/task/authorizer/handler.py", line 26, in <module>'
        ],
    },
    "no such module": {
        "timestamp": "2026-11-22T00:10:52Z",
        "level": "ERROR",
        "errorMessage": "Unable to import module 'authorizer.handler': No module named",
        "errorType": "Runtime.ImportModuleError",
        "requestId": "",
        "stackTrace": [],
    },
}
_NO_FAILURE = {
    "a good start": {"type": "platform.initReport", "record": {"status": "success"}},
    "a 401": {"type": "platform.report", "record": {"status": "error"}},
    "a 401's record": {
        "level": "ERROR",
        "errorType": "Exception",
        "errorMessage": "Unauthorized",
        "requestId": "5b2f9c1e-7d3a-4b6e-9f10-2c8d4e6a0b13",
    },
}
FILTERS = render().of_type("AWS::Logs::MetricFilter")


@pytest.mark.parametrize("name", [*_PLATFORM, *_RUNTIME])
def test_a_function_that_does_not_start_is_counted(name: str) -> None:
    """From Lambda's records or the runtime's."""
    line = json.dumps((_PLATFORM | _RUNTIME)[name])
    assert matches(FILTERS["StartFailures"]["FilterPattern"], line)


@pytest.mark.parametrize("name", _NO_FAILURE)
def test_a_refusal_is_not_a_failed_start(name: str) -> None:
    """Though it is an error to Lambda."""
    pattern = FILTERS["StartFailures"]["FilterPattern"]
    assert not matches(pattern, json.dumps(_NO_FAILURE[name]))


def test_lines_of_the_authorizer_are_not_failed_starts() -> None:
    """Of its first lines each is a cold start, whatever was decided."""
    lines = decision_lines(None, "no key")
    for line in lines:
        assert not matches(FILTERS["StartFailures"]["FilterPattern"], line)
    cold = [matches(FILTERS["ColdStarts"]["FilterPattern"], line) for line in lines]
    assert cold == [True, False]


@pytest.mark.parametrize("name", FILTERS)
def test_each_stack_counts_for_itself(name: str) -> None:
    """In a namespace of its own, for a filter has no dimension that could tell."""
    [made] = FILTERS[name]["MetricTransformations"]
    assert (made["MetricNamespace"], made["MetricName"]) == (f"ApiKeys/{STACK}", name)
    assert FILTERS[name]["LogGroupName"] == "AuthorizerLogGroup"


def test_the_dashboard_shows_what_is_asked_first() -> None:
    """Decisions, durations, faults, environments, keys and admin actions."""
    body = json.loads(render(**EVERYTHING).properties("Dashboard")["DashboardBody"])
    titles = [widget["properties"]["title"] for widget in body["widgets"]]
    assert titles == [
        "Decisions by outcome and reason",
        "How long a decision takes",
        "What callers get 500 for",
        "Environments",
        "Keys by state",
        "Keys that end in so many days",
        "Admin actions and refusals",
    ]
    text = json.dumps(body)
    for word in ("p50", "p99", "ColdStarts", "store_unavailable", "overloaded"):
        assert word in text
    for word in ("Throttles", "KeysExpiring", "AdminFunction", "NoticesFunction"):
        assert word in text
    assert "${" not in text


def test_the_dashboard_is_whole_without_the_notices() -> None:
    """Two of its parts are then empty."""
    body = render(ExpiryNotices="").properties("Dashboard")["DashboardBody"]
    assert len(json.loads(body)["widgets"]) == 7
