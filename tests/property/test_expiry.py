"""What holds for every end of a record."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from apikeys import digest, timestamp
from apikeys.decision import Reason, decide
from apikeys.record import Record
from tests.builders import a_key, record_text

_KEY = a_key()
_MICROSECOND = timedelta(microseconds=1)
_ends = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
).map(lambda end: end.replace(microsecond=0))


@given(_ends, st.integers(-3, 3))
def test_a_key_passes_until_its_end_and_not_from_it_on(
    end: datetime, microseconds: int
) -> None:
    """Plus or minus microseconds around ``expirationDate``."""
    text = record_text(_KEY, expirationDate=end.strftime("%Y-%m-%dT%H:%M:%S"))
    record = Record.parse(text, key_id=_KEY.key_id)
    now = end + microseconds * _MICROSECOND
    found = decide(record, _KEY.text, now=now.timestamp(), matches=digest.matches_any)
    assert found is (Reason.GRANTED if now < end else Reason.EXPIRED)


@given(
    st.datetimes(
        min_value=datetime(1, 1, 1),  # noqa: DTZ001 - as above
        max_value=datetime(9999, 12, 31, 23, 59, 59),  # noqa: DTZ001 - as above
    )
)
def test_a_timestamp_is_read_as_the_calendar_has_it(moment: datetime) -> None:
    """Compared with ``calendar.timegm``; writing inverts reading."""
    text = moment.replace(microsecond=0).isoformat()
    seconds = timestamp.parse(text)
    assert seconds == calendar.timegm(moment.timetuple())
    assert timestamp.format_utc(seconds) == text


@given(st.text("0123456789-:TZ+., WwtU\u0661\uff11", max_size=25))
def test_any_text_is_a_timestamp_or_refused(text: str) -> None:
    """What is accepted is exactly what would be written."""
    try:
        seconds = timestamp.parse(text)
    except ValueError:
        return
    assert timestamp.format_utc(seconds) == text
