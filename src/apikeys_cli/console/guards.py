"""What every request to the console has to pass before a page sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from apikeys_cli.console.session import COOKIE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from apikeys_cli.console.session import Session

ENTRY = "/enter"
WELCOME = "/welcome"

# Here a browser comes from a file or a terminal, without a cookie yet.
_OPEN_PATHS = (ENTRY, WELCOME)
_METHODS = ("GET", "HEAD", "POST")
_OWN = ("none", "same-origin")

_FORBIDDEN = 403
_MISDIRECTED = 421
_NOT_ALLOWED = 405

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; "
    "script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # With no-referrer Chromium sends Origin: null on posted forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Guards:
    """Refuse every request that is not from this console's own browser.

    A page of another site can send requests to this machine, by a name of its own that
    it points here (DNS rebinding) or across origins; another user of this machine can
    send any request at all.
    """

    def __init__(self, app: ASGIApp, session: Session, host: str) -> None:
        """Guard an application.

        Args:
            app: the pages.
            session: whose browser may pass.
            host: what browsers must call this server: address and port.
        """
        self._app = app
        self._session = session
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or pass it on; every answer has the same headers."""
        if scope["type"] != "http":
            # There is nothing to start or stop, and no WebSocket.
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        request = Request(scope)
        refusal = self._refusal(request)
        if refusal is not None:
            await refusal(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)

    def _refusal(self, request: Request) -> PlainTextResponse | None:
        """Return why a request does not pass, None if it does."""
        if request.headers.getlist("host") != [self._host]:
            return _refused(_MISDIRECTED, "This is another server.")
        if request.method not in _METHODS:
            return _refused(_NOT_ALLOWED, "GET or POST.")
        path = request.url.path.removeprefix(self._session.path)
        if request.method != "POST" and path in _OPEN_PATHS:
            return None
        if not self._is_own(request):
            return _refused(_FORBIDDEN, "From another site.")
        if not self._session.admits(request.cookies.get(COOKIE, "")):
            return _refused(_FORBIDDEN, self._closed())
        self._session.use()
        return None

    def _is_own(self, request: Request) -> bool:
        """Return whether one of our own pages, or a person, made a request."""
        if request.headers.get("sec-fetch-site") not in _OWN:
            return False
        origin = request.headers.get("origin")
        return request.method != "POST" or origin == f"http://{self._host}"

    def _closed(self) -> str:
        if self._session.is_locked():
            return (
                "Locked: nobody used this console for half an hour. Stop it with "
                "Ctrl-C and start it again."
            )
        return (
            "This browser has no session, or its address was used before. Start "
            "apikeys console again."
        )


def _refused(status: int, text: str) -> PlainTextResponse:
    return PlainTextResponse(f"{text}\n", status)
