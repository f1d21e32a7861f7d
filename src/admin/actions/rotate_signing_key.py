"""The rotation of the signing key, with a count of the keys under each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from admin.rules.minting import fingerprint

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.requests import SigningRotate
    from apikeys.document import Document


def rotate(deployment: Deployment, _request: SigningRotate) -> Document:
    """Answer ``signing.rotate``.

    The first call announces a new signing key, the second, at least
    ``waitSeconds`` later, lets it sign. ``keys`` counts the live records under the
    current key, under each previous one in order, and under ``unknown`` ones.
    """
    deployment.grants.check_unlimited("signing.rotate")
    # Counted first: what can fail must not come after the write.
    counted = _count(deployment)
    phase = deployment.signing_secret.rotate()
    keys = deployment.signing_secret.keys()
    previous = [counted.pop(fingerprint(key), 0) for key in keys.previous]
    return {
        "status": 200,
        **phase,
        "keys": {
            "current": counted.pop(fingerprint(keys.current), 0),
            "previous": previous,
            "unknown": counted.total(),
        },
    }


def _count(deployment: Deployment) -> Counter[str]:
    counted: Counter[str] = Counter()
    for record in deployment.records.all():
        if not record.is_basic:
            counted[str(record.document.get("signedBy"))] += 1
    return counted
