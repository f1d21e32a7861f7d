"""What the deployed stack tells others: acts as they happen, ends before they do."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from local.deployment import Stack
    from tests.integration.listeners import Listeners

pytestmark = pytest.mark.deployed

_THRESHOLDS = (30, 7, 1)
# The local schedule runs every minute; the emulator looks every ten seconds.
_RUN_SECONDS = 100.0
_EVENT_SECONDS = 20.0
_BETWEEN_RUNS = timedelta(seconds=5)


def _asked(stack: Stack, action: str, **fields: object) -> Any:
    answer = stack.emulator.client("lambda").invoke(
        FunctionName=stack.admin_function,
        Payload=json.dumps({"action": action, **fields}),
    )
    body = json.load(answer["Payload"])
    assert body["status"] in {200, 201}, body
    return body


@pytest.fixture(scope="module")
def ending(stack: Stack) -> dict[int, str]:
    """Return keys by the days in which they end, issued before any test waits."""
    return {
        days: _asked(stack, "issue", client="Ends soon", lifetimeDays=days)["record"][
            "keyId"
        ]
        for days in (*_THRESHOLDS, 12)
    }


def test_each_act_arrives_on_the_bus(
    stack: Stack, listeners: Listeners, ending: dict[int, str]
) -> None:
    """The function's role may put events there under the project's name."""
    del ending
    issued = _asked(stack, "issue", client="Told of")
    key_id = issued["record"]["keyId"]
    acts = [
        _asked(stack, "update", keyId=key_id, name="another name"),
        _asked(stack, "disable", keyId=key_id),
        _asked(stack, "enable", keyId=key_id),
        rotated := _asked(stack, "rotate", keyId=key_id),
        _asked(stack, "revoke", keyId=key_id),
        _asked(stack, "restore", keyId=key_id),
    ]
    ids = {key_id, rotated["record"]["keyId"]}

    def of_these(events: list[Any]) -> list[Any]:
        return [event for event in events if event["detail"].get("keyId") in ids]

    events = of_these(
        listeners.bus.until(
            lambda found: len(of_these(found)) > len(acts), _EVENT_SECONDS
        )
    )
    assert {event["source"] for event in events} == {"apikeys"}
    # The emulator's queue keeps no order.
    assert sorted(event["detail-type"] for event in events) == [
        "Key Disabled",
        "Key Enabled",
        "Key Issued",
        "Key Restored",
        "Key Revoked",
        "Key Rotated",
        "Key Updated",
    ]
    assert {event["detail"]["stack"] for event in events} == {stack.name}
    texts = json.dumps(events)
    for secret in (issued["key"], rotated["key"]):
        assert secret.split("_")[2][:8] not in texts


def test_the_schedule_tells_of_keys_that_will_end(
    listeners: Listeners, ending: dict[int, str]
) -> None:
    """Those due in 30, 7 and 1 days, each once a run, on the bus and to the topic."""
    due = {ending[days] for days in _THRESHOLDS}

    def names(events: list[Any]) -> list[str]:
        return [e["detail"].get("keyId") for e in _expiring(events)]

    events = _expiring(
        listeners.bus.until(lambda found: due <= set(names(found)), _RUN_SECONDS)
    )
    assert {e["detail"]["expiresInDays"] for e in events} <= set(_THRESHOLDS)
    assert ending[12] not in names(events)
    runs = [names(run) for run in _runs(events)]
    assert any(due <= set(run) for run in runs)
    for run in runs:
        assert len(run) == len(set(run))

    messages = [
        message["Message"]
        for message in listeners.topic.until(
            lambda found: any(ending[30] in m["Message"] for m in found),
            _EVENT_SECONDS,
        )
    ]
    [text] = [message for message in messages if ending[30] in message][:1]
    for days in _THRESHOLDS:
        assert text.count(f"key {ending[days]} expires in {days} day") == 1
    assert not [message for message in messages if ending[12] in message]


def _expiring(events: list[Any]) -> list[Any]:
    return [event for event in events if event["detail-type"] == "Key Expiring"]


def _runs(events: list[Any]) -> list[list[Any]]:
    """Return the events of each run: they are sent at once, and runs a minute apart."""
    runs: list[list[Any]] = []
    last = None
    for event in sorted(events, key=lambda e: e["time"]):
        at = datetime.fromisoformat(event["time"])
        if last is None or at - last > _BETWEEN_RUNS:
            runs.append([])
        runs[-1].append(event)
        last = at
    return runs
