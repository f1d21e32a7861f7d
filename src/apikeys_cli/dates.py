"""Points in time as people write them: 90d, 2027-01-31, in 9 days."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from apikeys import timestamp
from apikeys.defaults import DAY

_DURATION = re.compile("([1-9][0-9]{0,4})([wdhms])", re.ASCII)
_SECONDS = {"w": 604_800, "d": DAY, "h": 3_600, "m": 60, "s": 1}
# The largest unit of which there are two or more is precise enough.
_UNITS = ((2 * DAY, DAY, "days"), (7_200, 3_600, "hours"), (120, 60, "minutes"))


def seconds(text: str) -> int | None:
    """Return the seconds in a duration such as ``90d``, None if it is not one."""
    match = _DURATION.fullmatch(text)
    return int(match[1]) * _SECONDS[match[2]] if match else None


def end_fields(text: str, now: float) -> dict[str, Any] | None:
    """Return a request's fields that say when a key ends, None for another text.

    Args:
        text: ``never``, a duration, a date (the whole day) or a timestamp, UTC; a day
            ends with its last second, so that it is shown as that day.
        now: when durations begin.
    """
    if text == "never":
        return {"neverExpires": True}
    duration = seconds(text)
    if duration is not None:
        # Whole days are counted by the function, which knows when it issues.
        if duration % DAY == 0:
            return {"lifetimeDays": duration // DAY}
        return {"expirationDate": timestamp.format_utc(now + duration)}
    try:
        if "T" in text:
            return {"expirationDate": timestamp.format_utc(moment(text))}
        last_day = timestamp.parse(f"{text}T00:00:00")
        return {"expirationDate": timestamp.format_utc(last_day + DAY - 1)}
    except ValueError:
        return None


def moment(text: str) -> int:
    """Return the seconds since 1970 of a time in the function's answers.

    Raises:
        ValueError: it is not one.
    """
    return timestamp.parse(text.removesuffix("Z"))


def dated(date: str | None, now: float, *, exact: bool = False) -> str:
    """Return an end both ways: ``2026-12-01 (in 9 days)``; ``exact`` to the second."""
    if date is None:
        return "never"
    try:
        ends_at = moment(date)
    except ValueError:
        return date
    is_soon = abs(ends_at - now) < 2 * DAY
    form = "%Y-%m-%d %H:%M" if is_soon else "%Y-%m-%d"
    shown = date if exact else datetime.fromtimestamp(ends_at, UTC).strftime(form)
    return f"{shown} ({relative(ends_at - now)})"


def counted(count: int, noun: str) -> str:
    """Return how many of something there are: ``1 day``, ``2 days``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def relative(difference: float) -> str:
    """Return how far away something is: ``in 9 days``, ``5 hours ago``."""
    length = abs(difference)
    text = counted(round(length), "second")
    for least, unit, name in _UNITS:
        if length >= least:
            text = f"{round(length / unit)} {name}"
            break
    return f"in {text}" if difference > 0 else f"{text} ago"
