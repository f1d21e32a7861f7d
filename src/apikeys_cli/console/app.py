"""The console as an application: which page answers which address."""

from __future__ import annotations

from functools import partial
from importlib.resources import files
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import click
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from apikeys_cli.console import (
    health_page,
    list_page,
    make_pages,
    record_pages,
    role_pages,
)
from apikeys_cli.console.forms import text_of
from apikeys_cli.console.guards import ENTRY, WELCOME, Guards
from apikeys_cli.console.session import COOKIE
from apikeys_cli.errors import RefusedByFunctionError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.datastructures import FormData
    from starlette.requests import Request

    from apikeys_cli.console.context import Console

    type Page = Callable[[Console, Request], Response]
    type Action = Callable[[Console, Request, FormData], Response]

_FORBIDDEN = 403
_NOT_FOUND = 404
_OLD = 409
_SEE_OTHER = 303
_FAILED = 502
_REFUSED = 400

# A browser counts a redirect as part of the previous request, which a file began: a
# strict cookie is sent only with the request that this page makes.
_WELCOME = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>API keys</title>'
    '<meta http-equiv="refresh" content="0; url=./"><p><a href="./">API keys</a>'
)

_MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

_PAGES: tuple[tuple[str, Page], ...] = (
    ("/", lambda console, _request: console.goto("/keys")),
    ("/keys", list_page.keys),
    ("/new", make_pages.new_key),
    ("/issued/{view}", make_pages.issued),
    ("/key/{keyId}", record_pages.show),
    ("/login/{login}", record_pages.show),
    ("/key/{keyId}/edit", record_pages.edit),
    ("/login/{login}/edit", record_pages.edit),
    ("/roles", role_pages.roles),
    ("/roles/edit", role_pages.edit_roles),
    ("/health", health_page.health),
    ("/health/usage/{query}", health_page.usage),
)
_ACTIONS: tuple[tuple[str, Action], ...] = (
    ("/new", make_pages.make),
    ("/rotate", make_pages.rotate),
    ("/selected", list_page.confirm_selected),
    ("/selected/change", list_page.change_selected),
    ("/key/{keyId}/edit", record_pages.save),
    ("/login/{login}/edit", record_pages.save),
    *((f"/key/{{keyId}}/{verb}", record_pages.change) for verb in record_pages.DONE),
    *((f"/login/{{login}}/{verb}", record_pages.change) for verb in record_pages.DONE),
    ("/roles/check", role_pages.check_roles),
    ("/roles/store", role_pages.store_roles),
    ("/health/usage", health_page.ask_usage),
)


def application(console: Console, host: str) -> Guards:
    """Return the console's pages behind its guards.

    Args:
        console: what they show.
        host: what browsers call the server: its address and port.
    """
    routes = [
        Route(ENTRY, partial(_enter, console)),
        Route(WELCOME, lambda _request: HTMLResponse(_WELCOME)),
        Route("/static/{name}", _static),
        *(Route(path, _shown(console, page)) for path, page in _PAGES),
        *(
            Route(path, _posted(console, action), methods=["POST"])
            for path, action in _ACTIONS
        ),
    ]
    handlers = {
        HTTPException: partial(_failed, console),
        click.ClickException: partial(_failed, console),
    }
    mounted = [Mount(console.session.path, routes=routes)]
    app = Starlette(routes=mounted, exception_handlers=handlers)
    return Guards(app, console.session, host)


def _enter(console: Console, request: Request) -> Response:
    """Trade the entry token for the cookie; the token leaves the address bar."""
    session = console.session
    cookie = session.enter(request.query_params.get("token", ""))
    if cookie is None:
        text = "This address was used before, or is old. Start apikeys console again.\n"
        return Response(text, _FORBIDDEN, media_type="text/plain")
    answer = RedirectResponse(f"{session.path}{WELCOME}", _SEE_OTHER)
    answer.set_cookie(
        COOKIE, cookie, path=f"{session.path}/", httponly=True, samesite="strict"
    )
    return answer


def _static(request: Request) -> Response:
    name = PurePosixPath(request.path_params["name"])
    file = files("apikeys_cli.console") / "static" / name.name
    if name.suffix not in _MEDIA or not file.is_file():
        raise HTTPException(_NOT_FOUND)
    return Response(file.read_bytes(), media_type=_MEDIA[name.suffix])


def _shown(console: Console, page: Page) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint for a page, which calls the function in a thread."""

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(page, console, request)

    return endpoint


def _posted(
    console: Console, action: Action
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint for a form, which must be one of this console's."""

    async def endpoint(request: Request) -> Response:
        form = await request.form()
        if not console.session.has_token(text_of(form, "csrf")):
            return Response("Not a form of this console.\n", _FORBIDDEN)
        if not console.forms.knows(text_of(form, "form")):
            title, text = "This form is too old", "Open it again; nothing was done."
            return console.page("message.html", _OLD, title=title, text=text)
        return await run_in_threadpool(action, console, request, form)

    return endpoint


async def _failed(console: Console, _request: Request, error: Exception) -> Response:
    """Answer with what no page could show: a refusal, or an unreachable function."""
    if isinstance(error, HTTPException):
        title, text, status = "There is no such page", "", error.status_code
    elif isinstance(error, RefusedByFunctionError):
        title, text, status = "Refused", error.message, _REFUSED
    else:
        assert isinstance(error, click.ClickException)  # noqa: S101 - as registered
        title, text, status = "That did not work", error.message, _FAILED
    return console.page("message.html", status, title=title, text=text)
