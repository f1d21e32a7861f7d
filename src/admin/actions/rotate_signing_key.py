"""The rotation of the signing key, its retirement, and the keys under each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from admin.errors import RefusedError
from admin.rules import page_token
from admin.stores.engine import MAX_NAMES
from admin.stores.signing_secret import fingerprint
from admin.stores.stored_record import readable
from apikeys import digest

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.requests.operations import SigningRetire, SigningRotate
    from apikeys.document import Document
    from apikeys.record import Record

# However many keys there are, the answer must come within the function's time-out.
_MOST_PAGES = 10
_PAGES_OF: Document = {"action": "signing"}


def rotate(deployment: Deployment, request: SigningRotate) -> Document:
    """Answer ``signing.rotate``.

    The first call announces a new signing key, the second, at least ``waitSeconds``
    later, lets it sign. A call with a ``nextToken`` continues counting and writes
    nothing.
    """
    deployment.grants.check_unlimited("signing.rotate")
    if request.next_token is not None:
        return _counted(deployment, page_token.unwrapped(request.next_token, _PAGES_OF))
    phase = deployment.signing_secret.rotate()
    return {"status": 200, **phase, **_counts_after_a_write(deployment)}


def retire(deployment: Deployment, request: SigningRetire) -> Document:
    """Answer ``signing.retire``: a signing key's keys count as forged from now on.

    With ``countOnly`` or a ``nextToken`` it counts and writes nothing.
    """
    deployment.grants.check_unlimited("signing.retire")
    if request.count_only or request.next_token is not None:
        token = request.next_token and page_token.unwrapped(
            request.next_token, _PAGES_OF
        )
        deployment.signing_secret.check_retirable(request.fingerprint)
        return _counted(deployment, token)
    deployment.signing_secret.retire(request.fingerprint)
    return {
        "status": 200,
        "phase": "retired",
        **_counts_after_a_write(deployment),
        **deployment.settings.own_bound,
    }


def _counted(deployment: Deployment, token: str | None) -> Document:
    return {"status": 200, "phase": "counted", **_counts(deployment, token)}


def _counts_after_a_write(deployment: Deployment) -> Document:
    try:
        return _counts(deployment, None)
    except RefusedError:
        # What was written stays written; the count can be requested again.
        return {"nextToken": page_token.wrapped("", _PAGES_OF)}


def _counts(deployment: Deployment, token: str | None) -> Document:
    """Return how many live keys there are under each signing key, on some pages.

    ``keys`` counts those under the current one, under each previous one in order,
    imported ones, which no signing key signed, and those whose signing key is
    ``unknown``; ``fingerprints`` names the signing keys in the same order.
    """
    counted: Counter[str] = Counter()
    for _ in range(_MOST_PAGES):
        page = deployment.records.page(MAX_NAMES, token, deleted=False)
        if page is None:
            raise page_token.refused()
        for principal, stored in deployment.records.many(page.principals).items():
            record = readable(principal, stored)
            if record is not None and not record.is_basic:
                counted[_signed_by(record)] += 1
        token = page.token
        if token is None:
            break
    keys = deployment.signing_secret.keys()
    current = fingerprint(keys.current)
    previous = [fingerprint(key) for key in keys.previous]
    answer: Document = {
        "keys": {
            "current": counted.pop(current, 0),
            "previous": [counted.pop(name, 0) for name in previous],
            "imported": counted.pop("", 0),
            "unknown": counted.total(),
        },
        "fingerprints": {"current": current, "previous": previous},
    }
    if token is not None:
        answer["nextToken"] = page_token.wrapped(token, _PAGES_OF)
    return answer


def _signed_by(record: Record) -> str:
    """Return the fingerprint in a record, empty for a key that was minted elsewhere.

    An older release wrote none into the records of keys that it minted, but their
    digest is a fast one, which no imported key has.
    """
    if "signedBy" in record.document:
        return str(record.document["signedBy"])
    return "" if digest.is_slow(record.digest) else "?"
