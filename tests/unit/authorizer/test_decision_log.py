"""One JSON line a decision."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.errors import StoreUnavailableError
from authorizer.decision import Decision
from authorizer.decision_log import DecisionLog
from tests.builders import at
from tests.fakes import FakeLambdaContext

if TYPE_CHECKING:
    from collections.abc import Sequence


def _decision(**fields: Any) -> Decision:
    return Decision(**({"verdict": "refuse", "reason": ""} | fields))


def _text(*written: tuple[Decision, Exception | None]) -> str:
    """Return what is in a pipe after each of these was written to it."""
    reading, writing = os.pipe()
    log = DecisionLog(writing, "my-authorizer")
    text = b""
    for decision, fault in written:
        log.write(decision, at(0.25), FakeLambdaContext(), fault)
        text += os.read(reading, 65_536)
    os.close(reading)
    os.close(writing)
    return text.decode("ascii")


def _lines(*written: tuple[Decision, Exception | None]) -> Sequence[dict[str, Any]]:
    text = _text(*written)
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 0.251)


def test_a_decision_is_one_line_with_exactly_these_fields() -> None:
    """Powertools' names, the decision, and a metric in the embedded format."""
    decision = _decision(
        verdict="allow",
        reason="granted",
        key_id="0123456789abcdef",
        api="a1b2c3d4e5",
        stage="prod",
        cached=True,
        answer={"context": "canary"},
    )
    (line,) = _lines((decision, None))
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
    (line,) = _lines((_decision(reason="forged"), None))
    directive = line["_aws"]["CloudWatchMetrics"][0]
    assert isinstance(line[directive["Metrics"][0]["Name"]], int)
    assert all(isinstance(line[name], str) for name in directive["Dimensions"][0])


def test_only_the_first_line_is_a_cold_start() -> None:
    """As Powertools counts them."""
    lines = _lines(*[(_decision(), None)] * 3)
    assert [line["cold_start"] for line in lines] == [True, False, False]


def test_a_decision_that_is_written_again_says_the_same() -> None:
    """Its parts are put together once; the start of the environment is not of them."""
    decision = _decision(verdict="allow", reason="granted", cached=True)
    first, second, third = _lines(*[(decision, None)] * 3)
    assert first | {"cold_start": False} == second == third
    assert second["outcome"] == "allow"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.0, "0.000"), (0.0000078, "0.007"), (0.0625, "62.500"), (2.5, "2500.000")],
)
def test_a_duration_is_milliseconds_with_three_decimals(
    monkeypatch: pytest.MonkeyPatch, seconds: float, written: str
) -> None:
    """From nothing to seconds; what is less than a microsecond is dropped."""
    monkeypatch.setattr(time, "monotonic", lambda: 0.25 + seconds)
    assert f'"duration_ms":{written},' in _text((_decision(), None))


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
    (line,) = _lines((_decision(reason=reason), fault))
    assert (line["level"], line["message"]) == (level, message)


def test_what_was_never_learned_is_null() -> None:
    """A request refused at its first check has no key id."""
    (line,) = _lines((_decision(reason="missing"), None))
    learned = {name: line[name] for name in ("key_id", "api", "stage", "cached")}
    assert learned == dict.fromkeys(learned)


def test_a_line_is_ascii_and_can_not_be_broken() -> None:
    """Whatever a fault's message holds."""
    text = _text((_decision(), StoreUnavailableError("é\n\u2028{}")))
    assert text.isascii()
    assert text.count("\n") == 1


def test_a_line_is_there_at_once() -> None:
    """Lambda freezes the environment after the answer: nothing waits in a buffer."""
    lines = _lines(*[(_decision(reason=reason), None) for reason in ("unknown", "x")])
    assert [line["reason"] for line in lines] == ["unknown", "x"]


def test_what_is_written_in_parts_is_a_whole_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pipe that is nearly full takes a part; the rest follows."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda to, text: write(to, text[:7]))
    (line,) = _lines((_decision(reason="forged"), None))
    assert line["reason"] == "forged"


def test_a_line_that_can_not_be_written_is_an_error() -> None:
    """Nobody is let in without a trace."""
    reading, writing = os.pipe()
    os.close(reading)
    log = DecisionLog(writing, "my-authorizer")
    with pytest.raises(BrokenPipeError):
        log.write(_decision(), at(), FakeLambdaContext())
    os.close(writing)


def test_the_timestamp_is_that_of_the_request() -> None:
    """Though it is written once a second."""
    reading, writing = os.pipe()
    log = DecisionLog(writing, "my-authorizer")
    for seconds in (0, 0.9, 1, 0):
        log.write(_decision(), at(seconds), FakeLambdaContext())
    lines = os.read(reading, 65_536).splitlines()
    os.close(reading)
    os.close(writing)
    found = [json.loads(line)["timestamp"][-3:] for line in lines]
    assert found == ["00Z", "00Z", "01Z", "00Z"]


def test_what_a_policy_shuts_of_its_roles_is_a_warning() -> None:
    """In the line of the decision for which it was compiled, and in no other."""
    shut = ["'GET /\u00e4' is shut", 'a "quote"']
    first, second = _lines((_decision(shut=shut), None), (_decision(), None))
    assert (first["level"], first["shut"]) == ("WARNING", shut)
    assert (second["level"], "shut" in second) == ("INFO", False)
