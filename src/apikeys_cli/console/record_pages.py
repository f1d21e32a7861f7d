"""The page of one record: its fields, what it opens, and what can be done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apikeys.defaults import DAY
from apikeys_cli.console.context import path_of
from apikeys_cli.console.forms import (
    ADMINISTRATOR,
    as_typed,
    changes,
    message_by_field,
    text_of,
    typed,
)
from apikeys_cli.errors import RefusedByFunctionError
from apikeys_cli.records import name_of
from apikeys_cli.roles.explanation import record_explanation
from apikeys_cli.roles.names import maps_in

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from apikeys_cli.console.context import Console

DONE = {
    "enable": "Enabled",
    "disable": "Disabled",
    "revoke": "Revoked",
    "restore": "Restored",
}
# How long the old key keeps working, in seconds.
OVERLAPS = (
    (0, "not at all: it stops at once"),
    (3_600, "one hour"),
    (DAY, "one day"),
    (7 * DAY, "seven days"),
    (30 * DAY, "thirty days"),
)


def show(console: Console, request: Request) -> Response:
    """Show a record."""
    return _record_page(console, _record(console, request))


def change(console: Console, request: Request, form: FormData) -> Response:
    """Enable, disable, revoke or restore a record, according to the address."""
    principal, verb = _principal(request), request.url.path.rpartition("/")[2]
    name = name_of(principal)
    if verb == "revoke" and text_of(form, "typed") != name:
        error = f"type {name} to revoke it"
        return _record_page(console, _record(console, request), error)

    def act() -> str:
        return console.done(console.function.invoke(verb, **principal), DONE[verb])

    try:
        return console.goto(console.forms.spend(text_of(form, "form"), act))
    except RefusedByFunctionError as refused:
        return _record_page(console, _record(console, request), refused.message)


def edit(console: Console, request: Request) -> Response:
    """Show the form that changes a record."""
    record = _record(console, request)
    values = as_typed(record) | {"expiry": ""}
    return _edit_form(console, record, values)


def save(console: Console, request: Request, form: FormData) -> Response:
    """Save what the form changes, unless somebody else did meanwhile."""
    record = _record(console, request)
    changed = changes(form, record)
    if not changed:
        return console.goto(path_of(record))
    cleared = {name for name, value in changed.items() if value is None}

    def act() -> str:
        answer = console.function.invoke(
            "update",
            cleared,
            **_principal(request),
            ifVersion=text_of(form, "version"),
            **changed,
        )
        return console.done(answer, "Changed")

    try:
        return console.goto(console.forms.spend(text_of(form, "form"), act))
    except RefusedByFunctionError as refused:
        values = {**typed(form), "expiry": text_of(form, "expiry")}
        return _edit_form(console, record, values, refused)


def _principal(request: Request) -> dict[str, str]:
    return {
        kind: value
        for kind, value in request.path_params.items()
        if kind in ("keyId", "login")
    }


def _record(console: Console, request: Request) -> dict[str, Any]:
    record: dict[str, Any] = console.function.invoke("get", **_principal(request))[
        "record"
    ]
    return record


def _record_page(
    console: Console, record: dict[str, Any], error: str | None = None
) -> Response:
    opened, why = _opened(console, record)
    return console.page(
        "record.html",
        400 if error else 200,
        record=record,
        error=error,
        opened=opened,
        why=why,
        notice=console.notice(record),
        overlaps=OVERLAPS,
    )


def _opened(
    console: Console, record: dict[str, Any]
) -> tuple[list[tuple[str, dict[str, Any]]], str]:
    """Return what a record opens at each API with a map of its own, and elsewhere.

    If that can't be said, nothing, and why.
    """
    if record["state"] == "revoked":
        return [], "What is revoked opens nothing."
    try:
        role_map = console.function.invoke("roles.get")["roleMap"]
        return [
            (name, record_explanation(role_map, record, api or None, stage or None))
            for name, _ in maps_in(role_map)
            for api, _, stage in (name.partition("/"),)
        ], ""
    except click.ClickException as error:
        return [], error.format_message()


def _edit_form(
    console: Console,
    record: dict[str, Any],
    values: dict[str, Any],
    refused: RefusedByFunctionError | None = None,
) -> Response:
    roles = console.role_names()
    return console.page(
        "edit.html",
        400 if refused else 200,
        record=record,
        values=values,
        roles=sorted({*roles, *record.get("roles", [])}),
        has_administrator=ADMINISTRATOR in roles,
        offered=console.catalogue.offered(),
        errors=message_by_field(refused) if refused else {},
        token=console.forms.new(),
    )
