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

_FIELDS = ("client", "name", "issueDate", "expirationDate")
_UNTIL = "restorableUntil"
# 252 characters of base64, of the 256 allowed in a note.
_MOST_BYTES = 189


def notes_of(record: Record | None, until: int) -> dict[str, str]:
    """Return the notes by which a person recognises a record.

    Args:
        record: which is about to be revoked, None if it is corrupt.
        until: when it can't be restored any more.
    """
    shown = {} if record is None else {f: record.document.get(f) for f in _FIELDS}
    shown[_UNTIL] = timestamp.format_utc(until)
    return {
        _note(field): b64encode(text.encode()[:_MOST_BYTES]).decode()
        for field, text in shown.items()
        if isinstance(text, str)
    }


def seen(notes: Mapping[str, str]) -> Document:
    """Return the fields of a revoked record that its notes keep.

    A note that somebody else changed is skipped: it must not stop an action.
    """
    found: Document = {}
    for field in (*_FIELDS, _UNTIL):
        with suppress(ValueError):
            note = b64decode(notes.get(_note(field), ""), validate=True)
            if note:
                found[field] = note.decode(errors="ignore")
    return found


def _note(field: str) -> str:
    return f"apikeys:{field}"
