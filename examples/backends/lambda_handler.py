"""A GraphQL back end behind the authorizer, which enforces read-only sessions."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

from caller import Caller, UnknownCallerError

_log = logging.getLogger(__name__)
_REQUEST_FIELDS = {"query", "variables", "operationName"}
# GraphQL has no escapes outside strings: a document without these words has no
# operation of that kind. One that has them elsewhere, say in a string, is refused too.
_NOT_A_QUERY = re.compile(r"(?<![_A-Za-z])(mutation|subscription)(?![_A-Za-z0-9])")


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer a POST of one GraphQL request; 403 if the caller may not send it."""
    try:
        caller = Caller.from_event(event)
    except UnknownCallerError as error:
        _log.warning("no caller: %s", error)
        return _answer(403, {"message": "Forbidden"})
    if caller.session is None:
        return _answer(403, {"message": "This credential may not open a session"})
    request = _graphql_request(event)
    if request is None:
        return _answer(400, {"message": "The body is not one GraphQL request in JSON"})
    if caller.is_read_only and _NOT_A_QUERY.search(request["query"]):
        return _answer(403, {"message": "This credential may only read"})
    return _answer(200, _execute(caller, request))


def _graphql_request(event: dict[str, Any]) -> dict[str, Any] | None:
    """Return the request, or None if it could mean more than its text says.

    A list is a batch; a field such as ``extensions`` may name a stored document.
    """
    if event.get("isBase64Encoded"):
        return None
    try:
        found = json.loads(event.get("body") or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not found.keys() <= _REQUEST_FIELDS:
        return None
    return found if isinstance(found.get("query"), str) else None


def _execute(caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Replace this by your own, which opens the session and runs ``request`` in it.

    Never run the event's body: what was checked must be what runs.
    """
    session = dict(caller.session or {})
    return {"principal": caller.principal, "session": session, "ran": request["query"]}


def _answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
