"""The form that makes a key or an account, and the page that shows it once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.background import BackgroundTask

from apikeys_cli.console.forms import (
    ADMINISTRATOR,
    as_typed,
    described,
    life,
    message_by_field,
    text_of,
    typed,
)
from apikeys_cli.delivery import confirm_handover
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from apikeys_cli.console.context import Console

_NEW: dict[str, Any] = {"kind": "key", "expiry": "", "role": "custom", "roles": []}
_CLEARABLE = ("name", "description", "session", "allowedCidrs")
_GONE = 410
_LOST = 502
_OK = 200
_REFUSED = 400


def new_key(console: Console, request: Request) -> Response:
    """Show the form, empty or filled in from the record to clone."""
    principal = like(dict(request.query_params))
    values = dict(_NEW)
    if principal:
        record = console.function.invoke("get", **principal)["record"]
        values |= as_typed(record) | {"kind": "login" if "login" in record else "key"}
    return _form(console, values, principal)


def make(console: Console, _request: Request, form: FormData) -> Response:
    """Issue or clone what the form says, and redirect to the page that shows it."""
    values = {**_NEW, **typed(form)}
    principal = like(values)
    fields = described(form) | life(form)
    fields["usagePlanId"] = text_of(form, "usagePlanId") or None
    if text_of(form, "kind") == "login":
        login = "newLogin" if principal else "login"
        fields[login] = text_of(form, "login")
        # A password may begin with a space.
        fields["password"] = str(form.get("password", "")) or None
    cleared: list[str] = []
    if principal:
        # A field left empty is not taken from the model either.
        cleared = [name for name in _CLEARABLE if fields[name] is None]
        fields["roles"] = fields["roles"] or []
    action = "clone" if principal else "issue"
    try:
        where = _made(console, form, action, cleared, **principal, **fields)
    except RefusedByFunctionError as refused:
        return _form(console, values, principal, refused)
    except UnreachableError as error:
        return _unanswered(console, form, error)
    return console.goto(where)


def rotate(console: Console, _request: Request, form: FormData) -> Response:
    """Rotate a key or a password, and redirect to the page that shows it."""
    principal = like(typed(form))
    seconds = text_of(form, "overlapSeconds")
    overlap = int(seconds) if seconds.isdecimal() else seconds
    try:
        fields = {**principal, "overlapSeconds": overlap}
        where = _made(console, form, "rotate", (), **fields)
    except UnreachableError as error:
        return _unanswered(console, form, error)
    return console.goto(where)


def issued(console: Console, request: Request) -> Response:
    """Show a new key or password, once; then tell the function that it was."""
    name = request.path_params["view"]
    record = console.shown.record(name)
    if record is None:
        return console.page("message.html", 404, title="There is no such page", text="")
    answer = console.shown.take(name)
    if answer is None:
        return console.page("shown.html", _GONE, record=record)
    kind = next((kind for kind in ("key", "password") if kind in answer), None)
    return console.page(
        "issued.html",
        background=BackgroundTask(confirm_handover, console.function, record),
        answer=answer,
        kind=kind,
        record=record,
    )


def like(values: dict[str, Any]) -> dict[str, str]:
    """Return the field that names a form's model; empty if there is none."""
    name = str(values.get("like", ""))
    kind, _, value = name.partition(":")
    return {kind: value} if kind in ("keyId", "login") and value else {}


def _made(
    console: Console,
    form: FormData,
    action: str,
    cleared: Iterable[str],
    **fields: Any,  # noqa: ANN401 - a request's
) -> str:
    """Make a credential, once, and return the path of the page that shows it."""
    token = text_of(form, "form")

    def act() -> str:
        answer = console.function.invoke(
            action, cleared, requestToken=token, awaitConfirmation=True, **fields
        )
        console.done(answer, "Created")
        return f"/issued/{console.shown.keep(answer)}"

    return console.forms.spend(token, act)


def _unanswered(console: Console, form: FormData, error: UnreachableError) -> Response:
    """Say that the answer was lost, and offer to send the same form again.

    Nobody has seen a key yet, and the form's token makes nothing twice.
    """
    fields = [(name, str(value)) for name, value in form.multi_items()]
    return console.page("lost.html", _LOST, error=error, fields=fields)


def _form(
    console: Console,
    values: dict[str, Any],
    principal: dict[str, str],
    refused: RefusedByFunctionError | None = None,
) -> Response:
    """Return the form; after a refusal, with its message next to the field at fault."""
    roles = console.role_names()
    return console.page(
        "new.html",
        _OK if refused is None else _REFUSED,
        values=values,
        like=":".join(*principal.items()) if principal else "",
        token=console.forms.new(),
        roles=roles,
        has_administrator=ADMINISTRATOR in roles,
        offered=console.catalogue.offered(),
        errors={} if refused is None else message_by_field(refused),
    )
