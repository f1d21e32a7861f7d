"""Logs, metrics, alarms and events: V14, V15, V44, V47, V48, V49."""

import json
import time
from datetime import datetime
from typing import Any, Final

from local.deployment import built_template
from verify_aws.question import Question, Seen
from verify_aws.run import EVERYTHING, RECORD_TTL_SECONDS, Run

_ALARM_SECONDS: Final = 240.0
_POLL_SECONDS: Final = 5.0
_BEGINS: Final = '{"level":"INFO","message":"decision"'
_DIMENSIONS: Final = {"function_name", "outcome", "reason"}
_CLOCKS_DIFFER_SECONDS: Final = 1.0
_QUERY_SECONDS: Final = 120.0
_FILTERS: Final = ("StartFailures", "ColdStarts")


def _decision_line(run: Run) -> Seen:
    key, _ = run.issue(EVERYTHING)
    since = time.time()
    run.call("ExampleApiUrl", "/whoami", key)
    run.decisions(since, "granted")
    group = run.resource("AuthorizerLogGroup")
    lines = [
        e["message"] for e in run.events(group, since) if '"granted"' in e["message"]
    ]
    is_whole = bool(lines) and lines[0].startswith(_BEGINS)
    return Seen(f"{lines[0][:60] if lines else 'no line'} …", is_whole)


def _metric_and_alarm(run: Run) -> Seen:
    key, key_id = run.issue(EVERYTHING)
    name = f"{run.names.parameters['SecretNamePrefix']}{key_id}"
    secrets = run.account.client("secretsmanager")
    secrets.put_secret_value(SecretId=name, SecretString="spoilt")
    time.sleep(RECORD_TTL_SECONDS)
    status = run.call("ExampleApiUrl", "/whoami", key).status
    cloudwatch = run.account.client("cloudwatch")
    alarm = run.resource("CorruptRecordAlarm")
    began = time.monotonic()
    while (state := _state(cloudwatch, alarm)) != "ALARM":
        if time.monotonic() > began + _ALARM_SECONDS:
            break
        time.sleep(_POLL_SECONDS)
    seconds = time.monotonic() - began
    found = cloudwatch.list_metrics(
        Namespace="ApiKeys",
        MetricName="Decisions",
        Dimensions=[
            {"Name": "function_name", "Value": run.resource("AuthorizerFunction")}
        ],
    )["Metrics"]
    dimensions = {d["Name"] for metric in found for d in metric["Dimensions"]}
    text = f"{status}; {state} after {seconds:.0f} s; dimensions {sorted(dimensions)}"
    return Seen(text, state == "ALARM" and dimensions == _DIMENSIONS)


def _state(cloudwatch: object, alarm: str) -> str:
    found = cloudwatch.describe_alarms(AlarmNames=[alarm])  # type: ignore[attr-defined]
    return str(found["MetricAlarms"][0]["StateValue"])


def _audit_time(run: Run) -> Seen:
    since = time.time()
    run.issue(EVERYTHING)
    group = run.resource("AdminLogGroup")
    run.lines(group, since, lambda x: x.get("message") == "audit")
    for event in run.events(group, since):
        if '"audit"' in event["message"]:
            line = json.loads(event["message"])
            said = datetime.fromisoformat(str(line["timestamp"])).timestamp()
            apart = abs(said - event["timestamp"] / 1000)
            text = f"{line['timestamp']}, {apart:.3f} s from the event's"
            return Seen(text, apart < _CLOCKS_DIFFER_SECONDS)
    return Seen("no line", is_expected=False)


def _filtered(run: Run) -> Seen:
    key, _ = run.issue(EVERYTHING)
    since = time.time()
    run.call("ExampleApiUrl", "/whoami", key)
    run.decisions(since, "granted")
    group = run.resource("AuthorizerLogGroup")
    pages = run.account.client("logs").get_paginator("filter_log_events")
    found = [
        event
        for pattern in ('"\\"outcome\\":\\"allow\\""', '{ $.outcome = "allow" }')
        for page in pages.paginate(
            logGroupName=group, filterPattern=pattern, startTime=int(since * 1000)
        )
        for event in page["events"]
    ]
    return Seen(f"{len(found)} matches of two patterns", len(found) == 2)  # noqa: PLR2004 - as asked


def stored_patterns(run: Run) -> dict[str, str]:
    """Return the patterns of the authorizer's metric filters, by metric."""
    found = run.account.client("logs").describe_metric_filters(
        logGroupName=run.resource("AuthorizerLogGroup")
    )["metricFilters"]
    return {
        one["metricTransformations"][0]["metricName"]: one["filterPattern"]
        for one in found
    }


def _metric_filters(run: Run) -> Seen:
    written = built_template()["Resources"]
    stored = stored_patterns(run)
    changed = [
        name
        for name in _FILTERS
        if stored.get(name) != written[name]["Properties"]["FilterPattern"]
    ]
    since = time.time()
    key, _ = run.issue(EVERYTHING)
    run.call("ExampleApiUrl", "/whoami", key)
    run.decisions(since, "granted")
    pages = run.account.client("logs").get_paginator("filter_log_events")
    counts = {
        name: sum(
            len(page["events"])
            for page in pages.paginate(
                logGroupName=run.resource("AuthorizerLogGroup"),
                filterPattern=stored[name],
            )
        )
        for name in _FILTERS
    }
    text = f"changed: {', '.join(changed) or 'none'}; matches {counts}"
    is_well = counts["ColdStarts"] > 0 and counts["StartFailures"] == 0
    return Seen(text, is_well and not changed)


def _times_of_a_query(run: Run) -> Seen:
    began = time.time()
    key, key_id = run.issue(EVERYTHING)
    run.call("ExampleApiUrl", "/whoami", key)
    run.decisions(began, "granted")
    deadline = time.monotonic() + _QUERY_SECONDS
    rows: list[dict[str, Any]] = []
    while not rows and time.monotonic() < deadline:
        # Insights knows a line some time after the log has it.
        asked = run.done("usage", keyId=key_id, days=1)["queryId"]
        while "usage" not in (answer := run.done("usage", queryId=asked)):
            time.sleep(_POLL_SECONDS)
        rows = answer["usage"]
        time.sleep(_POLL_SECONDS)
    if not rows:
        return Seen("no row", is_expected=False)
    first, last = (
        datetime.fromisoformat(rows[0][name]).timestamp() for name in ("first", "last")
    )
    text = f"first {rows[0]['first']}, last {rows[0]['last']}"
    return Seen(text, began - 1 <= first <= last <= time.time())


def _event(run: Run) -> Seen:
    since = time.time()
    _, key_id = run.issue(EVERYTHING)
    lines = run.lines(
        run.resource("AdminLogGroup"),
        since,
        lambda x: x.get("message") == "audit" and x.get("key_id") == key_id,
    )
    told = [f"{x.get('event')} {x.get('event_error', '')}".rstrip() for x in lines]
    return Seen(", ".join(told) or "no line", told == ["delivered"])


DECISION_LINE: Final = Question(
    "V14",
    "Does CloudWatch keep the decision's line byte by byte?",
    f"it begins {_BEGINS}",
    _decision_line,
)
METRIC_AND_ALARM: Final = Question(
    "V14",
    "Does CloudWatch take the metric out of the line, and does the alarm ring?",
    "ALARM within 240 s; function_name, outcome, reason",
    _metric_and_alarm,
    "it takes no metric out of a log",
)
AUDIT_TIME: Final = Question(
    "V15",
    "Is the audit line's time the event's?",
    "RFC 3339, less than a second apart",
    _audit_time,
)
FILTERED: Final = Question(
    "V44",
    "Does a subscription's filter match the decision's line?",
    "2 matches of two patterns",
    _filtered,
    "it knows no filter pattern for JSON",
)
METRIC_FILTERS: Final = Question(
    "V47",
    "Are the metric filters stored as they are written, and do they match?",
    "changed: none; a cold start, no failed one",
    _metric_filters,
    "it knows no filter pattern for JSON",
)
TIMES_OF_A_QUERY: Final = Question(
    "V48",
    "Does the admin function understand the times that Logs Insights gives?",
    "first and last within this question",
    _times_of_a_query,
    "it groups no rows of a query",
)
EVENT: Final = Question(
    "V49",
    "Does the condition on events:source let the function's own events pass?",
    "delivered",
    _event,
)
