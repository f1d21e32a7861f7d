"""The table of actions: from a raw request to an answer and its audit line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.parser import ValidationError, parse

from admin import requests
from admin.actions.change import Keys
from admin.actions.confirm import Handover
from admin.actions.import_key import Importing
from admin.actions.issue_account import Accounts
from admin.actions.issue_key import Issuing
from admin.actions.list_records import Listing
from admin.actions.revoke import Revoking
from admin.actions.rotate_signing_key import Signing
from admin.actions.verify import Verifying
from admin.errors import Code, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.deployment import Deployment
    from apikeys.document import Document


_FIELD = re.compile(r"[A-Za-z_.]{1,64}")


class Actions:
    """Checks requests and hands each to the one method that carries it out."""

    def __init__(self, deployment: Deployment) -> None:
        issuing, accounts = Issuing(deployment), Accounts(deployment)
        keys, revoking = Keys(deployment), Revoking(deployment)
        role_maps = deployment.role_maps
        self._methods: dict[str, Callable[[Any], Document]] = {
            "issue": _by_kind(issuing.issue, accounts.issue),
            "import": Importing(deployment).import_key,
            "clone": _by_kind(issuing.clone, accounts.clone),
            "rotate": _by_kind(issuing.rotate, accounts.rotate),
            "confirm": Handover(deployment).confirm,
            "get": keys.get,
            "verify": Verifying(deployment).verify,
            "list": Listing(deployment).page,
            "update": keys.update,
            "enable": keys.enable,
            "disable": keys.disable,
            "revoke": revoking.revoke,
            "restore": revoking.restore,
            "roles.get": role_maps.get,
            "roles.check": role_maps.check,
            "roles.put": role_maps.put,
            "flush": deployment.stage_caches.flush,
            "signing.rotate": Signing(deployment).rotate,
        }

    def carry_out(self, event: object) -> tuple[Document, Document]:
        """Return the answer to a request, and what the audit log says of it.

        Nothing is done for a request that is not right in every field.
        """
        action = self.name_of(event)
        key_id = login = None
        try:
            request = _parsed(event)
            key_id = getattr(request, "key_id", None)
            login = getattr(request, "login", None)
            answer = self._methods[action](request)
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
        return answer, audit

    def name_of(self, event: object) -> str:
        """Return the action that is asked for, ``unknown`` for any text but ours."""
        action = event.get("action") if isinstance(event, dict) else None
        if isinstance(action, str) and action in self._methods:
            return action
        return "unknown"


def _by_kind(
    of_key: Callable[[Any], Document], of_account: Callable[[Any], Document]
) -> Callable[[Any], Document]:
    def carry_out(request: Any) -> Document:  # noqa: ANN401 - as _parsed returns it
        return (of_key if request.login is None else of_account)(request)

    return carry_out


def _parsed(event: object) -> Any:  # noqa: ANN401 - one of AnyRequest, told by its type
    try:
        # Powertools takes unions too, which its signature does not say.
        return parse(event=event, model=requests.AnyRequest)  # type: ignore[call-overload]
    except ValidationError as error:
        # Neither str(error) nor its input goes on: they may quote a secret.
        first = error.errors(include_url=False, include_input=False)[0]
    path = [str(part) for part in first["loc"]]
    # The first part is the action, by which the request's model was chosen.
    field = ".".join(path[1:]) or ("action" if "union_tag" in first["type"] else "")
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error" and not field:
        # A rule about several fields names the one to change.
        field, message = message.split(": ", 1)
    if first["type"] == "extra_forbidden":
        # A name is input, too; only one that looks like a field's is repeated.
        field = field if _FIELD.fullmatch(field) else ""
        message = "is not a field of this action" if field else "has a field too many"
    if first["type"].startswith("union_tag"):
        message = "is one of the actions in docs/admin.md"
    raise RefusedError(
        Code.INVALID_REQUEST,
        f"{field or 'the request'}: {message}",
        field=field or None,
    )


def _refusal(refused: RefusedError) -> Document:
    error = {
        "code": refused.code.value,
        "message": refused.message,
        "field": refused.field,
        "findings": refused.findings,
    }
    present = {name: value for name, value in error.items() if value is not None}
    return {"status": refused.code.status, "error": present}
