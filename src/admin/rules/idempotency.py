"""Repeats of a request under its token, recognised by fingerprints in the record.

The record that a request makes or changes has two in its field ``attempt``: of the
request, and of what it wrote. So a repeat whose first answer was lost can be told from
another request, and from one after the record was changed.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError
from admin.stores.stored_record import issued_at
from apikeys import digest, document
from apikeys.defaults import REPEAT_SECONDS

if TYPE_CHECKING:
    from admin.requests.credentials import Clone, Issue, Rotate
    from apikeys.document import Document
    from apikeys.record import Record

_FIELD = "attempt"
# Each attempt makes another key or password.
_CHANGES_EACH_TRY = (_FIELD, "digest", "signedBy")
# The one changes nothing in the record, and only the record's digest knows the other.
_OF_NO_CONSEQUENCE = {"await_confirmation", "password"}
# Unknown to older releases.
_NEW = {"deliver_to"}


def fingerprinted(record: Record, request: Issue | Clone | Rotate) -> Record:
    """Return a record with fingerprints of the request that makes it.

    Without a token it has none, and an earlier request's are removed. A repeat keeps
    the request's, which an older release may have written in its own way.
    """
    attempt, bare = record.document.get(_FIELD), record.changed(**{_FIELD: None})
    if request.request_token is None:
        return bare
    of_request = _of_request(request)
    if isinstance(attempt, dict) and was_written_by(record, request):
        of_request = attempt["request"]
    attempt = {"request": of_request, "record": _of_fields(bare.document)}
    return bare.changed(**{_FIELD: attempt})


def was_written_by(record: Record, request: Issue | Clone | Rotate) -> bool:
    """Return whether this very request, with its token, wrote the record."""
    attempt = record.document.get(_FIELD)
    return (
        request.request_token is not None
        and isinstance(attempt, dict)
        and attempt.get("request") in {_of_request(request), _as_before(request)}
    )


def check_repeat(record: Record, request: Issue | Clone | Rotate, now: int) -> None:
    """Refuse to make a credential for a record again under a request's token.

    Raises:
        RefusedError: 409, another request wrote the record, it was changed since or is
            too old, or another password is given.
    """
    attempt = record.document.get(_FIELD)
    if not (
        was_written_by(record, request)
        and isinstance(attempt, dict)
        and attempt.get("record") == _of_fields(record.document)
        and now <= issued_at(record) + REPEAT_SECONDS
        and (
            request.password is None or digest.matches(record.digest, request.password)
        )
    ):
        raise RefusedError(
            Code.REQUEST_TOKEN_USED,
            "requestToken: was used for another request, too long ago, or for a "
            "record that was changed since",
            field="requestToken",
        )


def has_fingerprint(record: Record) -> bool:
    """Return whether a record has fingerprints; an older release gave keys none."""
    return _FIELD in record.document


def adopted(
    record: Record, request: Issue | Clone | Rotate, expected: Document
) -> Record:
    """Return a record with the fingerprints that an older release did not give it.

    Unchanged if this request would have made another record.
    """
    if _of_fields(expected) != _of_fields(record.document):
        return record
    return fingerprinted(record, request)


def _of_request(request: Issue | Clone | Rotate) -> str:
    """Return a request's fingerprint, which tells of a password only that it was given.

    Only fields that were given count, so that one added by a later release changes no
    fingerprint.
    """
    given = request.model_dump(
        mode="json", exclude=_OF_NO_CONSEQUENCE, exclude_unset=True
    )
    if given.get("roles"):
        given["roles"] = sorted(set(given["roles"]))
    given["hasPassword"] = request.password is not None
    return _fingerprint(json.dumps(given, sort_keys=True))


def _as_before(request: Issue | Clone | Rotate) -> str:
    """Return an older release's fingerprint for a request about an account."""
    fields: Document = request.model_dump(
        mode="json", exclude=_OF_NO_CONSEQUENCE | _NEW
    )
    fields["hasPassword"] = request.password is not None
    if fields.get("allowed_cidrs") is None:
        # That release did not have this field.
        fields.pop("allowed_cidrs", None)
    return _fingerprint(document.dumps(fields))


def _of_fields(fields: Document) -> str:
    kept = {n: v for n, v in fields.items() if n not in _CHANGES_EACH_TRY}
    return _fingerprint(document.dumps(dict(sorted(kept.items()))))


def _fingerprint(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]
