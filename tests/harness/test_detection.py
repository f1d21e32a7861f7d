"""A break of each promise is seen: what holds today is held by something."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.builders import ROLE_MAP
from tests.harness import promises, state
from tests.harness.account import PLAN, Account, determined
from tests.harness.client import Call
from tests.harness.faults import FAULTS, Fault, Faulty, KilledError
from tests.harness.promises import Promise, broken_by_what_is_stored
from tests.harness.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator

_ONE: dict[str, Any] = {"opened by": ["A"], "enabled": True}


@pytest.fixture
def account() -> Iterator[Account]:
    """Return an account, under a seed."""
    with determined("detection"):
        yield Account()


def _issued(account: Account) -> Any:
    asked = {"client": "Acme", "roles": ["READER"], "usagePlanId": PLAN}
    return account.invoke({"action": "issue", **asked})


def _after(**live: dict[str, Any]) -> State:
    return State(live, {}, {"role map": ROLE_MAP})


def test_nothing_is_broken_by_a_key_as_it_is_issued(account: Account) -> None:
    """Else the others say nothing."""
    answer = _issued(account)
    assert list(broken_by_what_is_stored(account)) == []
    assert not promises.broken_by_an_answer(account, answer)
    assert not promises.leaks(account)


def test_a_gateway_key_that_is_gone_disabled_or_out_of_its_plan_is_seen(
    account: Account,
) -> None:
    """A client is no longer metered, and API Gateway refuses it."""
    key_id = _issued(account)["record"]["usageKeyId"]
    account.gateway.plans[PLAN].remove(key_id)
    assert list(broken_by_what_is_stored(account)) == [Promise.DANGLING]
    account.gateway.plans[PLAN].append(key_id)
    account.gateway.keys[key_id].enabled = False
    assert list(broken_by_what_is_stored(account)) == [Promise.DANGLING]
    account.gateway.delete_api_key(key_id)
    assert list(broken_by_what_is_stored(account)) == [Promise.DANGLING]


def test_a_gateway_key_that_no_record_names_is_seen(account: Account) -> None:
    """Once a run is over; before, the retry may still delete it."""
    account.gateway.create_api_key("apikeys-nobody")
    assert list(broken_by_what_is_stored(account)) == [Promise.ORPHAN]
    assert list(broken_by_what_is_stored(account, is_over=False)) == []


def test_an_answer_that_says_what_is_not_stored_is_seen(account: Account) -> None:
    """A key that does not open, another field, another version, no record at all."""
    answer = _issued(account)
    record = answer["record"]
    for untrue in (
        answer | {"key": f"{answer['key'][:-1]}-"},
        answer | {"record": record | {"enabled": False}},
        answer | {"record": record | {"version": "another"}},
        answer | {"record": {"keyId": record["keyId"], "state": "revoked"}},
    ):
        assert promises.broken_by_an_answer(account, untrue)
    account.secrets.delete_secret(promises.stored_as(record))
    assert promises.broken_by_an_answer(account, answer)


def test_a_part_of_a_key_in_a_call_is_seen(account: Account) -> None:
    """Twice eight characters of it, wherever they begin."""
    key = _issued(account)["key"]
    for start in range(20, 30):
        sent = Call("secretsmanager", "tag_resource", {"Tags": key[start : start + 16]})
        account.sent.append(sent)
        assert promises.leaks(account)
        account.sent.pop()
    assert not promises.leaks(account)


@pytest.mark.parametrize(
    ("found", "broken"),
    [
        (_after(a=_ONE, b=_ONE), None),
        (_after(a=_ONE), Promise.LOST),
        (_after(a=_ONE, b=_ONE, c=_ONE), Promise.DOUBLED),
        (_after(a=_ONE, b=_ONE | {"enabled": False}), Promise.UNTRUE),
        (_after(b=_ONE, d=_ONE), Promise.CHANGED),
    ],
)
def test_what_no_order_makes_is_seen(found: State, broken: Promise | None) -> None:
    """Two were acknowledged, which make ``a`` and ``b``; a third was refused."""
    both, fewer, refused = (
        _after(a=_ONE, b=_ONE),
        _after(a=_ONE),
        _after(b=_ONE, d=_ONE),
    )
    seen = promises.broken_between(found, _after(), [both], [fewer], [refused])
    assert seen == broken


def test_what_is_refused_and_done_all_the_same_is_seen() -> None:
    """Nothing was acknowledged."""
    one = _after(a=_ONE)
    assert promises.broken_between(one, _after(), [_after()], [], [one]) == (
        Promise.CHANGED
    )


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_hits_one_call_and_a_crash_all_that_follow(fault: Fault) -> None:
    """Before its effect or after; what repeats a call does it twice."""
    done: list[str] = []
    line = Faulty(1, fault)
    sent = Call("secretsmanager", "get_secret_value", {})
    for name in "abc":
        with suppress(KilledError, ClientError, BotoCoreError):
            line(sent, partial(done.append, name))
    expected = ["a", *(["b"] if fault.is_done else [])]
    expected += ["b"] if fault.kind == "repeat" else []
    assert done == expected + (["c"] if fault.kind != "crash" else [])


def test_what_the_sdk_does_not_repeat_is_a_lost_answer(account: Account) -> None:
    """A gateway key is made once: another call would make another."""
    _issued(account)
    done: list[str] = []
    sent = Call("apigateway", "create_api_key", {})
    with pytest.raises(BotoCoreError):
        Faulty(0, Fault("repeat", is_done=True))(sent, partial(done.append, "one"))
    assert done == ["one"]
    assert Call("apigateway", "create_usage_plan_key", {}).is_repeated()


def test_what_the_sdk_repeats_it_repeats_however_often_it_is_asked() -> None:
    """Its own allowance for a client's life would end a run's repeats in silence."""
    call = Call("apigateway", "create_usage_plan_key", {})
    assert all(call.is_repeated() for _ in range(1_000))


def test_a_record_says_which_credentials_open_it(account: Account) -> None:
    """And whose gateway key it shares."""
    answer = _issued(account)
    name = promises.stored_as(answer["record"])
    known = {"its own": answer["key"], "another": f"{answer['key'][:-1]}-"}
    live = state.state_of(account, known, frozenset({name})).live
    assert live[name]["opened by"] == ["its own"]
    assert live[name]["gateway key of"] == [name]
