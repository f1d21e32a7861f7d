"""The five kinds of API Gateway's authorizer events, and the headers of a request."""

from __future__ import annotations

from apikeys.errors import MisconfiguredError
from authorizer.events.rest import Request


def read(event: object) -> Request:
    """Return the request in an event; each kind is known by what AWS puts into it.

    A kind's module is loaded with its first event: a cold start needs only one.

    Raises:
        MisconfiguredError: another kind of event, an unreadable method ARN or headers
            that are not an object; a client can cause none of these.
    """
    if isinstance(event, dict):
        kind = event.get("type")
        if kind == "TOKEN":
            from authorizer.events import token  # noqa: PLC0415 - for these alone

            return token.read(event)
        if "version" in event:
            from authorizer.events import http_api  # noqa: PLC0415 - as above

            return http_api.read(event)
        context = event.get("requestContext")
        if isinstance(context, dict) and context.get("eventType") == "CONNECT":
            from authorizer.events import websocket  # noqa: PLC0415 - as above

            return websocket.read(event)
        if kind == "REQUEST":
            return Request.parse(event)
    raise MisconfiguredError("the event is not that of an API Gateway authorizer")
