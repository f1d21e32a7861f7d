"""Every run of a scenario: one request, alone or beside another, and what it broke."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.harness import promises, state
from tests.harness.faults import FAULTS, Fault, Faulty, KilledError, throttled
from tests.harness.promises import Promise, Violation
from tests.harness.scenarios import action_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.harness.account import Account
    from tests.harness.client import Call, Line
    from tests.harness.scenarios import Scenario
    from tests.harness.state import State

    type Answer = dict[str, Any] | None

_TRIES = 3
_LAGS = (1, 2)
# What a person's or another request's turn may come after.
_OVERTAKEN_AFTER = (
    Fault("time-out", is_done=False),
    Fault("time-out", is_done=True),
    Fault("crash", is_done=True),
)
_ENDING, _OPENING = {"disable", "revoke"}, {"enable", "restore"}
# What says of the record what must be known to end it.
_NEEDED_TO_REVOKE = {"get_secret_value", "delete_secret"}


class Runs:
    """The runs of one scenario, family by family.

    Attributes:
        counted: how many runs there were, by family.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.counted: dict[str, int] = {}
        self._scenario = scenario
        self._at_first = frozenset(state.records_in(scenario.account))
        self._serial: dict[tuple[tuple[str, str], ...], Any] = {}
        self._calls: dict[str, list[Call]] = {}
        self._faults: dict[tuple[str, int, Fault], set[Promise]] = {}

    def alone(self) -> Iterator[Violation]:
        """Let each request have its way, and its repeat."""
        for name in self._scenario.requests:
            account = self._begun("alone")
            broken = self._repeated(account, name, self._sent(account, name))
            yield from self._violations("alone", broken, name, "no fault")

    def faulted(self) -> Iterator[Violation]:
        """Let each call of each request go wrong in each way; then repeat it."""
        for name in self._scenario.requests:
            for index, call in enumerate(self._calls_of(name)):
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
                first = self._sent(account, name)
                broken = self._repeated(account, name, first)
                happened = f"reads lag by {lag}"
                yield from self._violations("lagging reads", broken, name, happened)

    def refused(self) -> Iterator[Violation]:
        """Let AWS refuse all calls of one method while a key is revoked."""
        for name, event in self._scenario.requests.items():
            if event["action"] != "revoke" or not self._succeeds(name):
                continue
            for method in {call.method for call in self._calls_of(name)}:
                if method in _NEEDED_TO_REVOKE:
                    continue
                account = self._begun("refused calls")

                def line(
                    call: Call, perform: Callable[[], Any], method: str = method
                ) -> Any:
                    if call.method == method:
                        raise throttled(call)
                    return perform()

                self._sent(account, name, line)
                if state.record_in(account, promises.stored_as(event)) is not None:
                    happened = f"{method} is throttled"
                    broken = {Promise.ALIVE}
                    yield from self._violations("refused calls", broken, name, happened)

    def interleaved(self, names: Sequence[str]) -> Iterator[Violation]:
        """Let each of some requests run whole before each call of each of them."""
        for outer in names:
            for inner in names:
                for index, call in enumerate(self._calls_of(outer)):
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
            for index, call in enumerate(self._calls_of(name)):
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
            first = self._sent(account, name, Faulty(index, fault))
            broken = self._repeated(account, name, first)
            self._faults[case] = broken - self._broken_anyway(name)
        return self._faults[case]

    def _repeated(self, account: Account, name: str, first: Answer) -> set[Promise]:
        """Repeat a request as its caller would, and return what was broken."""
        broken = set(promises.broken_by_what_is_stored(account, is_over=False))
        untouched, done = self._after_all(), self._after_all(("A", name))
        if _is_success(first):
            broken |= self._broken_by_answer(account, first)
        if _is_refusal(first) and self._state(account, A=first) != untouched:
            broken.add(Promise.CHANGED)
        account.now += 1
        last: Answer = None
        for _ in range(_TRIES):
            account.secrets.settle()
            last = self._sent(account, name)
            if last is not None and last["status"] < 500:
                break
        found = self._state(account, A=last)
        if _is_success(last):
            broken |= self._broken_by_answer(account, last)
            if found.live.keys() - done.live.keys():
                broken.add(Promise.DOUBLED)
            elif found != done:
                broken.add(Promise.UNTRUE)
        elif not self._succeeds(name):
            broken |= {Promise.CHANGED} if found != untouched else set()
        elif "requestToken" in self._scenario.requests[name] or found != done:
            # Where nothing secret is handed out, what is done may be refused again.
            broken.add(Promise.STUCK)
        if self._came_back(account, name):
            broken.add(Promise.REOPENED)
        return broken | self._broken_at_the_end(account)

    def _beside(self, outer: str, inner: str, index: int) -> set[Promise]:
        account = self._begun("interleavings")
        answers: dict[str, Answer] = {}
        broken: set[Promise] = set()
        left = index

        def line(_call: Call, perform: Callable[[], Any]) -> Any:
            nonlocal left
            left -= 1
            if left == -1:
                answers["B"] = answer = self._sent(account, inner)
                if _is_success(answer):
                    broken.update(self._broken_by_answer(account, answer))
            return perform()

        answers["A"] = self._sent(account, outer, line)
        if any(a is None or a["status"] >= 500 for a in answers.values()):
            return broken | {Promise.RAISED}
        asked = {"A": outer, "B": inner}
        is_repeat = outer == inner and "requestToken" in self._scenario.requests[outer]
        # The answer that came last holds the key that works.
        orders: list[tuple[str, ...]] = [("B", "A")]
        orders += [] if is_repeat else [("A", "B")]
        broken |= self._broken_between(account, asked, answers, orders)
        at_the_end = self._broken_at_the_end(account)
        return broken | (at_the_end - self._broken_anyway(outer, inner))

    def _after(self, name: str, index: int, fault: Fault, other: str) -> set[Promise]:
        account = self._begun("overtaken retries")
        self._sent(account, name, Faulty(index, fault))
        answers = {"B": self._sent(account, other)}
        account.now += 1
        answers["A"] = self._sent(account, name)
        if any(a is None or a["status"] >= 500 for a in answers.values()):
            return {Promise.RAISED}
        broken = set()
        if _is_success(answers["A"]):
            asked = {"A": name, "B": other}
            # The first try may have had its effect before the other, the retry after.
            orders = [("A", "B"), ("B", "A"), ("A", "B", "A")]
            broken |= self._broken_between(account, asked, answers, orders)
        ended = promises.stored_as(self._scenario.requests[other])
        if (
            action_of(other) in _ENDING
            and _is_success(answers["B"])
            and action_of(name) not in _OPENING
            and _is_enabled(account, ended)
        ):
            broken.add(Promise.REOPENED)
        at_the_end = self._broken_at_the_end(account)
        without_other = self._broken_by_fault(name, index, fault)
        return broken | at_the_end - without_other - self._broken_anyway(name, other)

    def _broken_between(
        self,
        account: Account,
        asked: dict[str, str],
        answers: dict[str, Answer],
        orders: list[tuple[str, ...]],
    ) -> set[Promise]:
        done = {a for a, answer in answers.items() if _is_success(answer)}
        refused = asked.keys() - done

        def states(actors: set[str]) -> list[State]:
            """Return what the actors make one after another, if all succeed."""
            made = [
                self._one_by_one(*((a, asked[a]) for a in order))
                for order in {tuple(a for a in o if a in actors) for o in orders}
            ]
            return [
                promises.forgetting(reached, refused)
                for codes, reached, _ in made
                if all(code < 300 for code in codes)
            ]

        fewer = [one for actor in done for one in states(done - {actor})]
        are_true = not any(
            promises.broken_by_an_answer(account, answer or {})
            for answer in answers.values()
            if _is_success(answer)
        )
        broken = promises.broken_between(
            self._state(account, **answers),
            self._after_all(),
            # One that finds done what it asks for may say so at the same time.
            states(done) or (fewer if are_true and not refused else []),
            fewer,
            states(done | refused) if refused else [],
        )
        return set() if broken is None else {broken}

    def _broken_anyway(self, *names: str) -> set[Promise]:
        """Return what the requests break one after another, in any order, too."""
        actors = dict(zip("AB", names, strict=False)).items()
        return {
            promise
            for order in permutations(actors)
            for promise in self._one_by_one(*order)[2]
        }

    def _broken_by_answer(self, account: Account, answer: Answer) -> set[Promise]:
        is_untrue = promises.broken_by_an_answer(account, answer or {})
        return {Promise.UNTRUE} if is_untrue else set()

    def _broken_at_the_end(self, account: Account) -> set[Promise]:
        broken = set(promises.broken_by_what_is_stored(account))
        if promises.leaks(account, self._scenario.credentials.values()):
            broken.add(Promise.LEAKED)
        return broken

    def _came_back(self, account: Account, name: str) -> bool:
        """Return whether a record is open that was not, and nobody asked for it."""
        if action_of(name) in _OPENING:
            return False
        return any(
            _is_enabled(account, at) and not _is_enabled(self._scenario.account, at)
            for at in self._at_first
        )

    def _begun(self, family: str) -> Account:
        self.counted[family] = self.counted.get(family, 0) + 1
        return self._scenario.account.copy()

    def _sent(self, account: Account, name: str, line: Line | None = None) -> Answer:
        """Send a request; None where no answer comes."""
        try:
            answer: Answer = account.invoke(self._scenario.requests[name], line)
        except KilledError:
            return None
        except (ClientError, BotoCoreError):
            return None
        return answer

    def _calls_of(self, name: str) -> list[Call]:
        if name not in self._calls:
            account = self._scenario.account.copy()
            self._sent(account, name)
            self._calls[name] = account.sent
        return self._calls[name]

    def _succeeds(self, name: str) -> bool:
        return self._one_by_one(("A", name))[0][0] < 300

    def _after_all(self, *asked: tuple[str, str]) -> State:
        return self._one_by_one(*asked)[1]

    def _one_by_one(
        self, *asked: tuple[str, str]
    ) -> tuple[list[int], State, set[Promise]]:
        """Return answers' status, what is stored and what is broken after requests."""
        if asked not in self._serial:
            account = self._scenario.account.copy()
            answers = {actor: self._sent(account, name) for actor, name in asked}
            codes = [500 if a is None else a["status"] for a in answers.values()]
            reached = self._state(account, **answers)
            self._serial[asked] = codes, reached, self._broken_at_the_end(account)
        return self._serial[asked]

    def _state(self, account: Account, **answers: Answer) -> State:
        shown = {
            actor: answer.get("key", answer.get("password"))
            for actor, answer in answers.items()
            if answer is not None
        }
        handed = {actor: text for actor, text in shown.items() if text is not None}
        known = self._scenario.credentials | handed
        return state.state_of(account, known, self._at_first)

    def _violations(
        self, family: str, broken: set[Promise], name: str, happened: str
    ) -> Iterator[Violation]:
        for promise in sorted(broken):
            yield Violation(family, promise, self._scenario.name, name, happened)


def _is_success(answer: Answer) -> bool:
    return answer is not None and answer["status"] < 300


def _is_refusal(answer: Answer) -> bool:
    return answer is not None and 400 <= answer["status"] < 500


def _is_enabled(account: Account, name: str) -> bool:
    record = state.record_in(account, name)
    return record is not None and record.enabled
