"""Plain HTTP requests, sent as they are: no path is normalised, no header merged."""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple
from urllib.parse import urlsplit

_SECONDS: Final = 30
_MORE_TRIES: Final = 5
_PAUSE_SECONDS: Final = 2.0


class Response(NamedTuple):
    """What an API answered; the headers' names are in lower case."""

    status: int
    headers: dict[str, str]
    body: str


def send(
    url: str, headers: Iterable[tuple[str, str]] = (), method: str = "GET"
) -> Response:
    """Send a request with a long time-out."""
    given = list(headers)
    return patiently(lambda: _once(url, given, method))


def patiently[T](call: Callable[[], T]) -> T:
    """Return a call's result; retry if no connection can be made.

    A new API's name does not resolve everywhere at once.
    """
    for _ in range(_MORE_TRIES):
        try:
            return call()
        except (socket.gaierror, ConnectionError):
            time.sleep(_PAUSE_SECONDS)
    return call()


def _once(url: str, headers: Iterable[tuple[str, str]], method: str) -> Response:
    parts = urlsplit(url)
    host = str(parts.hostname)
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=_SECONDS, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=_SECONDS)
    # What follows the host, byte by byte.
    target = url.partition("://")[2].partition("/")[2]
    try:
        connection.putrequest(method, f"/{target}", skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Response(answer.status, found, answer.read().decode(errors="replace"))
    finally:
        connection.close()
