"""An EventBridge bus that is told what happened, without anybody waiting for it.

What it is told is already done: a bus that is slow, broken or forbidden costs an action
at most a second, and never its answer.
"""

from __future__ import annotations

import json
from threading import Thread
from typing import TYPE_CHECKING, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

    from apikeys.document import Document

SOURCE: Final = "apikeys"
# Also the client's time-outs, but those bound neither a name that does not resolve nor
# an answer that trickles in.
SECONDS: Final = 1.0
# What EventBridge accepts in one call.
_MOST_ENTRIES: Final = 10
_TRIES: Final = 3


class Event(NamedTuple):
    """An EventBridge event's detail type and detail."""

    detail_type: str
    detail: Document


class EventBus:
    """The bus with this name."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        """Use a client whose calls time out soon and are not retried."""
        self._client = client
        self._name = name

    def put(self, event: Event) -> str | None:
        """Put one event, within ``SECONDS`` whatever the bus does.

        Returns:
            None if the bus took it, otherwise what went wrong, in a word.
        """
        found: list[str | None] = []
        # A daemon: a Lambda environment ends without waiting for it.
        thread = Thread(
            target=lambda: found.append(self._refused([event])[1]), daemon=True
        )
        thread.start()
        thread.join(SECONDS)
        return found[0] if found else "Timeout"

    def put_all(self, events: Sequence[Event]) -> int:
        """Put many events, several attempts each; return how many were not taken."""
        left = list(events)
        for _ in range(_TRIES):
            batches = [
                left[at : at + _MOST_ENTRIES]
                for at in range(0, len(left), _MOST_ENTRIES)
            ]
            left = [event for batch in batches for event in self._refused(batch)[0]]
        return len(left)

    def _refused(self, events: Sequence[Event]) -> tuple[list[Event], str | None]:
        """Put some events; return those that were not taken, and why the last."""
        try:
            answer = self._client.put_events(Entries=[self._entry(e) for e in events])
            outcomes = answer["Entries"]
        except ClientError as error:
            return list(events), error.response["Error"]["Code"]
        except BotoCoreError as error:
            return list(events), type(error).__name__
        except Exception as error:  # noqa: BLE001 - nothing here may fail an action
            return list(events), type(error).__name__
        refused = [
            (event, outcome["ErrorCode"])
            for event, outcome in zip(events, outcomes, strict=True)
            if outcome.get("ErrorCode")
        ]
        return [event for event, _ in refused], refused[-1][1] if refused else None

    def _entry(self, event: Event) -> PutEventsRequestEntryTypeDef:
        return {
            "Source": SOURCE,
            "DetailType": event.detail_type,
            "Detail": json.dumps(event.detail),
            "EventBusName": self._name,
        }
