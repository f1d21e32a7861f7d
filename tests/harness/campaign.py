"""All runs of all scenarios under one seed, and what they broke."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.harness.account import determined
from tests.harness.runs import Runs
from tests.harness.scenarios import action_of, all_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.harness.promises import Promise, Violation
    from tests.harness.scenarios import Scenario

    # How a run was made, what it broke, and the action that was asked for.
    type Kind = tuple[str, Promise, str]

STORES = ("secretsmanager", "dynamodb")
FAMILIES = (
    "alone",
    "faults",
    "lagging reads",
    "refused calls",
    "interleavings",
    "overtaken retries",
)
# Those that leave the records as they are, or change each on its own.
_APART = {
    "get",
    "verify",
    "list",
    "confirm",
    "roles.get",
    "roles.check",
    "roles.put",
    "flush",
    "signing.rotate",
    "signing.retire",
    "notify",
    "usage",
}
# What the short form interleaves: each other scenario is like one of these.
_INTERLEAVED = {"in a plan", "revoked", "sister expired", "account in overlap"}
_INTERLEAVED |= {"imported and OntoPop's own"}


@dataclass(slots=True)
class Campaign:
    """What was run, and what it broke.

    Attributes:
        seed: everything that was drawn follows from it.
        store: where the records lay.
        violations: the first of each kind, in order.
        counted: how often each kind was found.
        runs: how many there were, by family.
        actions: that were asked for.
    """

    seed: int
    store: str
    violations: dict[Kind, Violation] = field(default_factory=dict)
    counted: Counter[Kind] = field(default_factory=Counter)
    runs: Counter[str] = field(default_factory=Counter)
    actions: set[str] = field(default_factory=set)

    def summary(self) -> str:
        """Return the figures in one line."""
        by_promise = Counter[str]()
        for (_, promise, _), times in self.counted.items():
            by_promise[promise.name.lower()] += times
        kinds = ", ".join(f"{name} {n}" for name, n in sorted(by_promise.items()))
        interleavings = self.runs["interleavings"] + self.runs["overtaken retries"]
        faults = self.runs.total() - interleavings
        return (
            f"faults, {self.store}: {len(self.actions)} actions, {faults} faults, "
            f"{interleavings} interleavings, {self.counted.total()} violations"
            f"{f' ({kinds})' if kinds else ''}, seed {self.seed}"
        )


def carried_out(seed: int, store: str, *, is_short: bool) -> Campaign:
    """Run everything, or the short form, which leaves out most interleavings."""
    campaign = Campaign(seed, store)
    with determined(str(seed)):
        for scenario in all_scenarios(store):
            runs = Runs(scenario)
            for violation in _violations(runs, scenario, is_short=is_short):
                action = action_of(violation.request)
                kind = (violation.family, violation.promise, action)
                campaign.violations.setdefault(kind, violation)
                campaign.counted[kind] += 1
            campaign.runs.update(runs.counted)
            campaign.actions |= {action_of(name) for name in scenario.requests}
    return campaign


def _violations(
    runs: Runs, scenario: Scenario, *, is_short: bool
) -> Iterator[Violation]:
    names = list(scenario.requests)
    yield from runs.alone()
    yield from runs.faulted()
    yield from runs.lagging()
    yield from runs.refused()
    if not is_short:
        yield from runs.interleaved(names)
        yield from runs.overtaken(names, names)
    elif scenario.name in _INTERLEAVED:
        changing = [name for name in names if action_of(name) not in _APART]
        ending = [n for n in changing if action_of(n) in {"disable", "revoke"}]
        yield from runs.interleaved(changing)
        yield from runs.overtaken(changing, ending)
