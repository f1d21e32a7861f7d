"""``apikeys doctor``'s checks of the alarms: whether anybody hears of an outage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from apikeys_cli.dates import counted
from apikeys_cli.errors import UnreachableError
from apikeys_cli.health.findings import Finding, not_checked, ok, unseen, warn
from apikeys_cli.health.gateway import Kind
from apikeys_cli.sdk_errors import explained

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apikeys_cli.connection import Connection
    from apikeys_cli.health.configuration import Configuration
    from apikeys_cli.health.gateway import Stage

_SUBJECT = "alarms"
_RUNBOOK = "docs/operations.md, API Gateway may not invoke it"
# By kind of API: what counts the calls that API Gateway answers 500 by itself. Of a
# WebSocket API nothing is known to.
_METRICS = {Kind.REST: "5XXError", Kind.HTTP: "5xx"}


def check_alarms(
    connection: Connection, configuration: Configuration | None
) -> Finding:
    """Check whether the stack's own alarms are sent to anybody."""
    stack = configuration.stack if configuration is not None else ""
    if not stack:
        return not_checked(
            _SUBJECT, "the stack's name is not known", "see configuration"
        )
    try:
        with explained():
            pages = connection.client("cloudwatch").get_paginator("describe_alarms")
            found = [
                alarm
                for page in pages.paginate(AlarmNamePrefix=f"{stack}-")
                for alarm in page["MetricAlarms"]
            ]
    except UnreachableError as error:
        return unseen(_SUBJECT, "cloudwatch:DescribeAlarms", error)
    # Other stacks may have names that begin with this one's.
    own = re.compile(f"{re.escape(stack)}-(page|ticket)-[a-z-]+")
    alarms = [alarm for alarm in found if own.fullmatch(alarm["AlarmName"])]
    if not alarms:
        advice = "deploy the template again; its alarms were removed"
        return warn(_SUBJECT, "there are none: nobody is paged in an outage", advice)
    if silent := [alarm for alarm in alarms if not _is_sent(alarm)]:
        what = f"sent to nobody: {_by_severity(silent, stack)}; a page is an outage"
        return warn(_SUBJECT, what, "set AlarmTopicArn, or enable their actions")
    return ok(_SUBJECT, f"sent: {_by_severity(alarms, stack)}")


def check_stage_alarm(connection: Connection, stage: Stage) -> Iterator[Finding]:
    """Check whether an API has an alarm on what nothing else counts.

    If API Gateway may not invoke the authorizer, the function logs nothing.
    """
    metric = _METRICS.get(stage.kind)
    if metric is None:
        return
    try:
        with explained():
            alarms = _alarms_on(connection, stage, metric)
    except UnreachableError as error:
        yield unseen(stage.name, "cloudwatch:DescribeAlarmsForMetric", error)
        return
    if any(map(_is_sent, alarms)):
        yield ok(stage.name, f"alarm: on its {metric}")
    elif alarms:
        what = f"alarm: the one on its {metric} is sent to nobody"
        yield warn(stage.name, what, "give it an action, or enable its actions")
    else:
        what = (
            f"alarm: none on its {metric}; nobody is paged if API Gateway may not "
            "invoke the authorizer"
        )
        yield warn(stage.name, what, f"make one: {_RUNBOOK}; metric math is not seen")


def _alarms_on(connection: Connection, stage: Stage, metric: str) -> list[Any]:
    """Return the alarms on a metric of the API, or of its stage alone."""
    name, value = "ApiId", stage.api
    if stage.kind is Kind.REST:
        gateway = connection.client("apigateway")
        name, value = "ApiName", gateway.get_rest_api(restApiId=stage.api)["name"]
    of_api = {"Name": name, "Value": value}
    of_stage = {"Name": "Stage", "Value": stage.stage}
    client = connection.client("cloudwatch")
    return [
        alarm
        for dimensions in ([of_api], [of_api, of_stage])
        for alarm in client.describe_alarms_for_metric(
            Namespace="AWS/ApiGateway", MetricName=metric, Dimensions=dimensions
        )["MetricAlarms"]
    ]


def _is_sent(alarm: dict[str, Any]) -> bool:
    return bool(alarm.get("ActionsEnabled", True) and alarm.get("AlarmActions"))


def _by_severity(alarms: Iterable[dict[str, Any]], stack: str) -> str:
    """Return how many pages and tickets there are: ``6 pages, 1 ticket``."""
    page = f"{stack}-page-"
    are_pages = [alarm["AlarmName"].startswith(page) for alarm in alarms]
    pages, tickets = are_pages.count(True), are_pages.count(False)
    return f"{counted(pages, 'page')}, {counted(tickets, 'ticket')}"
