"""Rows with a usage plan: what an account's quotas of API Gateway leave to a batch."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from apikeys_cli.batch import pace
from apikeys_cli.batch.pace import Pace
from apikeys_cli.errors import UnreachableError
from tests.in_process import client_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.in_process import InProcess
    from tests.unit.apikeys_cli.doubles import Cli

_PLAN = {"usagePlanId": "gold"}


class _Clock:
    """A monotonic clock that only sleeping moves, and work that the test says of."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def sleep(self, length: float) -> None:
        """Let the time pass."""
        self.slept.append(round(length, 6))
        self.now += length


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    """Return the clock that every pace goes by."""
    clock = _Clock()
    monkeypatch.setattr(pace, "monotonic", lambda: clock.now)
    monkeypatch.setattr(pace, "sleep", clock.sleep)
    return clock


def _begun(clock: _Clock, requests: list[dict[str, str]], work: float) -> list[float]:
    """Return when each request began, of those that take so long."""
    pace, begun = Pace(), []
    for request in requests:
        with pace.turn(request):
            begun.append(round(clock.now - 1_000, 6))
            clock.now += work
    return begun


def test_three_rows_with_a_plan_begin_in_a_second(clock: _Clock) -> None:
    """So that an account's ten calls in all, and five CreateApiKey, are kept."""
    begun = _begun(clock, [_PLAN] * 11, work=0.05)
    assert begun == [pytest.approx(number * 0.3) for number in range(11)]


def test_rows_that_take_longer_wait_for_nothing(clock: _Clock) -> None:
    """Time that is over is not waited for, and not made up for."""
    assert _begun(clock, [_PLAN] * 3, work=0.5) == [0, 0.5, 1]
    assert clock.slept == []


@pytest.mark.parametrize("request_", [{}, {"usagePlanId": ""}, {"client": "Acme"}])
def test_rows_without_a_plan_are_not_paced(
    clock: _Clock, request_: dict[str, str]
) -> None:
    """They make no gateway key."""
    assert _begun(clock, [request_] * 3, work=0) == [0, 0, 0]
    assert clock.slept == []


def test_one_row_with_a_plan_is_under_way_at_a_time(clock: _Clock) -> None:
    """Others pass it by, and a row that fails gives its turn on."""
    del clock
    pace, is_in, may_go = Pace(), Event(), Event()
    order: list[str] = []

    def first() -> None:
        with pace.turn(_PLAN):
            is_in.set()
            assert may_go.wait(10)
            order.append("first")
            raise RuntimeError("refused")

    def second() -> None:
        with pace.turn(_PLAN):
            order.append("second")

    with ThreadPoolExecutor(2) as pool:
        failing = pool.submit(first)
        assert is_in.wait(10)
        waiting = pool.submit(second)
        with pace.turn({"client": "Acme"}):
            order.append("without a plan")
        may_go.set()
        assert isinstance(failing.exception(10), RuntimeError)
        waiting.result(10)
    assert order == ["without a plan", "first", "second"]


def _recorded(
    function: InProcess, clock: _Clock, action: str
) -> list[tuple[bool, float]]:
    """Return of each request of an action whether it has a plan, and when it began."""
    begun: list[tuple[bool, float]] = []

    def note(request: dict[str, Any], _: object) -> None:
        if request["action"] == action:
            begun.append(("usagePlanId" in request, round(clock.now - 1_000, 6)))

    function.fault = note
    return begun


@pytest.fixture
def plan(account: object) -> str:
    """Return the id of a usage plan in the account."""
    del account
    return str(client_of("apigateway").create_usage_plan(name="gold")["id"])


def test_a_file_of_clients_keeps_the_pace(
    cli: Cli, tmp_path: Path, clock: _Clock, plan: str
) -> None:
    """``issue --from``: rows with a plan wait; rows without do not."""
    source = tmp_path / "clients.csv"
    plans = [plan, plan, "", plan]
    lines = [f"client {n},{plan}" for n, plan in enumerate(plans)]
    source.write_text("\n".join(["client,usagePlanId", *lines]))
    begun = _recorded(cli.function, clock, "issue")
    done = cli("issue", "--from", str(source), "--keys-to", str(tmp_path / "keys"))
    assert done.exit_code == 0, done.output
    assert [at for has_plan, at in begun if has_plan] == [0, 0.3, 0.6]
    # The other one is under way beside any of them.
    [free] = [at for has_plan, at in begun if not has_plan]
    assert free in (0, 0.3, 0.6)
    clock.now = 1_000
    begun.clear()
    assert cli("issue", "--from", str(source)).exit_code == 0
    assert (begun, clock.slept) == ([], [0.3, 0.3])


def test_a_file_of_keys_keeps_the_pace(
    cli: Cli, tmp_path: Path, clock: _Clock, plan: str
) -> None:
    """``import --from``, whose other rows are under way a few at a time."""
    source = tmp_path / "keys.json"
    source.touch(0o600)
    rows = [
        {"key": f"L3gacy/_+=.@-{n:08}", "client": "Acme", "usagePlanId": plan}
        for n in range(6)
    ]
    source.write_text(json.dumps(rows))
    begun = _recorded(cli.function, clock, "import")
    done = cli("import", "--from", str(source))
    assert done.exit_code == 0, done.output
    assert begun == [(True, pytest.approx(number * 0.3)) for number in range(6)]


def _failing(code: str | None, times: int) -> tuple[list[int], Any]:
    """Return the tries, and what fails so often before it answers."""
    tries: list[int] = []

    def ask() -> str:
        tries.append(len(tries))
        if len(tries) <= times:
            raise UnreachableError("no", code)
        return "answer"

    return tries, ask


@pytest.mark.parametrize(("times", "slept"), [(0, []), (1, [1]), (4, [1, 2, 4, 8])])
def test_a_store_that_is_asked_for_too_much_is_waited_for(
    clock: _Clock, times: int, slept: list[int]
) -> None:
    """A throttled row is asked for again, longer each time: a batch does not end."""
    tries, ask = _failing("store_unavailable", times)
    assert Pace().retried(ask) == "answer"
    assert (len(tries), clock.slept) == (times + 1, slept)


@pytest.mark.parametrize(
    ("code", "tries_at_most"),
    [("store_unavailable", 5), ("gateway_unavailable", 1), (None, 1)],
)
def test_what_lasts_ends_a_batch(
    clock: _Clock, code: str | None, tries_at_most: int
) -> None:
    """After a quarter of a minute; anything else at once."""
    tries, ask = _failing(code, 100)
    with pytest.raises(UnreachableError):
        Pace().retried(ask)
    assert len(tries) == tries_at_most
    assert sum(clock.slept) <= 15
