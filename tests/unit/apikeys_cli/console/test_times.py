"""Times as the pages show them."""

from __future__ import annotations

from apikeys_cli.console import times

_NOW = 1_800_000_000


def test_a_time_is_shown_in_utc_and_by_how_far_it_is() -> None:
    """To the minute, and to the largest unit of which there are two."""
    assert times.utc("2027-01-15T09:00:00Z") == "2027-01-15 09:00 UTC"
    assert times.relative("2027-01-18T08:00:00Z", _NOW) == "in 3 days"


def test_what_is_not_a_time_is_shown_as_it_is() -> None:
    """A tampered record's; how far it is, nobody can say."""
    assert times.utc("<soon>") == "<soon>"
    assert times.relative("<soon>", _NOW) == ""
