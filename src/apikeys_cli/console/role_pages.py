"""The role map as a table, and its editing, checked and compared before storing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.console.forms import text_of
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.roles import findings as role_findings
from apikeys_cli.roles.files import difference, is_json_text, parse_role_map, routes
from apikeys_cli.roles.names import maps_in, named_in
from apikeys_cli.roles.preview import counted_losses
from apikeys_cli.terminal.toml import toml

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from apikeys_cli.console.context import Console

_NO_MAP = ("role_map_not_found", "misconfigured")


def roles(console: Console, _request: Request) -> Response:
    """Show which role opens which route."""
    stored = _stored(console)
    role_map = {"roles": {}} if stored is None else stored["roleMap"]
    cells: dict[str, dict[str, str]] = {}
    for role, field, route, api in routes(role_map):
        where = f"{route} at {api}" if api else route
        cells.setdefault(where, {})[role] = field
    return console.page(
        "roles.html",
        stored=stored,
        names=sorted(named_in(role_map)),
        maps=list(maps_in(role_map)),
        rows=sorted(cells.items(), key=lambda row: row[0].split(" ")[::-1]),
    )


def edit_roles(console: Console, _request: Request) -> Response:
    """Show the role map as TOML, to be changed."""
    stored = _stored(console)
    text = "" if stored is None else toml(stored["roleMap"])
    version = "" if stored is None else stored["version"]
    return console.page("edit_roles.html", text=text, version=version, error=None)


def check_roles(console: Console, _request: Request, form: FormData) -> Response:
    """Show what an edited map would change, who would lose what, and its findings."""
    text, version = _text(form), text_of(form, "version")
    try:
        role_map = _parsed(text)
    except click.UsageError as error:
        message = error.message
        return console.page(
            "edit_roles.html", 400, text=text, version=version, error=message
        )
    check = console.function.invoke("roles.check", roleMap=role_map)
    stored = _stored(console)
    old = None if stored is None else stored["roleMap"]
    changes = difference(old, role_map)
    lost: list[str] = []
    if check["isValid"] and changes and old is not None:
        lost = counted_losses(console.function, old, role_map)
    return console.page(
        "check_roles.html",
        200 if check["isValid"] else 400,
        text=text,
        version=version,
        is_valid=check["isValid"],
        findings=[role_findings.sentence(finding) for finding in check["findings"]],
        changes=changes,
        losses=lost,
    )


def store_roles(console: Console, _request: Request, form: FormData) -> Response:
    """Store the map that was shown, unless the one that it replaces was replaced."""
    text, version = _text(form), text_of(form, "version")

    def act() -> str:
        console.function.invoke(
            "roles.put", roleMap=_parsed(text), ifVersion=version or None
        )
        return "/roles"

    try:
        return console.goto(console.forms.spend(text_of(form, "form"), act))
    except RefusedByFunctionError as refused:
        return console.page(
            "edit_roles.html", 400, text=text, version=version, error=refused.message
        )


def _text(form: FormData) -> str:
    # Browsers end lines with CRLF (HTML, form submission).
    return str(form.get("text", "")).replace("\r\n", "\n")


def _parsed(text: str) -> dict[str, Any]:
    return parse_role_map(text, "the role map", is_json=is_json_text(text))


def _stored(console: Console) -> dict[str, Any] | None:
    """Return the answer with the stored map, None if there is none to read."""
    try:
        return console.function.invoke("roles.get")
    except (RefusedByFunctionError, UnreachableError) as error:
        if error.code not in _NO_MAP:
            raise
        return None
