"""Points in time as records write them: ``yyyy-MM-ddTHH:mm:ss``, UTC, no zone."""

import re
from datetime import UTC, datetime

_GRAMMAR = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)
_LENGTH = len("yyyy-MM-ddTHH:mm:ss")


def parse(text: str) -> int:
    """Read a timestamp as seconds since 1970 (UTC).

    Raises:
        ValueError: another format (a fraction, ``Z``, an offset, other digits), or a
            date that no calendar has.
    """
    if not _GRAMMAR.fullmatch(text):
        raise ValueError("not yyyy-MM-ddTHH:mm:ss")
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def format_utc(seconds: float) -> str:
    """Write seconds since 1970 as a timestamp; a fraction is dropped."""
    # Not strftime, which writes the year 999 with three digits.
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()[:_LENGTH]
