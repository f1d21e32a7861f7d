"""The console's server: on this machine only, until it is stopped."""

from __future__ import annotations

import html
import os
import socket
import tempfile
import webbrowser
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import uvicorn

from apikeys_cli.console.app import application
from apikeys_cli.console.guards import ENTRY
from apikeys_cli.terminal.console import say
from apikeys_cli.terminal.private_file import open_private

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apikeys_cli.console.context import Console

_ADDRESS = "127.0.0.1"
_LAST_REQUESTS_SECONDS = 2


def serve(console: Console, port: int, *, opens: bool) -> None:
    """Serve a console until Ctrl-C.

    Args:
        console: what is served.
        port: of this machine; 0 for a free one.
        opens: whether a browser is opened; else the address is printed.

    Raises:
        UsageError: the port is taken.
    """
    # Asked before a page needs it, so that errors are reported here.
    name = console.invocation.connection.function_name
    with _listening(port) as listener:
        host = f"{_ADDRESS}:{listener.getsockname()[1]}"
        entry = (
            f"http://{host}{console.session.path}{ENTRY}?token={console.session.entry}"
        )
        say(f"The console of {name} runs until Ctrl-C, for one browser.")
        config = uvicorn.Config(
            application(console, host),
            access_log=False,
            lifespan="off",
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=_LAST_REQUESTS_SECONDS,
        )
        with _offered(entry, opens=opens):
            try:
                uvicorn.Server(config).run(sockets=[listener])
            except KeyboardInterrupt:
                say("Stopped.")


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_ADDRESS, port))
            # A browser that is faster than the server waits for it.
            listener.listen()
        except OSError as error:
            message = f"--port: {port} can't be used: {error.strerror}"
            raise click.UsageError(message) from error
        yield listener


@contextmanager
def _offered(entry: str, *, opens: bool) -> Iterator[None]:
    """Open a browser at the entry address, or print it.

    The browser is started with a private file's name: in its arguments every user of
    this machine would see the token.
    """
    if not opens:
        say(f"Open within a minute, once: {entry}")
        yield
        return
    with tempfile.TemporaryDirectory(prefix="apikeys-console-") as folder:
        file = Path(folder) / "open.html"
        descriptor = open_private(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        with os.fdopen(descriptor, "w", encoding="utf-8") as page:
            page.write(
                '<!doctype html><meta charset="utf-8"><title>API keys</title>'
                '<meta name="referrer" content="no-referrer">'
                f'<meta http-equiv="refresh" content="0; url={html.escape(entry)}">'
            )
        if not webbrowser.open(file.as_uri()):
            say(f"No browser was found. Open within a minute, once: {entry}")
        yield
