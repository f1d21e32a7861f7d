"""What Lambda itself logs of a function that fails: V27, V50."""

import json
import time
from typing import Any, Final

from verify_aws.question import Question, Seen
from verify_aws.questions.logs import stored_patterns
from verify_aws.run import Run

_LOG_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 5.0
# Logs come late: what is not there by then is taken for filtered out.
_SETTLED_SECONDS: Final = 30.0
_COUNTED: Final = {
    "Runtime.ImportModuleError",
    "platform.initReport error",
    "platform.report timeout",
}
_GAP: Final = "it writes no record of Lambda's own"


def _failed_start(run: Run) -> Seen:
    since = time.time()
    for function, case in (
        ("DoesNotStartFunction", "pass"),
        ("EndsFunction", "sleep"),
        ("EndsFunction", "raise"),
    ):
        run.account.invoke(run.probe[function], {"case": case})
    pattern = stored_patterns(run)["StartFailures"]
    deadline = time.monotonic() + _LOG_SECONDS
    while not (counted := _kinds(run, since, pattern)) >= _COUNTED:
        if time.monotonic() > deadline:
            break
        time.sleep(_POLL_SECONDS)
    return Seen(_listed(counted), counted == _COUNTED)


def _at_warn(run: Run) -> Seen:
    seen = {}
    # Started, so that only an invocation is logged.
    run.account.invoke(run.probe["EndsFunction"], {"case": "pass"})
    for case in ("pass", "raise"):
        since = time.time()
        run.account.invoke(run.probe["EndsFunction"], {"case": case})
        time.sleep(_SETTLED_SECONDS)
        seen[case] = _kinds(run, since)
    text = f"a success: {_listed(seen['pass'])}; a raise: {_listed(seen['raise'])}"
    return Seen(text, not seen["pass"])


def _kinds(run: Run, since: float, pattern: str = "") -> set[str]:
    """Return the kinds of records in the probe's log that a pattern matches."""
    pages = run.account.client("logs").get_paginator("filter_log_events")
    asked = {
        "logGroupName": run.probe["FailuresLogGroup"],
        "startTime": int(since * 1000),
        "filterPattern": pattern,
    }
    return {
        _kind(event["message"])
        for page in pages.paginate(**asked)
        for event in page["events"]
    }


def _kind(message: str) -> str:
    if not message.startswith("{"):
        return message[:40]
    line: dict[str, Any] = json.loads(message)
    if "type" in line:
        return f"{line['type']} {line['record'].get('status', '')}".rstrip()
    return str(line.get("errorType") or line.get("message", ""))[:40]


def _listed(kinds: set[str]) -> str:
    return ", ".join(sorted(kinds)) or "nothing"


FAILED_START: Final = Question(
    "V27",
    "Are a failed start and a time-out counted, and a refusal not?",
    _listed(_COUNTED),
    _failed_start,
    _GAP,
)
AT_WARN: Final = Question(
    "V50",
    "What does Lambda log at SystemLogLevel WARN?",
    "a success: nothing; a raise: what is seen",
    _at_warn,
    _GAP,
)
