"""Every run of a scenario: one request, alone or beside another, and what it broke."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.harness import promises, state
from tests.harness.faults import FAULTS, Fault, Faulty, throttled
from tests.harness.judge import OPENING, Judge, is_success
from tests.harness.promises import Promise, Violation
from tests.harness.scenarios import action_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.harness.account import Account
    from tests.harness.client import Call
    from tests.harness.judge import Answer
    from tests.harness.scenarios import Scenario

_LAGS = (1, 2)
# What another request's turn may come after.
_OVERTAKEN_AFTER = (
    Fault("time-out", is_done=False),
    Fault("time-out", is_done=True),
    Fault("crash", is_done=True),
)
_ENDING = {"disable", "revoke"}
# What says of the record what must be known to end it, and what ends it.
_NEEDED_TO_REVOKE = {"get_secret_value", "delete_secret", "get_item", "update_item"}


class Runs:
    """The runs of one scenario, family by family.

    Attributes:
        counted: how many runs there were, by family.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.counted: dict[str, int] = {}
        self._scenario = scenario
        self._judge = Judge(scenario)
        self._faults: dict[tuple[str, int, Fault], set[Promise]] = {}

    def alone(self) -> Iterator[Violation]:
        """Let each request have its way, and its repeat."""
        for name in self._scenario.requests:
            account = self._begun("alone")
            broken = self._judge.broken_by_retry(
                account, name, self._judge.sent(account, name)
            )
            yield from self._violations("alone", broken, name, "no fault")

    def faulted(self) -> Iterator[Violation]:
        """Let each call of each request go wrong in each way; then repeat it."""
        for name in self._scenario.requests:
            for index, call in enumerate(self._judge.calls_of(name)):
                for fault in FAULTS:
                    happened = f"{fault} of call {index}, {call.method}"
                    broken = self._broken_by_fault(name, index, fault)
                    yield from self._violations("faults", broken, name, happened)

    def lagging(self) -> Iterator[Violation]:
        """Let reads lag behind the request's own writes; then repeat it."""
        for name in self._scenario.requests:
            for lag in _LAGS:
                account = self._begun("lagging reads")
                account.secrets.lag = lag
                first = self._judge.sent(account, name)
                broken = self._judge.broken_by_retry(account, name, first)
                broken -= self._judge.broken_anyway(name)
                happened = f"reads lag by {lag}"
                yield from self._violations("lagging reads", broken, name, happened)

    def refused(self) -> Iterator[Violation]:
        """Let AWS refuse all calls of one method while a key is revoked."""
        for name, event in self._scenario.requests.items():
            if event["action"] != "revoke" or not self._judge.succeeds(name):
                continue
            for method in {call.method for call in self._judge.calls_of(name)}:
                if method in _NEEDED_TO_REVOKE:
                    continue
                account = self._begun("refused calls")

                def line(
                    call: Call, perform: Callable[[], Any], method: str = method
                ) -> Any:
                    if call.method == method:
                        raise throttled(call)
                    return perform()

                self._judge.sent(account, name, line)
                if state.record_in(account, promises.stored_as(event)) is not None:
                    happened = f"{method} is throttled"
                    broken = {Promise.ALIVE}
                    yield from self._violations("refused calls", broken, name, happened)

    def interleaved(self, names: Sequence[str]) -> Iterator[Violation]:
        """Let each of some requests run whole before each call of each of them."""
        for outer in names:
            for inner in names:
                for index, call in enumerate(self._judge.calls_of(outer)):
                    happened = f"{inner} before call {index}, {call.method}"
                    broken = self._beside(outer, inner, index)
                    yield from self._violations(
                        "interleavings", broken, outer, happened
                    )

    def overtaken(
        self, names: Sequence[str], others: Sequence[str]
    ) -> Iterator[Violation]:
        """Let each of others run between a fault of each request and its retry."""
        for name in names:
            for index, call in enumerate(self._judge.calls_of(name)):
                for fault in _OVERTAKEN_AFTER:
                    for other in others:
                        happened = f"{fault} of call {index}, {call.method}, {other}"
                        broken = self._after(name, index, fault, other)
                        yield from self._violations(
                            "overtaken retries", broken, name, happened
                        )

    def _broken_by_fault(self, name: str, index: int, fault: Fault) -> set[Promise]:
        case = name, index, fault
        if case not in self._faults:
            account = self._begun("faults")
            first = self._judge.sent(account, name, Faulty(index, fault))
            broken = self._judge.broken_by_retry(account, name, first)
            self._faults[case] = broken - self._judge.broken_anyway(name)
        return self._faults[case]

    def _beside(self, outer: str, inner: str, index: int) -> set[Promise]:
        account = self._begun("interleavings")
        answers: dict[str, Answer] = {}
        broken: set[Promise] = set()
        left = index

        def line(_call: Call, perform: Callable[[], Any]) -> Any:
            nonlocal left
            left -= 1
            if left == -1:
                answers["B"] = answer = self._judge.sent(account, inner)
                if is_success(answer):
                    broken.update(self._judge.broken_by_answer(account, answer))
            return perform()

        answers["A"] = self._judge.sent(account, outer, line)
        if any(a is None or a["status"] >= 500 for a in answers.values()):
            return broken | {Promise.RAISED}
        asked = {"A": outer, "B": inner}
        is_repeat = outer == inner and "requestToken" in self._scenario.requests[outer]
        # The answer that came last holds the key that works.
        orders: list[tuple[str, ...]] = [("B", "A")]
        orders += [] if is_repeat else [("A", "B")]
        broken |= self._judge.broken_between(account, asked, answers, orders)
        at_the_end = self._judge.broken_at_the_end(account)
        return broken | (at_the_end - self._judge.broken_anyway(outer, inner))

    def _after(self, name: str, index: int, fault: Fault, other: str) -> set[Promise]:
        account = self._begun("overtaken retries")
        self._judge.sent(account, name, Faulty(index, fault))
        answers = {"B": self._judge.sent(account, other)}
        account.now += 1
        answers["A"] = self._judge.sent(account, name)
        if any(a is None or a["status"] >= 500 for a in answers.values()):
            return {Promise.RAISED}
        broken = set()
        if is_success(answers["A"]):
            asked = {"A": name, "B": other}
            # The first try may have had its effect before the other, the retry after.
            orders = [("A", "B"), ("B", "A"), ("A", "B", "A")]
            broken |= self._judge.broken_between(account, asked, answers, orders)
        ended = promises.stored_as(self._scenario.requests[other])
        if (
            action_of(other) in _ENDING
            and is_success(answers["B"])
            and action_of(name) not in OPENING
            and state.is_enabled(account, ended)
        ):
            broken.add(Promise.REOPENED)
        at_the_end = self._judge.broken_at_the_end(account)
        without_other = self._broken_by_fault(name, index, fault)
        return broken | at_the_end - without_other - self._judge.broken_anyway(
            name, other
        )

    def _begun(self, family: str) -> Account:
        self.counted[family] = self.counted.get(family, 0) + 1
        return self._scenario.account.copy()

    def _violations(
        self, family: str, broken: set[Promise], name: str, happened: str
    ) -> Iterator[Violation]:
        for promise in sorted(broken):
            yield Violation(family, promise, self._scenario.name, name, happened)
