"""Flushing the gateway's caches of authorizer answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.requests.operations import Flush
    from apikeys.document import Document


def flush(deployment: Deployment, _request: Flush) -> Document:
    """Answer ``flush``: the stages whose flush API Gateway accepted.

    It helps only once the record TTL has passed since a change: before that, the
    gateway caches the old answer again.
    """
    return {"status": 200, "flushed": deployment.stage_caches.flush()}
