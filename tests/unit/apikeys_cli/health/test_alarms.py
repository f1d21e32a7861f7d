"""The alarm of an API: by which metric and dimensions CloudWatch is asked for it."""

from __future__ import annotations

from typing import Any

import pytest

from apikeys_cli.health.alarms import check_stage_alarm
from apikeys_cli.health.gateway import Kind, Stage
from tests.in_process import InProcess
from tests.unit.apikeys_cli.aws_double import Aws, alarm

_REST = ("5XXError", "ApiName", "reports")
_HTTP = ("5xx", "ApiId", "a1")


class _CloudWatch:
    """Knows one alarm, and tells of it as AWS does: by exactly its dimensions."""

    def __init__(self, metric: str, **dimensions: str) -> None:
        self._alarm = (metric, dimensions)

    def describe_alarms_for_metric(self, **asked: Any) -> dict[str, Any]:
        """Answer as boto3's client does."""
        assert asked["Namespace"] == "AWS/ApiGateway"
        dimensions = {d["Name"]: d["Value"] for d in asked["Dimensions"]}
        is_it = (asked["MetricName"], dimensions) == self._alarm
        return {"MetricAlarms": [alarm("outage")] if is_it else []}


def _found(kind: Kind, cloudwatch: _CloudWatch) -> list[tuple[str, str]]:
    """Return level and text of each finding about the stage ``prod``."""
    function = InProcess()
    function.clients["cloudwatch"] = cloudwatch
    function.clients["apigateway"] = Aws({"get_rest_api": {"name": "reports"}})
    stage = Stage("a1", "prod", kind, {}, {})
    connection = function.invocation().connection
    return [(f.level, f.what) for f in check_stage_alarm(connection, stage)]


@pytest.mark.parametrize("stage", [{}, {"Stage": "prod"}])
@pytest.mark.parametrize(("kind", "alarmed"), [(Kind.REST, _REST), (Kind.HTTP, _HTTP)])
def test_an_alarm_of_the_api_or_of_its_stage_is_found(
    kind: Kind, alarmed: tuple[str, str, str], stage: dict[str, str]
) -> None:
    """CloudWatch knows a REST API by its name, and an HTTP API by its id."""
    metric, name, value = alarmed
    found = _found(kind, _CloudWatch(metric, **{name: value}, **stage))
    assert found == [("ok", f"alarm: on its {metric}")]


@pytest.mark.parametrize(
    "other",
    [
        _CloudWatch("4XXError", ApiName="reports"),
        _CloudWatch("5XXError", ApiName="reports", Stage="test"),
        _CloudWatch("5XXError", ApiName="orders"),
        _CloudWatch("5XXError"),
    ],
)
def test_another_alarm_does_not_count(other: _CloudWatch) -> None:
    """It stays silent at an outage of this stage."""
    assert [level for level, _ in _found(Kind.REST, other)] == ["warn"]


def test_of_a_websocket_api_nothing_is_said() -> None:
    """No metric is known to count a handshake that ends in 500."""
    assert _found(Kind.WEBSOCKET, _CloudWatch("5xx", ApiId="a1")) == []
