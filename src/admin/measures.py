"""The metrics of the admin function, in CloudWatch's embedded format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit, single_metric

if TYPE_CHECKING:
    from apikeys.document import Document


def write(line: Document, function_name: str, stack: str) -> None:
    """Write what an audit line counts.

    Args:
        line: an action, its status, and the outcome of its event or notices.
        function_name: that of the function.
        stack: the deployment's name, under which all its functions count together.
    """
    _count(
        "Actions",
        1,
        function_name=function_name,
        action=str(line["action"]),
        status=str(line["status"]),
    )
    undelivered = line.get("undelivered", int(line.get("event") == "undelivered"))
    if isinstance(undelivered, int) and undelivered:
        _count("EventsUndelivered", undelivered, stack=stack)
    due, states = line.get("due"), line.get("states")
    if isinstance(due, dict) and isinstance(states, dict):
        _count("NoticeRuns", 1, function_name=function_name)
        for days, count in due.items():
            _count("KeysExpiring", count, function_name=function_name, days=days)
        for state, count in states.items():
            _count("Keys", count, function_name=function_name, state=state)


def _count(name: str, value: int, **dimensions: str) -> None:
    with single_metric(
        name=name, unit=MetricUnit.Count, value=value, namespace="ApiKeys"
    ) as metric:
        for dimension, text in dimensions.items():
            metric.add_dimension(name=dimension, value=text)
