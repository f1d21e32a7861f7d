"""One JSON line a decision: a log record and a metric in one.

The field names are those of Powertools for AWS Lambda, the metric is in the embedded
metric format
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html):
CloudWatch counts ``Decisions`` by function, outcome and reason. Nothing that a stranger
wrote gets in, the key id only once its tag was found genuine.
"""

from __future__ import annotations

import json
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from authorizer.moment import LambdaContext, Moment
    from authorizer.outcome import Outcome

_METRICS = [
    {
        "Namespace": "ApiKeys",
        "Dimensions": [["function_name", "outcome", "reason"]],
        "Metrics": [{"Name": "Decisions", "Unit": "Count"}],
    }
]


class DecisionLog:
    """Writes decisions to a stream, which Lambda takes to CloudWatch Logs."""

    def __init__(self, stream: TextIO, function_name: str) -> None:
        self._stream = stream
        self._function_name = function_name
        self._cold_start = True

    def write(
        self,
        outcome: Outcome,
        moment: Moment,
        lambda_context: LambdaContext,
        fault: Exception | None = None,
    ) -> None:
        """Write one line.

        Args:
            outcome: what became of the request.
            moment: when it began.
            lambda_context: Lambda's, for the request id.
            fault: why it could not be judged; these errors' messages hold no secrets.
        """
        is_alarming = fault is not None or outcome.reason == "corrupt"
        entry = {
            "level": "ERROR" if is_alarming else "INFO",
            "message": str(fault) if fault else "decision",
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment.now)),
            "service": "apikeys-authorizer",
            "function_name": self._function_name,
            "function_request_id": lambda_context.aws_request_id,
            "cold_start": self._cold_start,
            "outcome": outcome.outcome,
            "reason": outcome.reason,
            "key_id": outcome.key_id,
            "api": outcome.api,
            "stage": outcome.stage,
            "cached": outcome.cached,
            "duration_ms": round(moment.elapsed_ms(), 3),
            "Decisions": 1,
            "_aws": {
                "Timestamp": int(moment.now * 1000),
                "CloudWatchMetrics": _METRICS,
            },
        }
        self._cold_start = False
        self._stream.write(f"{json.dumps(entry, separators=(',', ':'))}\n")
        self._stream.flush()
