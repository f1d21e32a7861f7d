"""Times as the pages show them: absolute, in UTC, and with how far away they are."""

from __future__ import annotations

from apikeys_cli import dates

_MINUTES = len("2027-01-31T12:00")


def utc(text: str) -> str:
    """Return a time as ``2027-01-31 12:00 UTC``, and any other text as it is."""
    try:
        dates.moment(text)
    except ValueError:
        return text
    return f"{text[:_MINUTES].replace('T', ' ')} UTC"


def relative(text: str, now: float) -> str:
    """Return how far away an answer's time is, empty if the text is not a time."""
    try:
        return dates.relative(dates.moment(text) - now)
    except ValueError:
        return ""
