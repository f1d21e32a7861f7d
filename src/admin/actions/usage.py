"""How often keys were used, started and fetched in two calls, so that none waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.principal import Principal
from admin.rules import page_token, usage_query
from admin.stores.engine import Wanted
from apikeys import timestamp
from apikeys.defaults import DAY

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.requests.operations import Usage
    from apikeys.document import Document


_ANSWER_OF: Document = {"action": "usage"}


def usage(deployment: Deployment, request: Usage) -> Document:
    """Answer ``usage``: a query's id; and, given that, what it found once it is done.

    Raises:
        RefusedError: the log can't be read.
    """
    if request.query_id is not None:
        return _answer(deployment, request.query_id)
    principals = _principals(deployment, request)
    end = int(deployment.clock())
    begin = end - request.days * DAY
    query_id = deployment.decisions.ask(usage_query.query(principals), begin, end)
    answer: Document = {
        "status": 200,
        "queryId": page_token.wrapped(query_id, _ANSWER_OF),
        "from": timestamp.rfc3339(begin),
        "to": timestamp.rfc3339(end),
    }
    if principals is not None:
        answer["principals"] = [principal.named for principal in principals]
    return answer


def _answer(deployment: Deployment, text: str) -> Document:
    query_id = page_token.unwrapped(text, _ANSWER_OF, "queryId")
    answered = deployment.decisions.answered(str(query_id))
    if answered is None:
        return {"status": 200, "queryId": text}
    return {
        "status": 200,
        "usage": usage_query.usage(answered.rows),
        "bytesRead": answered.bytes_read,
    }


def _principals(deployment: Deployment, request: Usage) -> list[Principal] | None:
    """Return who the request is about, None for everybody."""
    if request.key_id is not None:
        return [Principal.key(request.key_id)]
    if request.login is not None:
        return [Principal.account(request.login)]
    if request.client is None:
        return None
    return [
        principal
        for principal, record in deployment.records.each(Wanted(request.client))
        if record is not None and record.document.get("client") == request.client
    ]
