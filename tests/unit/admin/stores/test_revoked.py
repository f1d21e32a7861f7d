"""What the notes beside a revoked record keep."""

from __future__ import annotations

import pytest

from admin.stores import revoked
from apikeys.record import Record
from tests.builders import a_key, record_text

_KEY = a_key()


def test_what_a_person_recognises_a_record_by_is_kept() -> None:
    """Whatever letters it has, and until when it can be restored."""
    record = Record.parse(record_text(_KEY, client="Müller"), key_id=_KEY.key_id)
    found = revoked.seen(revoked.notes_of(record, 1_800_000_000))
    assert (found["client"], found["restorableUntil"]) == (
        "Müller",
        "2027-01-15T08:00:00",
    )


@pytest.mark.parametrize("tampered", ["abc", "a", "Müller", "*", "!!!!"])
def test_a_note_that_somebody_changed_stops_nothing(tampered: str) -> None:
    """It is passed over; the others are still seen."""
    notes = revoked.notes_of(None, 1_800_000_000) | {"apikeys:client": tampered}
    assert revoked.seen(notes) == {"restorableUntil": "2027-01-15T08:00:00"}
