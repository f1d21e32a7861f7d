"""Points in time as records write them: ``yyyy-MM-ddTHH:mm:ss``, UTC, no zone.

Answers and policies have the zone, as RFC 3339 wants it.
"""

from datetime import UTC, datetime

_LENGTH = len("yyyy-MM-ddTHH:mm:ss")


def parse(text: str) -> int:
    """Read a timestamp as seconds since 1970 (UTC).

    Raises:
        ValueError: another format (a fraction, ``Z``, an offset, other digits), or a
            date that doesn't exist.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    # fromisoformat reads many formats; only this one survives a round trip.
    if found is None or len(text) != _LENGTH or found.isoformat() != text:
        raise ValueError("not yyyy-MM-ddTHH:mm:ss")
    return int(found.replace(tzinfo=UTC).timestamp())


def format_utc(seconds: float) -> str:
    """Write seconds since 1970 as a timestamp; a fraction is dropped."""
    # Not strftime, which writes the year 999 with three digits.
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()[:_LENGTH]


def rfc3339(seconds: float) -> str:
    """Write seconds since 1970 as a timestamp with its zone, ``Z``."""
    return f"{format_utc(seconds)}Z"
