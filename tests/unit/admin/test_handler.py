"""The admin Lambda function: what it answers, logs and measures."""

from __future__ import annotations

import json
import logging
import re
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import SIGNING_TEXT
from tests.fakes import SIGNING_NAME, FakeLambdaContext
from tests.in_process import REGION
from tests.loading import load_anew

if TYPE_CHECKING:
    from collections.abc import Callable

    # Sends an event to a fresh function; returns the answer and its lines.
    type Invoke = Callable[[object], tuple[Any, list[dict[str, Any]]]]

_ARN = "arn:aws:sts::123456789012:assumed-role/Ops/ada"


def _started() -> Any:
    """Return a fresh function, with a logger that writes to the current stdout."""
    logging.Logger.manager.loggerDict.pop("apikeys-admin", None)
    return load_anew("admin.handler")


@pytest.fixture
def environ(aws: None, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Set the environment of a deployed function."""
    del aws
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "SIGNING_SECRET": SIGNING_NAME,
    }.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def invoke(environ: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Invoke:
    """Return what starts the function and sends it one event."""
    del environ

    def send(event: object) -> tuple[Any, list[dict[str, Any]]]:
        answer = _started().lambda_handler(event, FakeLambdaContext())
        captured = capsys.readouterr()
        return answer, [json.loads(line) for line in captured.out.splitlines()]

    return send


def test_an_action_is_answered_logged_and_measured(invoke: Invoke) -> None:
    """One audit line with Powertools' fields, one metric."""
    answer, (audit, metric) = invoke({"action": "issue", "client": "Acme"})
    assert answer["status"] == 201
    expected = {
        "level": "INFO",
        "message": "audit",
        "service": "apikeys-admin",
        "function_name": FakeLambdaContext.function_name,
        "function_request_id": FakeLambdaContext.aws_request_id,
        "action": "issue",
        "key_id": answer["record"]["keyId"],
        "status": 201,
    }
    assert "error_code" not in audit
    assert {name: audit[name] for name in expected} == expected
    assert {name: metric[name] for name in ("Actions", "action", "status")} == {
        "Actions": [1.0],
        "action": "issue",
        "status": "201",
    }
    (directive,) = metric["_aws"]["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "ApiKeys",
        "Dimensions": [["function_name", "action", "status"]],
        "Metrics": [{"Name": "Actions", "Unit": "Count"}],
    }


_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII
)


def test_an_audit_line_has_its_time_as_lambda_takes_it(invoke: Invoke) -> None:
    """RFC 3339 with an offset; a time in any other form Lambda replaces by its own."""
    _, (audit, _) = invoke({"action": "get", "keyId": "0" * 16})
    assert _RFC_3339.fullmatch(audit["timestamp"])
    assert datetime.fromisoformat(audit["timestamp"]).utcoffset() is not None


def test_a_refusal_is_logged_and_measured_too(invoke: Invoke) -> None:
    """With its code, without the text that was given."""
    answer, (audit, metric) = invoke({"action": "get", "keyId": "canary"})
    assert answer["status"] == 400
    assert (audit["action"], audit["status"], audit["error_code"]) == (
        "get",
        400,
        "invalid_request",
    )
    assert metric["status"] == "400"
    assert "canary" not in json.dumps([answer, audit, metric])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POWERTOOLS_LOGGER_LOG_EVENT", "true"),
        ("POWERTOOLS_DEV", "true"),
        ("POWERTOOLS_DEBUG", "true"),
        ("POWERTOOLS_LOG_LEVEL", "DEBUG"),
        ("AWS_LAMBDA_LOG_LEVEL", "DEBUG"),
        ("LOG_LEVEL", "DEBUG"),
    ],
)
@pytest.mark.filterwarnings("ignore:POWERTOOLS_DE:UserWarning")
@pytest.mark.filterwarnings("ignore:Current log level:UserWarning")
def test_no_variable_makes_it_log_what_it_was_sent(
    environ: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    name: str,
    value: str,
) -> None:
    """Events may hold a key to verify, answers hold one that was issued."""
    environ.setenv(name, value)
    caplog.set_level(logging.DEBUG)
    handler = _started()
    sent = {"action": "issue", "client": "c4n4ry-client", "description": "c4n4ry-text"}
    key = handler.lambda_handler(sent, FakeLambdaContext())["key"]
    captured = capfd.readouterr()
    logged = captured.out + captured.err + caplog.text
    assert "audit" in logged
    secret = key.split("_")[2]
    assert not [secret[i : i + 8] for i in range(58) if secret[i : i + 8] in logged]
    assert "c4n4ry" not in logged
    assert SIGNING_TEXT not in logged


def test_an_event_that_was_not_delivered_is_logged_and_measured(
    environ: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    """The action is carried out all the same, by a client that tries once, briefly."""
    environ.setenv("EVENT_BUS_NAME", "keys")
    environ.setenv("AWS_ENDPOINT_URL_EVENTBRIDGE", "http://127.0.0.1:1")
    answer, (audit, _, metric) = invoke({"action": "issue", "client": "Acme"})
    assert answer["status"] == 201
    assert (audit["event"], audit["event_error"]) == (
        "undelivered",
        "EndpointConnectionError",
    )
    assert metric["EventsUndelivered"] == [1.0]
    (directive,) = metric["_aws"]["CloudWatchMetrics"]
    assert (directive["Dimensions"], metric["stack"]) == ([["stack"]], "apikeys")


def test_events_are_sent_by_a_client_of_their_own(started: Any) -> None:
    """A second for each time-out, one try; the store's client is as it was."""
    config = started._client("events").meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 1)
    assert config.retries["total_max_attempts"] == 1
    assert started._client("secretsmanager").meta.config.read_timeout == 10


def test_a_run_of_the_notices_is_measured(
    environ: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    """That it took place, the keys at each threshold, and those in each state."""
    environ.setenv("EXPIRY_NOTICES", "30,7")
    invoke({"action": "issue", "client": "Acme", "lifetimeDays": 7})
    _, (audit, *metrics) = invoke({"action": "notify"})
    assert audit["due"] == {"30": 0, "7": 1}
    found = {
        (name, metric.get("days"), metric.get("state")): metric[name]
        for metric in metrics
        for name in ("NoticeRuns", "KeysExpiring", "Keys")
        if name in metric
    }
    assert found == {
        ("NoticeRuns", None, None): [1.0],
        ("KeysExpiring", "30", None): [0.0],
        ("KeysExpiring", "7", None): [1.0],
        ("Keys", None, "active"): [1.0],
        ("Keys", None, "disabled"): [0.0],
        ("Keys", None, "expired"): [0.0],
        ("Keys", None, "corrupt"): [0.0],
    }


def test_a_run_that_announced_nothing_is_raised(
    environ: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    """So that Lambda tries it again: nobody reads the schedule's answers."""
    environ.setenv("EXPIRY_NOTICES", "30,7")
    environ.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:1")
    with pytest.raises(Exception, match=r"^store_unavailable$"):
        invoke({"action": "notify"})


def test_a_refusal_to_notify_is_an_answer(invoke: Invoke) -> None:
    """No repeat would change it."""
    answer, _ = invoke({"action": "notify"})
    assert answer["error"]["code"] == "not_permitted"


def test_a_fault_is_raised(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw is Lambda's to report."""

    def fail(*_arguments: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("admin.stores.records.Records.get", fail)
    with pytest.raises(RuntimeError, match=r"^unforeseen$"):
        invoke({"action": "get", "keyId": "0" * 16})


def test_bad_settings_fail_at_start_up(environ: pytest.MonkeyPatch) -> None:
    """Not at the first request."""
    environ.setenv("KEY_HASH", "md5")
    with pytest.raises(ValueError, match=r"^KEY_HASH is not one of"):
        _started()


@pytest.fixture
def started(environ: pytest.MonkeyPatch) -> Any:
    """Return a fresh function."""
    del environ
    return _started()


def _context(custom: object) -> Any:
    return SimpleNamespace(client_context=SimpleNamespace(custom=custom))


def test_the_claim_is_taken_as_it_is(started: Any) -> None:
    """The command line sends the ARN of its caller."""
    assert started._claimed_actor(_context({"actor": _ARN})) == _ARN


@pytest.mark.parametrize(
    "custom",
    [
        None,
        {},
        [],
        {"actor": None},
        {"actor": 1},
        {"actor": ""},
        {"actor": "a\nb"},
        {"actor": "\x1b[31m"},
        {"actor": "a" * 2_049},
    ],
)
def test_what_does_not_fit_into_a_line_is_not_a_claim(
    started: Any, custom: object
) -> None:
    """The log is read by people and by programs, line by line."""
    assert started._claimed_actor(_context(custom)) is None


def test_an_invocation_without_a_context_claims_nothing(started: Any) -> None:
    """So the AWS CLI invokes, and the console."""
    nothing: Any = SimpleNamespace(client_context=None)
    assert started._claimed_actor(nothing) is None
    bare: Any = SimpleNamespace()
    assert started._claimed_actor(bare) is None
