"""Times as the pages show them: absolute and UTC, with how far away they are beside."""

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
    """Return how far away a time of an answer is, empty where the text is none."""
    try:
        return dates.relative(dates.moment(text) - now)
    except ValueError:
        return ""
