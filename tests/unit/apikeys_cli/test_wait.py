"""``--wait``, ``flush`` and the two steps of the signing key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apikeys_cli import wait
from tests.in_process import InProcess
from tests.unit.apikeys_cli.doubles import Cli


def _flushes(function: InProcess, answer: dict[str, Any]) -> None:
    """Let the function answer so to ``flush``."""
    answered = function.answer

    def flushing(request: dict[str, Any]) -> Any:
        if request["action"] == "flush":
            function.requests.append(request)
            return dict(answer)
        return answered(request)

    function.answer = flushing  # type: ignore[method-assign]


def test_wait_waits_flushes_and_says_by_when_it_is_in_force(
    cli: Cli, slept: list[float]
) -> None:
    """A flush before the record TTL has passed would cache the old answer again.

    AWS accepts a flush, 202, and does not say when it is done: the bound holds still.
    """
    _flushes(cli.function, {"status": 200, "flushed": ["a1/prod"]})
    key_id = cli.issue()["record"]["keyId"]
    done = cli("disable", key_id, "--wait")
    assert (done.exit_code, slept) == (0, [2])
    assert [r["action"] for r in cli.function.requests[-2:]] == ["disable", "flush"]
    assert done.stderr.endswith(
        "API Gateway accepted the flush of a1/prod; in force everywhere in 3 s at "
        "the latest.\n"
    )
    assert "disabled" in done.stdout


def test_where_the_gateway_caches_nothing_the_record_ttl_is_the_bound(
    function: InProcess, slept: list[float]
) -> None:
    """Then the change is in force after it, flushed or not."""
    uncached = InProcess(AUTHORIZER_CACHE_SECONDS="0")
    _flushes(uncached, {"status": 200, "flushed": ["a1/prod"]})
    cli = Cli(uncached)
    del function
    done = cli("disable", cli.issue()["record"]["keyId"], "--wait")
    assert (done.exit_code, slept) == (0, [2])
    assert done.stderr.endswith("In force everywhere: the bound of 2 s has passed.\n")


@pytest.mark.parametrize("verb", ["enable", "disable", "update", "rotate", "revoke"])
def test_without_a_stage_to_flush_the_whole_bound_is_waited(
    cli: Cli, slept: list[float], verb: str
) -> None:
    """The gateway's caches age out by themselves."""
    options = {"update": ["--name", "x"], "revoke": ["--yes"]}.get(verb, [])
    key_id = cli.issue()["record"]["keyId"]
    done = cli(verb, key_id, "--wait", *options)
    assert (done.exit_code, slept) == (0, [2, 3])
    assert done.stderr.endswith("In force everywhere: the bound of 5 s has passed.\n")


@pytest.mark.parametrize("verb", ["issue", "clone", "restore"])
def test_a_key_that_may_have_been_tried_too_early_is_waited_for(
    cli: Cli, slept: list[float], verb: str
) -> None:
    """What was remembered of its absence ages first, then the gateway's answers."""
    key_id = cli.issue()["record"]["keyId"]
    if verb == "restore":
        cli("revoke", key_id, "--yes")
    arguments = ["--client", "Acme"] if verb == "issue" else [key_id]
    done = cli(verb, *arguments, "--wait")
    assert (done.exit_code, slept) == (0, [2, 3])
    assert done.stderr.endswith("In force everywhere: the bound of 5 s has passed.\n")


@pytest.mark.parametrize("status", [404, 503])
def test_a_flush_that_fails_is_waited_for_instead(
    cli: Cli, slept: list[float], status: int
) -> None:
    """The change is made; the command does not fail for the flush."""
    error = {"code": "x", "message": "no such stage"}
    _flushes(cli.function, {"status": status, "error": error})
    key_id = cli.issue()["record"]["keyId"]
    done = cli("disable", key_id, "--wait")
    assert (done.exit_code, slept) == (0, [2, 3])
    assert "Not flushed: no such stage" in done.stderr


def test_stopping_to_wait_does_not_undo_the_change(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C says that the change is made."""

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    key_id = cli.issue()["record"]["keyId"]
    monkeypatch.setattr(wait, "sleep", stop)
    done = cli("disable", key_id, "--wait")
    assert done.exit_code == 1
    assert "The change is made; it is in force within 5 s" in done.stderr
    assert json.loads(cli("get", key_id, "--output", "json").stdout)


def test_a_terminal_sees_a_bar(
    monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    """The bar moves by the clock and ends with the time."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    moments = iter([100.0, 100.0, 101.9, 102.5])
    monkeypatch.setattr(wait, "monotonic", lambda: next(moments))
    wait.pause(2, "for nothing")
    assert slept == [pytest.approx(0.25), pytest.approx(0.1)]


def test_flush_prints_the_stages(cli: Cli) -> None:
    """One a line; none is said to be none."""
    done = cli("flush")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "FlushStages names no stage" in done.stderr
    _flushes(cli.function, {"status": 200, "flushed": ["a1/prod", "b2/dev"]})
    done = cli("flush")
    assert done.stdout == "a1/prod\nb2/dev\n"
    assert done.stderr == (
        "Accepted by API Gateway, which does not say when the caches are empty.\n"
    )
    assert cli("flush", "--output", "csv").stdout == "flushed\na1/prod\nb2/dev\n"
    assert cli.json("flush") == {"flushed": ["a1/prod", "b2/dev"]}
