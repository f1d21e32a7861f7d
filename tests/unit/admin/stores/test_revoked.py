"""What the notes beside a revoked record keep."""

from __future__ import annotations

import pytest

from admin.stores import revoked
from apikeys.record import Record
from tests.builders import a_key, record_text

_KEY = a_key()
_UNTIL = 1_800_000_000
_LETTERS = 256


def _notes(**fields: object) -> dict[str, str]:
    record = Record.parse(record_text(_KEY, **fields), key_id=_KEY.key_id)
    return revoked.notes_of(record, _UNTIL)


def test_what_a_person_recognises_a_record_by_is_kept() -> None:
    """Whatever letters it has, and until when it can be restored."""
    found = revoked.seen(_notes(client="Müller"))
    assert (found["client"], found["restorableUntil"]) == (
        "Müller",
        "2027-01-15T08:00:00",
    )


@pytest.mark.parametrize("letter", ["a", "é", "语", "🔑"])
@pytest.mark.parametrize("length", [0, 1, 47, 48, 63, 64, 94, 95, 188, 189, 190, 256])
def test_a_text_of_any_length_is_kept_whole(letter: str, length: int) -> None:
    """A note has 256 characters, and a client's name may have 1,024 bytes."""
    client = f"x{letter * (length - 1)}" if length else None
    notes = _notes(client=client)
    assert max(map(len, notes.values())) <= 256
    assert revoked.seen(notes).get("client") == client
    assert (revoked.authority(notes) or {}).get("client") == client


def test_what_was_noted_before_is_not_mixed_in() -> None:
    """A record may be restored, changed and revoked again; no note is ever removed."""
    before = _notes(client="b" * _LETTERS, usagePlanId="gold", name="n" * _LETTERS)
    notes = before | _notes(client="a" * 100, name=None)
    assert revoked.authority(notes) == {"client": "a" * 100}
    assert "name" not in revoked.seen(notes)


@pytest.mark.parametrize("tampered", ["abc", "a", "Müller", "*", "!!!!"])
def test_a_note_that_somebody_changed_stops_nothing(tampered: str) -> None:
    """It is passed over; the others are still seen."""
    notes = revoked.notes_of(None, _UNTIL) | {"apikeys:client": tampered}
    assert revoked.seen(notes) == {"restorableUntil": "2027-01-15T08:00:00"}


@pytest.mark.parametrize("note", ["client", "client:1", "profile", "usagePlanId"])
@pytest.mark.parametrize("tampered", ["!", None])
def test_what_is_not_known_whole_is_not_known(note: str, tampered: str | None) -> None:
    """What is left of a cut name could be another's."""
    notes = _notes(client="b" * _LETTERS)
    assert revoked.authority(notes) == {"client": "b" * _LETTERS}
    del notes[f"apikeys:{note}"]
    if tampered is not None:
        notes[f"apikeys:{note}"] = tampered
    assert revoked.authority(notes) is None
