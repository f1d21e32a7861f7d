"""One JSON line a decision."""

from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.errors import StoreUnavailableError
from authorizer.log import DecisionLog
from authorizer.outcome import Outcome
from tests.builders import at
from tests.fakes import FakeLambdaContext

if TYPE_CHECKING:
    from collections.abc import Sequence


def _outcome(**fields: object) -> Outcome:
    outcome = Outcome()
    for name, value in fields.items():
        setattr(outcome, name, value)
    return outcome


def _lines(*written: tuple[Outcome, Exception | None]) -> Sequence[dict[str, Any]]:
    stream = io.StringIO()
    log = DecisionLog(stream, "my-authorizer")
    for outcome, fault in written:
        log.write(outcome, at(0.25), FakeLambdaContext(), fault)
    assert stream.getvalue().endswith("\n")
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 0.251)


def test_a_decision_is_one_line_with_exactly_these_fields() -> None:
    """Powertools' names, the decision, and a metric in the embedded format."""
    outcome = _outcome(
        outcome="allow",
        reason="granted",
        key_id="0123456789abcdef",
        api="a1b2c3d4e5",
        stage="prod",
        cached=True,
        answer={"context": "canary"},
    )
    (line,) = _lines((outcome, None))
    assert line == {
        "level": "INFO",
        "message": "decision",
        "timestamp": "2027-01-15T08:00:00Z",
        "service": "apikeys-authorizer",
        "function_name": "my-authorizer",
        "function_request_id": FakeLambdaContext.aws_request_id,
        "cold_start": True,
        "outcome": "allow",
        "reason": "granted",
        "key_id": "0123456789abcdef",
        "login": None,
        "api": "a1b2c3d4e5",
        "stage": "prod",
        "cached": True,
        "duration_ms": 1.0,
        "Decisions": 1,
        "_aws": {
            "Timestamp": 1_800_000_000_250,
            "CloudWatchMetrics": [
                {
                    "Namespace": "ApiKeys",
                    "Dimensions": [["function_name", "outcome", "reason"]],
                    "Metrics": [{"Name": "Decisions", "Unit": "Count"}],
                }
            ],
        },
    }


def test_the_embedded_metric_refers_to_fields_of_the_line() -> None:
    """CloudWatch drops a metric whose value or dimension is missing."""
    (line,) = _lines((_outcome(reason="forged"), None))
    directive = line["_aws"]["CloudWatchMetrics"][0]
    assert isinstance(line[directive["Metrics"][0]["Name"]], int)
    assert all(isinstance(line[name], str) for name in directive["Dimensions"][0])


def test_only_the_first_line_is_a_cold_start() -> None:
    """As Powertools counts them."""
    lines = _lines(*[(_outcome(), None)] * 3)
    assert [line["cold_start"] for line in lines] == [True, False, False]


@pytest.mark.parametrize(
    ("reason", "fault", "level", "message"),
    [
        ("granted", None, "INFO", "decision"),
        ("forged", None, "INFO", "decision"),
        ("unknown", None, "INFO", "decision"),
        ("corrupt", None, "ERROR", "decision"),
        ("store_unavailable", StoreUnavailableError("down"), "ERROR", "down"),
    ],
)
def test_faults_and_corrupt_records_are_errors(
    reason: str, fault: Exception | None, level: str, message: str
) -> None:
    """They want the operator; a refused stranger does not."""
    (line,) = _lines((_outcome(reason=reason), fault))
    assert (line["level"], line["message"]) == (level, message)


def test_what_was_never_learned_is_null() -> None:
    """A request refused at its first check has no key id."""
    (line,) = _lines((_outcome(reason="missing"), None))
    learned = {name: line[name] for name in ("key_id", "api", "stage", "cached")}
    assert learned == dict.fromkeys(learned)


def test_a_line_is_ascii_and_can_not_be_broken() -> None:
    """Whatever a fault's message holds."""
    stream = io.StringIO()
    fault = StoreUnavailableError("é\n\u2028{}")
    log = DecisionLog(stream, "my-authorizer")
    log.write(_outcome(), at(), FakeLambdaContext(), fault)
    assert stream.getvalue().isascii()
    assert stream.getvalue().count("\n") == 1
