"""Where a key could leave a trace, and how one is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.deployment import Stack

_WINDOW = 8


def is_in(secret: str, text: str) -> bool:
    """Tell whether any 8 characters in a row of a secret are in a text."""
    starts = range(len(secret) - _WINDOW + 1)
    return any(secret[start : start + _WINDOW] in text for start in starts)


def logs(stack: Stack) -> str:
    """Return what the functions logged."""
    return "\n".join(_messages(stack))


def _messages(stack: Stack) -> Iterator[str]:
    client = stack.emulator.client("logs")
    for group in client.describe_log_groups()["logGroups"]:
        for page in client.get_paginator("filter_log_events").paginate(
            logGroupName=group["logGroupName"]
        ):
            for event in page["events"]:
                yield event["message"]
