"""What an action reads is as much as it answers, however many records there are."""

from __future__ import annotations

import tracemalloc
from functools import cache
from typing import Any, NamedTuple

import pytest

from admin.rules import page_token
from tests import tables
from tests.builders import NOW
from tests.harness.account import Account
from tests.harness.population import ENDING, items

_SIZES = (10, 1_000, 100_000)


@cache
def _account(count: int) -> Account:
    account = Account(**tables.ENVIRON)
    account.table.fill(items(count, NOW))
    account.invoke({"action": "list", "limit": 1})
    for asked in ({"client": "Rare"}, {"expiringWithinDays": 1}):
        account.invoke({"action": "list", **asked})
    return account


class Cost(NamedTuple):
    """What an action took.

    Attributes:
        calls: of DynamoDB, by method.
        items: that were read, by method.
        kilobytes: that the function held at most beside what it began with.
    """

    calls: dict[str, int]
    items: dict[str, int]
    kilobytes: int


def _cost(count: int, **event: Any) -> Cost:
    account = _account(count)
    account.sent.clear()
    account.table.read.clear()
    tracemalloc.start()
    answer = account.invoke(event)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer["status"] == 200, answer
    methods = [call.method for call in account.sent if call.service == "dynamodb"]
    calls = {method: methods.count(method) for method in methods}
    return Cost(calls, dict(account.table.read), peak // 1_024)


# With which a rotation counts from the beginning, and writes nothing.
_FIRST = page_token.wrapped("", {"action": "signing"})
_GET = {"action": "get", "keyId": f"{1:016}"}
_BY_CLIENT = {"action": "list", "client": "Rare"}
_ENDING_SOON = {"action": "list", "expiringWithinDays": 14}


@pytest.mark.parametrize(
    ("event", "method", "items"),
    [
        (_GET, "get_item", {"get_item": 1}),
        (_BY_CLIENT, "query", {"query": ENDING, "batch_get_item": ENDING}),
        (_ENDING_SOON, "query", {"query": ENDING, "batch_get_item": ENDING}),
    ],
    ids=["get", "list by client", "list what ends soon"],
)
def test_what_is_found_by_an_index_costs_the_same_among_any_number(
    event: dict[str, Any], method: str, items: dict[str, int]
) -> None:
    """Ten records, a thousand, a hundred thousand: what is answered is read, once."""
    for count in _SIZES:
        cost = _cost(count, **event)
        assert cost.items == items
        assert cost.calls == dict.fromkeys(items, 1)
        assert method in cost.calls


def test_a_first_page_costs_a_page() -> None:
    """The names of fifty, and then those records: two calls."""
    for count in _SIZES:
        cost = _cost(count, action="list")
        shown = min(50, count)
        assert cost.items == {"scan": shown, "batch_get_item": shown}
        assert cost.calls == {"scan": 1, "batch_get_item": 1}


def test_the_count_of_a_rotation_of_the_signing_key_is_bounded() -> None:
    """A thousand records an answer, and a token to go on from."""
    for count in _SIZES:
        cost = _cost(count, action="signing.rotate", nextToken=_FIRST)
        counted = min(1_000, count)
        assert cost.items == {"scan": counted, "batch_get_item": counted}
        assert cost.calls["scan"] <= 10


def test_the_function_holds_no_more_among_more() -> None:
    """Its memory is that of a page."""
    for event in ({"action": "list", "limit": 100}, _BY_CLIENT, _ENDING_SOON):
        few, many = (_cost(count, **event).kilobytes for count in _SIZES[1:])
        assert many < few + 1_024
