"""Nothing lost, nothing doubled, nothing that lies: whatever fails, whoever else acts.

The short form of ``make faults``: all faults, and the interleavings of what changes
records in the scenarios that differ most.
"""

from __future__ import annotations

import pytest

from admin import dispatch
from tests.harness.campaign import FAMILIES, STORES, Campaign, carried_out
from tests.harness.known import KNOWN
from tests.harness.promises import Promise

_KINDS = [(family, promise) for family in FAMILIES for promise in Promise]


@pytest.fixture(scope="module", params=STORES)
def campaign(request: pytest.FixtureRequest) -> Campaign:
    """Return what the short form found with the records in each store."""
    return carried_out(1, request.param, is_short=True)


def _found(campaign: Campaign, family: str, promise: Promise) -> dict[str, str]:
    return {
        action: f"not true that {promise}: {violation}"
        for (how, what, action), violation in campaign.violations.items()
        if (how, what) == (family, promise)
    }


@pytest.mark.parametrize(("family", "promise"), _KINDS)
def test_what_is_promised_holds_after_every_run(
    campaign: Campaign, family: str, promise: Promise
) -> None:
    """But for what is known to be broken."""
    known = KNOWN.get((family, promise), ())
    found = _found(campaign, family, promise)
    assert [found[action] for action in found.keys() - set(known)] == []


@pytest.mark.parametrize(
    ("family", "promise", "action"),
    [
        pytest.param(
            family,
            promise,
            action,
            marks=pytest.mark.xfail(strict=True, reason=f"broken: {promise}"),
        )
        for (family, promise), actions in KNOWN.items()
        for action in actions
    ],
)
def test_what_is_known_to_be_broken_holds_once_it_is_fixed(
    campaign: Campaign, family: str, promise: Promise, action: str
) -> None:
    """Who fixes one removes it from ``known.py``."""
    assert action not in _found(campaign, family, promise)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_of_runs_was_run(campaign: Campaign, family: str) -> None:
    """Silence is worth something only after enough of them."""
    fewest = {"alone": 200, "refused calls": 5, "lagging reads": 400}
    assert campaign.runs[family] >= fewest.get(family, 1_000)


def test_every_action_was_asked_for(campaign: Campaign) -> None:
    """A new one has to be added to a scenario."""
    assert campaign.actions == dispatch._ACTIONS.keys()
