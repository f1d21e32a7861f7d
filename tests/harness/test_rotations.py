"""A rotation is whole: one sister and an old key that ends, or neither."""

from __future__ import annotations

import contextlib
from threading import Barrier, Lock, Thread
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests import tables
from tests.harness import state
from tests.harness.account import Account
from tests.harness.faults import FAULTS, Fault, Faulty, KilledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness.client import Call

_STORES: dict[str, dict[str, str]] = {"secretsmanager": {}, "dynamodb": tables.ENVIRON}
_TIMES = 200


def _issued(account: Account) -> str:
    answer = account.invoke({"action": "issue", "client": "Acme", "roles": ["READER"]})
    return str(answer["record"]["keyId"])


def _pair(account: Account, old: str) -> tuple[str | None, list[str]]:
    """Return which sister an old key names, and which there are of it."""
    records = state.readable(account)
    (replaced_by,) = (r.get("replacedBy") for r in records if r["keyId"] == old)
    return replaced_by, [r["keyId"] for r in records if r.get("replaces") == old]


@pytest.mark.parametrize("store", _STORES)
def test_of_two_rotations_at_once_one_makes_a_sister(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred times: never none, never two, and the other one is told."""
    monkeypatch.setattr("admin.stores.engine.sleep", lambda _seconds: None)
    account, one_call = Account(**_STORES[store]), Lock()
    for _ in range(_TIMES):
        old, answers, begin = _issued(account), list[Any](), Barrier(2)

        def line(_call: Call, perform: Callable[[], Any]) -> Any:
            # A service carries out one call after another, the callers' in any order.
            with one_call:
                return perform()

        def rotate(
            old: str = old, answers: list[Any] = answers, begin: Barrier = begin
        ) -> None:
            begin.wait()
            answers.append(account.invoke({"action": "rotate", "keyId": old}, line))

        threads = [Thread(target=rotate) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        made = [a["record"]["keyId"] for a in answers if a["status"] == 201]
        assert sorted(answer["status"] for answer in answers) == [201, 409]
        assert _pair(account, old) == (made[0], made)


_KILLED = [fault for fault in FAULTS if fault.kind in {"crash", "time-out"}]


@pytest.mark.parametrize("fault", _KILLED, ids=str)
def test_a_rotation_in_a_table_is_never_half_done(fault: Fault) -> None:
    """Whichever call it is stopped at, before any repeat."""
    begun = Account(**tables.ENVIRON)
    old = _issued(begun)
    undisturbed = begun.copy()
    undisturbed.invoke({"action": "rotate", "keyId": old})
    seen = set()
    for index in range(len(undisturbed.sent)):
        account = begun.copy()
        with contextlib.suppress(KilledError, ClientError, BotoCoreError):
            account.invoke({"action": "rotate", "keyId": old}, Faulty(index, fault))
        replaced_by, sisters = _pair(account, old)
        assert sisters == ([] if replaced_by is None else [replaced_by])
        seen.add(len(sisters))
    assert seen == {0, 1} if fault.is_done else seen == {0}


def test_what_is_revoked_or_changed_while_it_is_rotated_gets_no_sister() -> None:
    """In a table nothing has to be taken back."""
    for action, status, code in (
        ("revoke", 409, "key_revoked"),
        ("disable", 409, "version_conflict"),
    ):
        account = Account(**tables.ENVIRON)
        old = _issued(account)
        others: list[Any] = []

        def line(
            call: Call,
            perform: Callable[[], Any],
            account: Account = account,
            others: list[Any] = others,
            event: dict[str, str] = {"action": action, "keyId": old},  # noqa: B006
        ) -> Any:
            if call.method == "transact_write_items" and not others:
                others.append(account.invoke(event))
            return perform()

        answer = account.invoke({"action": "rotate", "keyId": old}, line)
        assert (answer["status"], answer["error"]["code"]) == (status, code)
        assert others[0]["status"] == 200
        assert [r["keyId"] for r in state.readable(account)] in ([], [old])
