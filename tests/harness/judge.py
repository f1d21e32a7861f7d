"""What a run of a scenario broke, judged by what the requests make one by one."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.harness import promises, state
from tests.harness.faults import KilledError
from tests.harness.promises import Promise
from tests.harness.scenarios import action_of

if TYPE_CHECKING:
    from tests.harness.account import Account
    from tests.harness.client import Call, Line
    from tests.harness.scenarios import Scenario
    from tests.harness.state import State

    type Answer = dict[str, Any] | None

OPENING = {"enable", "restore"}
_TRIES = 3


class Judge:
    """Sends a scenario's requests, and remembers what each makes undisturbed."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._at_first = frozenset(state.records_in(scenario.account))
        self._serial: dict[tuple[tuple[str, str], ...], Any] = {}
        self._calls: dict[str, list[Call]] = {}

    def broken_by_retry(
        self, account: Account, name: str, first: Answer
    ) -> set[Promise]:
        """Repeat a request as its caller would, and return what was broken."""
        broken = set(promises.broken_by_what_is_stored(account, is_over=False))
        if action_of(name) == "restore" and not is_success(first):
            # It comes back at once, its gateway key only after that: until the retry
            # API Gateway refuses it.
            broken.discard(Promise.DANGLING)
        if not self._is_ended(name) and any(
            not opened
            for secret, opened in state.delivered(account).items()
            if state.delivered(self._scenario.account)[secret]
        ):
            # A client that lost its key for a moment was refused in it.
            broken.add(Promise.UNDELIVERED)
        if is_success(first):
            broken |= self.broken_by_answer(account, first)
        if _is_refusal(first) and self._state(account, A=first) != self._after_all():
            broken.add(Promise.CHANGED)
        account.now += 1
        last: Answer = None
        for _ in range(_TRIES):
            account.secrets.settle()
            last = self.sent(account, name)
            if last is not None and last["status"] < 500:
                break
        broken |= self._broken_by_last(account, name, last)
        if self._came_back(account, name):
            broken.add(Promise.REOPENED)
        return broken | self.broken_at_the_end(account)

    def broken_between(
        self,
        account: Account,
        asked: dict[str, str],
        answers: dict[str, Answer],
        orders: list[tuple[str, ...]],
    ) -> set[Promise]:
        """Return what is broken where requests met, by every order of them."""
        done = {a for a, answer in answers.items() if is_success(answer)}
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
            if is_success(answer)
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

    def broken_anyway(self, *names: str) -> set[Promise]:
        """Return what the requests break one after another, in any order, too."""
        actors = dict(zip("AB", names, strict=False)).items()
        return {
            promise
            for order in permutations(actors)
            for promise in self._one_by_one(*order)[2]
        }

    def broken_by_answer(self, account: Account, answer: Answer) -> set[Promise]:
        """Return what an answer breaks that says what is not stored now."""
        is_untrue = promises.broken_by_an_answer(account, answer or {})
        return {Promise.UNTRUE} if is_untrue else set()

    def broken_at_the_end(self, account: Account) -> set[Promise]:
        """Return what is broken once everything is through."""
        broken = set(promises.broken_by_what_is_stored(account))
        if promises.leaks(account):
            broken.add(Promise.LEAKED)
        return broken

    def sent(self, account: Account, name: str, line: Line | None = None) -> Answer:
        """Send a request; None where no answer comes."""
        try:
            answer: Answer = account.invoke(self._scenario.requests[name], line)
        except KilledError:
            return None
        except (ClientError, BotoCoreError):
            return None
        return answer

    def calls_of(self, name: str) -> list[Call]:
        """Return the calls that a request makes undisturbed."""
        if name not in self._calls:
            account = self._scenario.account.copy()
            self.sent(account, name)
            self._calls[name] = account.sent
        return self._calls[name]

    def succeeds(self, name: str) -> bool:
        """Return whether a request succeeds undisturbed."""
        return self._one_by_one(("A", name))[0][0] < 300

    def _broken_by_last(
        self, account: Account, name: str, last: Answer
    ) -> set[Promise]:
        """Return what the last answer to a request breaks, given what is stored."""
        found = self._state(account, A=last)
        untouched, done = self._after_all(), self._after_all(("A", name))
        if is_success(last):
            if found.live.keys() - done.live.keys():
                return {Promise.DOUBLED}
            is_other = found != done
            return self.broken_by_answer(account, last) | (
                {Promise.UNTRUE} if is_other else set()
            )
        if not self.succeeds(name):
            return {Promise.CHANGED} if found != untouched else set()
        # Where nothing secret is handed out, what is done may be refused again.
        is_stuck = "requestToken" in self._scenario.requests[name] or found != done
        return {Promise.STUCK} if is_stuck else set()

    def _is_ended(self, name: str) -> bool:
        """Return whether a request ends what a client's secret holds."""
        undisturbed = dict(self._after_all(("A", name)).others["delivered"])
        return any(not opened for opened in undisturbed.values())

    def _came_back(self, account: Account, name: str) -> bool:
        """Return whether a record is open that was not, and nobody asked for it."""
        if action_of(name) in OPENING:
            return False
        return any(
            state.is_enabled(account, at)
            and not state.is_enabled(self._scenario.account, at)
            for at in self._at_first
        )

    def _after_all(self, *asked: tuple[str, str]) -> State:
        return self._one_by_one(*asked)[1]

    def _one_by_one(
        self, *asked: tuple[str, str]
    ) -> tuple[list[int], State, set[Promise]]:
        """Return answers' status, what is stored and what is broken after requests."""
        if asked not in self._serial:
            account = self._scenario.account.copy()
            answers = {actor: self.sent(account, name) for actor, name in asked}
            codes = [500 if a is None else a["status"] for a in answers.values()]
            reached = self._state(account, **answers)
            self._serial[asked] = codes, reached, self.broken_at_the_end(account)
        found: tuple[list[int], State, set[Promise]] = self._serial[asked]
        return found

    def _state(self, account: Account, **answers: Answer) -> State:
        shown = {
            actor: answer.get("key", answer.get("password"))
            for actor, answer in answers.items()
            if answer is not None
        }
        handed = {actor: text for actor, text in shown.items() if text is not None}
        known = self._scenario.credentials | handed
        return state.state_of(account, known, self._at_first)


def is_success(answer: Answer) -> bool:
    """Return whether an answer came, and says that it was done."""
    return answer is not None and answer["status"] < 300


def _is_refusal(answer: Answer) -> bool:
    return answer is not None and 400 <= answer["status"] < 500
