"""What can be shown of a record once it is revoked, from its notes.

A note allows few characters, so that texts are written in base64, and a long one goes
on in further notes.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from apikeys import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apikeys.document import Document
    from apikeys.record import Record

_UNTIL = "restorableUntil"
_SHOWN = ("client", "name", "issueDate", "expirationDate", _UNTIL)
# What a limited function may not hand out, beside roles.
_LIMITED = ("client", "profile", "usagePlanId")
# 252 characters of base64, of the 256 allowed in a note. A text goes on in the next one
# as long as notes are full: what an earlier, longer text left behind isn't read.
_FULL_BYTES = 189


def notes_of(record: Record | None, until: int) -> dict[str, str]:
    """Return the notes by which a person recognises a record, and what it hands out.

    Args:
        record: which is about to be revoked, None if it is corrupt.
        until: when it can't be restored any more.
    """
    known: Document = {} if record is None else dict(record.document)
    known["profile"] = _profile(known.get("session"))
    known[_UNTIL] = timestamp.format_utc(until)
    texts = {field: known.get(field) for field in (*_SHOWN, *_LIMITED)}
    # What the record lacks is noted, too: it may have been revoked before, and had it.
    return {
        _note(field, number): b64encode(part).decode()
        for field, text in texts.items()
        for number, part in enumerate(_parts(text if isinstance(text, str) else ""))
    }


def seen(notes: Mapping[str, str]) -> Document:
    """Return the fields of a revoked record that its notes keep.

    A note that somebody else changed is skipped: it must not stop an action.
    """
    texts = {field: _text(notes, field)[0] for field in _SHOWN}
    return {field: text for field, text in texts.items() if text}


def authority(notes: Mapping[str, str]) -> Document | None:
    """Return what restoring a record hands out beside its roles, as a record has it.

    Returns:
        None if not all of it is known: a note is missing, or somebody changed it.
    """
    found: Document = {}
    for field in _LIMITED:
        text, is_whole = _text(notes, field)
        if not is_whole:
            return None
        if text:
            found[field] = text
    if "profile" in found:
        found["session"] = {"profile": found.pop("profile")}
    return found


def _parts(text: str) -> Iterator[bytes]:
    """Yield what each note holds; the last is not full."""
    written = text.encode()
    for start in range(0, len(written) + 1, _FULL_BYTES):
        yield written[start : start + _FULL_BYTES]


def _text(notes: Mapping[str, str], field: str) -> tuple[str, bool]:
    """Return what the notes have of a field, and whether that is all."""
    parts: list[bytes] = []
    is_whole = True
    while is_whole and (not parts or len(parts[-1]) == _FULL_BYTES):
        try:
            parts.append(b64decode(notes[_note(field, len(parts))], validate=True))
        except (KeyError, ValueError):
            is_whole = False
    return b"".join(parts).decode(errors="ignore"), is_whole


def _profile(session: object) -> object:
    return session.get("profile") if isinstance(session, dict) else None


def _note(field: str, number: int) -> str:
    return f"apikeys:{field}:{number}" if number else f"apikeys:{field}"
