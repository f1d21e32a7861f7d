"""The event bus: what is told, and that nothing it does fails or stalls an action."""

from __future__ import annotations

import json
from threading import Event as Signal
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from admin.stores import event_bus
from admin.stores.event_bus import Event, EventBus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ISSUED = Event("Key Issued", {"keyId": "0" * 16, "client": "Größe"})


class Client:
    """A client of EventBridge that answers as it is told to."""

    def __init__(self, outcome: Callable[[int], Any]) -> None:
        """Answer the n-th entry of all, from 0, so; an exception is raised."""
        self._outcome = outcome
        self._count = 0
        self.calls: list[list[dict[str, Any]]] = []

    def put_events(self, *, Entries: list[dict[str, Any]]) -> Any:  # noqa: N803 - boto3's
        """Answer as boto3's client does."""
        self.calls.append(Entries)
        outcomes = []
        for _ in Entries:
            outcome = self._outcome(self._count)
            self._count += 1
            if isinstance(outcome, Exception):
                raise outcome
            outcomes.append(outcome)
        return {"Entries": outcomes}


def bus(client: Any) -> EventBus:
    """Return the bus of a client."""
    return EventBus(client, "keys")


def taken(_count: int) -> dict[str, str]:
    """Return the outcome of an entry that was taken."""
    return {"EventId": "1"}


def refused(_count: int) -> dict[str, str]:
    """Return the outcome of an entry that was not."""
    return {"ErrorCode": "ThrottlingException"}


def test_an_event_has_the_projects_source_its_type_and_its_detail() -> None:
    """They go to the bus of the deployment."""
    client = Client(taken)
    assert bus(client).put(_ISSUED) is None
    [[entry]] = client.calls
    assert json.loads(entry.pop("Detail")) == _ISSUED.detail
    assert entry == {
        "Source": "apikeys",
        "DetailType": "Key Issued",
        "EventBusName": "keys",
    }


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (refused(0), "ThrottlingException"),
        (
            ClientError({"Error": {"Code": "AccessDeniedException"}}, "PutEvents"),
            "AccessDeniedException",
        ),
        (ConnectTimeoutError(endpoint_url="http://x"), "ConnectTimeoutError"),
        (RuntimeError("unforeseen"), "RuntimeError"),
    ],
)
def test_a_broken_bus_is_named_in_a_word_and_asked_once(
    outcome: object, word: str
) -> None:
    """Whatever goes wrong is not raised, and not repeated while a person waits."""
    client = Client(lambda _: outcome)
    assert bus(client).put(_ISSUED) == word
    assert len(client.calls) == 1


@pytest.fixture
def hanging() -> Iterator[Callable[[int], Any]]:
    """Return an outcome that does not come before the test's end."""
    end = Signal()

    def wait(count: int) -> dict[str, str]:
        assert end.wait(60)
        return taken(count)

    yield wait
    end.set()


def test_a_bus_that_hangs_is_given_up(
    hanging: Callable[[int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by the client's time-outs, which bound no look-up of a name: by our own."""
    monkeypatch.setattr(event_bus, "SECONDS", 0.05)
    assert bus(Client(hanging)).put(_ISSUED) == "Timeout"


def test_the_bound_is_a_second() -> None:
    """An action takes that much longer at most, and a little for its thread."""
    assert event_bus.SECONDS == 1


def test_many_events_are_put_ten_at_a_time() -> None:
    """As many as EventBridge takes."""
    client = Client(taken)
    assert bus(client).put_all([_ISSUED] * 23) == 0
    assert [len(entries) for entries in client.calls] == [10, 10, 3]


def test_of_many_events_those_that_were_refused_are_tried_again() -> None:
    """And no other: nobody is told twice of what was taken."""
    client = Client(lambda count: refused(count) if count in {2, 12} else taken(count))
    events = [Event("Key Expiring", {"keyId": str(n)}) for n in range(12)]
    assert bus(client).put_all(events) == 0
    tried = [[json.loads(e["Detail"])["keyId"] for e in call] for call in client.calls]
    assert tried[2:] == [["2"], ["2"]]


def test_what_is_never_taken_is_counted() -> None:
    """After three tries."""
    client = Client(refused)
    assert bus(client).put_all([_ISSUED] * 11) == 11
    assert [len(entries) for entries in client.calls] == [10, 1] * 3
