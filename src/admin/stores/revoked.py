"""What can be shown of a record once it is revoked, from its notes.

A note allows few characters, so that texts are written in base64.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from contextlib import suppress
from typing import TYPE_CHECKING

from apikeys import timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apikeys.document import Document
    from apikeys.record import Record

_UNTIL = "restorableUntil"
_SHOWN = ("client", "name", "issueDate", "expirationDate", _UNTIL)
# What a limited function may not hand out, beside roles.
_LIMITED = ("client", "profile", "usagePlanId")
# 252 characters of base64, of the 256 allowed in a note.
_MOST_BYTES = 189


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
    return {
        _note(field): b64encode(text.encode()[:_MOST_BYTES]).decode()
        for field, text in texts.items()
        if isinstance(text, str)
    }


def seen(notes: Mapping[str, str]) -> Document:
    """Return the fields of a revoked record that its notes keep.

    A note that somebody else changed is skipped: it must not stop an action.
    """
    return _texts(notes, _SHOWN)


def authority(notes: Mapping[str, str]) -> Document:
    """Return what restoring a record hands out beside its roles, as a record has it."""
    found = _texts(notes, _LIMITED)
    if "profile" in found:
        found["session"] = {"profile": found.pop("profile")}
    return found


def _texts(notes: Mapping[str, str], fields: tuple[str, ...]) -> Document:
    found: Document = {}
    for field in fields:
        with suppress(ValueError):
            note = b64decode(notes.get(_note(field), ""), validate=True)
            if note:
                found[field] = note.decode(errors="ignore")
    return found


def _profile(session: object) -> object:
    return session.get("profile") if isinstance(session, dict) else None


def _note(field: str) -> str:
    return f"apikeys:{field}"
