"""One JSON line a decision: a log record and a metric in one.

The field names are those of Powertools for AWS Lambda, the metric is in the embedded
metric format
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html):
CloudWatch counts ``Decisions`` by function, outcome and reason. Nothing that a stranger
wrote gets in: a key id once its tag was found genuine, a login once it has a record.
"""

from __future__ import annotations

import time
from json.encoder import encode_basestring_ascii as _quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from authorizer.moment import LambdaContext, Moment
    from authorizer.outcome import Outcome

_METRICS = (
    '[{"Namespace":"ApiKeys","Dimensions":[["function_name","outcome","reason"]],'
    '"Metrics":[{"Name":"Decisions","Unit":"Count"}]}]'
)


_DECISION = '"decision"'
_WORDS = {True: "true", False: "false", None: "null"}
_TIMESTAMP = "%Y-%m-%dT%H:%M:%SZ"


class DecisionLog:
    """Writes decisions to a stream, which Lambda takes to CloudWatch Logs."""

    def __init__(self, stream: TextIO, function_name: str) -> None:
        self._stream = stream
        self._function = (
            f'"service":"apikeys-authorizer","function_name":"{function_name}"'
        )
        self._cold_start = True
        self._second = 0
        self._timestamp = ""

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
        # By hand: json.dumps takes longer than the whole decision. What it does not
        # quote here can't hold a quote: words and numbers of our own, ids of AWS.
        self._stream.write(
            f'{{"level":"{"ERROR" if is_alarming else "INFO"}",'
            f'"message":{_quoted(str(fault)) if fault else _DECISION},'
            f'"timestamp":"{self._written(int(moment.now))}",{self._function},'
            f'"function_request_id":"{lambda_context.aws_request_id}",'
            f'"cold_start":{_WORDS[self._cold_start]},'
            f'"outcome":"{outcome.outcome}","reason":"{outcome.reason}",'
            f'"key_id":{_optional(outcome.key_id)},'
            f'"login":{_optional(outcome.login)},"api":{_optional(outcome.api)},'
            f'"stage":{_optional(outcome.stage)},"cached":{_WORDS[outcome.cached]},'
            f'"duration_ms":{moment.elapsed_ms():.3f},"Decisions":1,'
            f'"_aws":{{"Timestamp":{int(moment.now * 1000)},'
            f'"CloudWatchMetrics":{_METRICS}}}}}\n'
        )
        self._stream.flush()
        self._cold_start = False

    def _written(self, second: int) -> str:
        if second != self._second:
            self._second = second
            self._timestamp = time.strftime(_TIMESTAMP, time.gmtime(second))
        return self._timestamp


def _optional(text: str | None) -> str:
    return "null" if text is None else f'"{text}"'
