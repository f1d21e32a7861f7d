"""The schedule's daily action: to announce keys that will expire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from admin.actions.views import public_view
from admin.errors import Code, RefusedError
from admin.rules import notices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin.deployment import Deployment
    from admin.requests.operations import Notify
    from apikeys.document import Document


_HOUR: Final = 3_600


def notify(deployment: Deployment, _request: Notify) -> Document:
    """Answer ``notify``: what was announced, to the topic and on the bus.

    Everything is read before anything is sent: a run that fails can be repeated.

    Raises:
        RefusedError: 403, this function has no thresholds; 503, the records can't be
            read or the topic does not take the summary, and nothing was sent.
    """
    settings = deployment.settings
    if not settings.expiry_notices:
        message = "notices are off here (ExpiryNotices), or another function's task"
        raise RefusedError(Code.NOT_PERMITTED, message, field="action")
    found = notices.found(_views(deployment), settings.expiry_notices)
    if found.due and deployment.topic is not None:
        deployment.topic.publish(*notices.summary(found, settings.stack_name))
    undelivered = 0
    if deployment.event_bus is not None:
        undelivered = deployment.event_bus.put_all(
            notices.events(found, settings.stack_name)
        )
    due = found.by_days(settings.expiry_notices)
    return {
        "status": 200,
        "announced": [
            {f: view[f] for f in ("keyId", "login", "expiresInDays") if f in view}
            for view in found.due
        ],
        "due": {str(days): count for days, count in due.items()},
        "states": {s: found.states[s] for s in notices.STATES},
        "undelivered": undelivered,
    }


def _views(deployment: Deployment) -> Iterator[Document | None]:
    """Yield every record's public view, as of half a second past the full hour.

    So runs that begin at different minutes of an hour leave no gap between two days,
    and no record, which expires at a full second, is in both.
    """
    now = deployment.clock()
    as_of = now - now % _HOUR + 0.5
    for _, record in deployment.records.each():
        yield None if record is None else public_view(record, "", as_of)
