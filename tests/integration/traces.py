"""Where a key could leave a trace, and how one is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.deployment import Stack

_WINDOW = 8


def is_in(secret: str, text: str) -> bool:
    """Return whether any 8 characters in a row of a secret are in a text."""
    starts = range(len(secret) - _WINDOW + 1)
    return any(secret[start : start + _WINDOW] in text for start in starts)


def logs(stack: Stack) -> str:
    """Return what the functions logged."""
    return "\n".join(_messages(stack))


def _messages(stack: Stack) -> Iterator[str]:
    # Stream by stream: of a whole group the emulator returns 10,000 events at most.
    client = stack.emulator.client("logs")
    for group in client.get_paginator("describe_log_groups").paginate():
        for name in (each["logGroupName"] for each in group["logGroups"]):
            for page in client.get_paginator("describe_log_streams").paginate(
                logGroupName=name
            ):
                for stream in page["logStreams"]:
                    yield from _of_stream(client, name, stream["logStreamName"])


def _of_stream(client: Any, group: str, stream: str) -> Iterator[str]:
    # The end of a stream is told by a token that repeats (GetLogEvents).
    more: dict[str, str] = {}
    while True:
        page = client.get_log_events(
            logGroupName=group, logStreamName=stream, startFromHead=True, **more
        )
        yield from (event["message"] for event in page["events"])
        if page["nextForwardToken"] == more.get("nextToken"):
            return
        more = {"nextToken": page["nextForwardToken"]}
