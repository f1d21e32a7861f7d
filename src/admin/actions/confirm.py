"""A caller's confirmation that a new key or password reached its client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.rules import handover

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.requests.credentials import Confirm
    from apikeys.document import Document


def confirm(deployment: Deployment, request: Confirm) -> Document:
    """Answer ``confirm``; repeating it changes nothing."""
    principal = request.principal
    deployment.grants.check_record(deployment.records.live(principal).record)
    deployment.records.note(principal, handover.CONFIRMED)
    return {"status": 200, **principal.named}
