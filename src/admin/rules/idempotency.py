"""Repeats of a request about a Basic account, told by what its record notes of it.

A key's id follows from the request token; a login is chosen. So the record notes which
request wrote it, and what it wrote.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from admin.stores.records import issued_at
from apikeys import digest, document
from apikeys.defaults import REPEAT_SECONDS

if TYPE_CHECKING:
    from admin.requests import Clone, Issue, Rotate
    from apikeys.document import Document
    from apikeys.record import Record

_FIELD = "attempt"
# Each try makes another digest, of another password.
_CHANGES_EACH_TRY = (_FIELD, "digest")
# For the record that a request makes.
_OF_NO_CONSEQUENCE = {"await_confirmation", "password"}


def noted(record: Record, request: Issue | Clone | Rotate) -> Record:
    """Return a record with a note of the request that makes it, if it has a token."""
    bare = record.changed(**{_FIELD: None})
    if request.request_token is None:
        return bare
    note = {"request": _of_request(request), "record": _of_record(bare)}
    return bare.changed(**{_FIELD: note})


def is_noted(record: Record, request: Issue | Clone | Rotate) -> bool:
    """Tell whether this very request, token and all, wrote the record."""
    note = record.document.get(_FIELD)
    return (
        request.request_token is not None
        and isinstance(note, dict)
        and note.get("request") == _of_request(request)
    )


def may_be_repeated(
    record: Record, request: Issue | Clone | Rotate, now: float
) -> bool:
    """Tell whether nothing stands against it that a noted request is made again.

    Not where the record was changed since or is too old, or another password is given.
    """
    note = record.document.get(_FIELD)
    return (
        isinstance(note, dict)
        and note.get("record") == _of_record(record)
        and now <= issued_at(record) + REPEAT_SECONDS
        and (
            request.password is None or digest.matches(record.digest, request.password)
        )
    )


def _of_request(request: Issue | Clone | Rotate) -> str:
    """Return what tells a request from others; of a password, whether it was given."""
    fields: Document = request.model_dump(mode="json", exclude=_OF_NO_CONSEQUENCE)
    return _fingerprint(fields | {"hasPassword": request.password is not None})


def _of_record(record: Record) -> str:
    kept = {n: v for n, v in record.document.items() if n not in _CHANGES_EACH_TRY}
    return _fingerprint(dict(sorted(kept.items())))


def _fingerprint(fields: Document) -> str:
    return sha256(document.dumps(fields).encode()).hexdigest()[:32]
