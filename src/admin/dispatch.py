"""The table of actions: from a raw request to an answer and its audit line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.parser import ValidationError, parse

from admin.actions import (
    change,
    confirm,
    flush,
    import_key,
    issue_account,
    issue_key,
    list_records,
    notify,
    revoke,
    role_map,
    rotate_signing_key,
    usage,
    verify,
)
from admin.errors import Code, RefusedError
from admin.requests.any_request import AnyRequest
from admin.rules import life_cycle
from admin.violations import violation

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.deployment import Deployment
    from apikeys.document import Document

    # Any: each takes the request model of its name.
    type Action = Callable[[Deployment, Any], Document]

_ACTIONS: dict[str, Action] = {
    "issue": issue_key.issue,
    "import": import_key.import_key,
    "clone": issue_key.clone,
    "rotate": issue_key.rotate,
    "confirm": confirm.confirm,
    "get": change.get,
    "verify": verify.verify,
    "list": list_records.list_records,
    "update": change.update,
    "enable": change.enable,
    "disable": change.disable,
    "revoke": revoke.revoke,
    "restore": revoke.restore,
    "roles.get": role_map.get,
    "roles.check": role_map.check,
    "roles.put": role_map.put,
    "flush": flush.flush,
    "notify": notify.notify,
    "usage": usage.usage,
    "signing.rotate": rotate_signing_key.rotate,
    "signing.retire": rotate_signing_key.retire,
}
# The actions that differ for a login.
_ACTIONS_ON_ACCOUNTS: dict[str, Action] = {
    "issue": issue_account.issue,
    "clone": issue_account.clone,
    "rotate": issue_account.rotate,
}


class Actions:
    """Checks requests and passes each to the function that carries it out."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def carry_out(self, event: object) -> tuple[Document, Document]:
        """Return the answer to a request, and what the audit log says about it.

        Nothing is done for a request that is not valid in every field.
        """
        action = self.name_of(event)
        key_id = login = None
        try:
            request = _parsed(event)
            key_id = getattr(request, "key_id", None)
            login = getattr(request, "login", None)
            self._deployment.permissions.check(action, request)
            function = _function(action, on_account=login is not None)
            answer = function(self._deployment, request)
        except RefusedError as refused:
            answer = _refusal(refused)
        record = answer.get("record")
        if isinstance(record, dict):
            key_id, login = record.get("keyId"), record.get("login")
        error = answer.get("error")
        audit = {
            "action": action,
            "key_id": key_id,
            "login": login,
            "status": answer["status"],
            "error_code": error["code"] if isinstance(error, dict) else None,
        }
        # Nobody else may read what the schedule's run found.
        counts = {n: answer[n] for n in ("due", "states", "undelivered") if n in answer}
        return answer, audit | counts | self._publish(action, answer)

    def _publish(self, action: str, answer: Document) -> Document:
        """Publish what was done, if anything was; return how that went."""
        bus = self._deployment.event_bus
        stack = self._deployment.settings.stack_name
        event = life_cycle.event_of(action, answer, stack)
        if bus is None or event is None:
            return {}
        problem = bus.put(event)
        if problem is None:
            return {"event": "delivered"}
        return {"event": "undelivered", "event_error": problem}

    def name_of(self, event: object) -> str:
        """Return the requested action, ``unknown`` for any other text."""
        action = event.get("action") if isinstance(event, dict) else None
        if isinstance(action, str) and action in _ACTIONS:
            return action
        return "unknown"


def _function(action: str, *, on_account: bool) -> Action:
    if on_account and action in _ACTIONS_ON_ACCOUNTS:
        return _ACTIONS_ON_ACCOUNTS[action]
    return _ACTIONS[action]


def _parsed(event: object) -> Any:  # noqa: ANN401 - one of AnyRequest, told by its type
    try:
        # Powertools also accepts unions, which its signature doesn't say.
        return parse(event=event, model=AnyRequest)  # type: ignore[call-overload]
    except ValidationError as error:
        # Neither str(error) nor its input goes on: they may quote a secret.
        first = error.errors(include_url=False, include_input=False)[0]
    field, rule = violation(first)
    raise RefusedError(
        Code.INVALID_REQUEST, f"{field or 'the request'}: {rule}", field=field or None
    )


def _refusal(refused: RefusedError) -> Document:
    findings = refused.findings
    error = {
        "code": refused.code.value,
        "message": refused.message,
        "field": refused.field,
        "findings": None if findings is None else [f.document() for f in findings],
    }
    present = {name: value for name, value in error.items() if value is not None}
    return {"status": refused.code.status, "error": present}
