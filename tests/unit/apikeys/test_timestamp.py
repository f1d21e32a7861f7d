"""Points in time as records write them."""

from __future__ import annotations

import calendar
import os
import time
from typing import TYPE_CHECKING

import pytest

from apikeys import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=["UTC", "America/St_Johns", "Pacific/Apia"])
def _zone(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set the process's time zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield
    del os.environ["TZ"]
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("_zone")
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00", 0),
        ("1969-12-31T23:59:59", -1),
        ("2027-01-15T08:00:00", 1_800_000_000),
        ("2024-02-29T23:59:59", calendar.timegm((2024, 2, 29, 23, 59, 59))),
        # An hour that local clocks in many zones skip.
        ("2027-03-28T02:30:00", calendar.timegm((2027, 3, 28, 2, 30, 0))),
        ("0999-01-01T00:00:00", -30_641_760_000),
        ("0001-01-01T00:00:00", -62_135_596_800),
        ("9999-12-31T23:59:59", 253_402_300_799),
    ],
)
def test_a_timestamp_is_utc_in_every_time_zone(text: str, seconds: int) -> None:
    """The process's time zone has no effect, in either direction."""
    found = timestamp.parse(text)
    assert (found, timestamp.format_utc(seconds)) == (seconds, text)
    assert isinstance(found, int)


@pytest.mark.parametrize("seconds", [1_800_000_000.001, 1_800_000_000.999_999])
def test_a_fraction_is_dropped(seconds: float) -> None:
    """Writing rounds down, as the seconds are what has passed."""
    assert timestamp.format_utc(seconds) == "2027-01-15T08:00:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2027-01-15",
        "20270115T080000",
        "2027-W03-5T08:00:00",
        "2027-01-15 08:00:00",
        "2027-01-15t08:00:00",
        "2027-01-15T08:00",
        "2027-01-15T08:00:00Z",
        "2027-01-15T08:00:00+00:00",
        "2027-01-15T08:00:00.000",
        "2027-01-15T08:00:00,5",
        "2027-01-15T08:00:00.123456789",
        "2027-01-15T08:00:00\n",
        " 2027-01-15T08:00:00",
        "\u0662\u0660\u0662\u0667-01-15T08:00:00",
        "\uff12\uff10\uff12\uff17-01-15T08:00:00",
        "+027-01-15T08:00:00",
        "27-01-15T08:00:00",
        "12027-01-15T08:00:00",
        "never",
        "null",
    ],
)
def test_another_format_is_refused(text: str) -> None:
    """Basic, week and zoned forms, fractions, foreign digits are not timestamps."""
    with pytest.raises(ValueError, match=r"^not yyyy-MM-ddTHH:mm:ss$"):
        timestamp.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "2027-02-29T00:00:00",
        "2027-13-01T00:00:00",
        "2027-00-01T00:00:00",
        "2027-01-00T00:00:00",
        "2027-04-31T00:00:00",
        "2027-01-15T24:00:00",
        "2027-01-15T08:60:00",
        "2027-01-15T08:00:60",
        "0000-01-01T00:00:00",
    ],
)
def test_a_time_that_no_calendar_has_is_refused(text: str) -> None:
    """Days, hours, minutes and leap seconds that do not exist."""
    with pytest.raises(ValueError, match=r"\A"):
        timestamp.parse(text)


def test_an_answer_has_the_zone() -> None:
    """RFC 3339 wants it; the time is the one that a record has."""
    assert timestamp.rfc3339(1_800_000_000.9) == "2027-01-15T08:00:00Z"
