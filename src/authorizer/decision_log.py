"""One JSON line per decision, both a log record and a metric.

The field names are those of Powertools for AWS Lambda, the metric is in the embedded
metric format
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html):
CloudWatch counts ``Decisions`` by function, outcome and reason. Nothing that a stranger
wrote gets in: a key id only with a genuine tag, a login only with a record.
"""

from __future__ import annotations

import os
import time
from json.encoder import encode_basestring_ascii as _quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from authorizer.decision import Decision
    from authorizer.request_clock import LambdaContext, RequestClock

_METRICS = (
    '[{"Namespace":"ApiKeys","Dimensions":[["function_name","outcome","reason"]],'
    '"Metrics":[{"Name":"Decisions","Unit":"Count"}]}]'
)
_TIMESTAMP = "%Y-%m-%dT%H:%M:%SZ"
_NULL = "null"
_WORDS = {True: "true", False: "false", None: _NULL}
# The constant parts of a line, between those that vary.
_COLD, _WARM = '","cold_start":true,', '","cold_start":false,'
_MEASURED = ',"Decisions":1,"_aws":{"Timestamp":'
_END = f',"CloudWatchMetrics":{_METRICS}}}}}\n'


class DecisionLog:
    """Writes decisions to a file descriptor, from which they get to CloudWatch Logs."""

    def __init__(self, descriptor: int, function_name: str) -> None:
        self._descriptor = descriptor
        self._function = (
            f'"service":"apikeys-authorizer","function_name":"{function_name}",'
        )
        self._start = _COLD
        self._second = -1
        self._head = ""

    def write(
        self,
        decision: Decision,
        clock: RequestClock,
        lambda_context: LambdaContext,
        fault: Exception | None = None,
    ) -> None:
        """Write one line in a single write.

        Args:
            decision: about the request.
            clock: when it began.
            lambda_context: Lambda's, for the request id.
            fault: why it could not be judged; its message holds no secrets.

        Raises:
            OSError: it can't be written, and an unlogged decision must not count.
        """
        second = int(clock.now)
        if second != self._second:
            self._second = second
            timestamp = time.strftime(_TIMESTAMP, time.gmtime(second))
            self._head = (
                f'"timestamp":"{timestamp}",{self._function}"function_request_id":"'
            )
        if not decision.said:
            decision.said = _said(decision, fault)
        level, said = decision.said
        # In whole microseconds: formatting a float to three decimals takes longer than
        # the rest.
        spent = str(int(clock.elapsed_ms() * 1_000)).zfill(4)
        # By hand: json.dumps takes longer than the whole decision. Lambda's ids hold no
        # quotes.
        line = (
            f"{level}{self._head}{lambda_context.aws_request_id}{self._start}{said}"
            f"{spent[:-3]}.{spent[-3:]}{_MEASURED}{int(clock.now * 1_000)}{_END}"
        )
        self._start = _WARM
        # Bypassing the layers of a text stream, which take three times as long.
        rest = line.encode()
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


def _said(decision: Decision, fault: Exception | None) -> tuple[str, str]:
    """Return a line's beginning, and what is between request and duration.

    What isn't quoted here can't hold a quote: it is our own words and AWS's ids.
    """
    level, message, shut = "INFO", '"decision"', ""
    if fault or decision.reason == "corrupt":
        level = "ERROR"
    elif decision.shut:
        level = "WARNING"
        shut = f'"shut":[{",".join(map(_quoted, decision.shut))}],'
    if fault:
        message = _quoted(str(fault))
    key_id, login = decision.key_id, decision.login
    api, stage = decision.api, decision.stage
    return (
        f'{{"level":"{level}","message":{message},',
        (
            f'"outcome":"{decision.verdict}","reason":"{decision.reason}",'
            f'"key_id":{_NULL if key_id is None else f'"{key_id}"'},'
            f'"login":{_NULL if login is None else f'"{login}"'},'
            f'"api":{_NULL if api is None else f'"{api}"'},'
            f'"stage":{_NULL if stage is None else f'"{stage}"'},'
            f'"cached":{_WORDS[decision.cached]},{shut}"duration_ms":'
        ),
    )
