"""The event of a WebSocket API's authorizer, which is asked only at ``$connect``."""

from __future__ import annotations

from apikeys.errors import MisconfiguredError
from apikeys.route import CONNECT
from authorizer.events.rest import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.document import Document


class ConnectRequest(Request):
    """A request to open a connection, which is judged afresh each time."""

    __slots__ = ()

    is_cached = False


def read(event: Document) -> ConnectRequest:
    """Read an event; a refusal is raised, as for a REST API.

    Raises:
        MisconfiguredError: an ARN of another route than ``$connect``, or headers that
            are not an object.
    """
    request = ConnectRequest.parse(event)
    if event["methodArn"] != f"{request.method_arn.stage_arn}/{CONNECT}":
        raise MisconfiguredError("the event's method ARN is not that of $connect")
    return request
