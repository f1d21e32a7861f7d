"""``deliverTo``, killed at every call, and once more while it is repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import entropy
from tests.harness import state
from tests.harness.account import DELIVERED, PLAN, Account, determined
from tests.harness.faults import Fault, Faulty, KilledError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECRET = f"{DELIVERED}acme"
_KILLS = [Fault("crash", is_done=done) for done in (False, True)]
_TOKEN = entropy("token of a delivery")(16).hex()


@pytest.fixture
def delivered() -> Iterator[tuple[Account, dict[str, Any]]]:
    """Return an account with a key in its client's secret, and its rotation."""
    with determined("deliveries"):
        account = Account(DELIVERY_PREFIX=DELIVERED)
        account.store(_SECRET, "nothing yet")
        issued = account.invoke(
            {
                "action": "issue",
                "client": "Acme",
                "roles": ["READER"],
                "usagePlanId": PLAN,
                "deliverTo": _SECRET,
            }
        )
        assert issued["deliveredTo"] == _SECRET
        yield (
            account,
            {
                "action": "rotate",
                "keyId": issued["record"]["keyId"],
                "overlapSeconds": 0,
                "requestToken": _TOKEN,
                "deliverTo": _SECRET,
            },
        )


def _killed(account: Account, event: dict[str, Any], index: int, fault: Fault) -> bool:
    """Return whether the function was killed at this call: whether it makes so many."""
    try:
        account.invoke(event, Faulty(index, fault))
    except KilledError:
        return True
    return False


def _opened(account: Account) -> list[str]:
    """Return the enabled, unexpired records that the client's secret opens."""
    names = state.delivered(account)[_SECRET]
    records = {name: state.record_in(account, name) for name in names}
    return [n for n, r in records.items() if r and not r.is_expired(account.now)]


def _successors(account: Account, key_id: str) -> list[str]:
    return [
        f"APIKEY_{record['keyId']}"
        for record in state.readable(account)
        if record.get("replaces") == key_id
    ]


def test_a_rotation_killed_twice_never_takes_the_clients_key_away(
    delivered: tuple[Account, dict[str, Any]],
) -> None:
    """After either kill the secret holds a key that works; in the end the successor's.

    Each call of the rotation, each call of its repeat, before its effect and after.
    """
    account, rotation = delivered
    count = 0
    for first in _KILLS:
        index = 0
        while True:
            once = account.copy()
            if not _killed(once, rotation, index, first):
                break
            at = f"{first} of call {index}"
            assert len(_opened(once)) == 1, at
            again = 0
            while True:
                twice = once.copy()
                twice.now += 1
                if not _killed(twice, rotation, again, _KILLS[1]):
                    break
                where = f"{at}, then {_KILLS[1]} of call {again}"
                assert len(_opened(twice)) == 1, where
                twice.now += 1
                answer = twice.invoke(rotation)
                assert answer["status"] == 201, where
                assert "key" not in answer
                (successor,) = _successors(twice, rotation["keyId"])
                assert _opened(twice) == [successor], where
                again += 1
                count += 1
            index += 1
    assert count > 300


@pytest.mark.parametrize("kill", _KILLS, ids=str)
def test_two_who_rotate_at_once_leave_a_key_that_works(
    delivered: tuple[Account, dict[str, Any]], kill: Fault
) -> None:
    """Another rotation runs whole at each call; or the first one dies there.

    Whoever is acknowledged last is whose key the secret holds.
    """
    account, rotation = delivered
    other = rotation | {"requestToken": entropy("another token")(16).hex()}
    calls = len(_calls(account, rotation))
    for index in range(calls):
        met = account.copy()
        assert _killed(met, rotation, index, kill)
        met.invoke(other)
        met.now += 1
        met.invoke(rotation)
        assert len(_opened(met)) == 1, index


def _calls(account: Account, event: dict[str, Any]) -> list[Any]:
    """Return the calls that a request makes undisturbed."""
    made = account.copy()
    made.invoke(event)
    return made.sent
