"""A connection to an endpoint on which nothing waits beyond a deadline."""

from __future__ import annotations

import socket
import ssl
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from authorizer.readers.endpoint import Endpoint
    from authorizer.readers.tls import Trust

CONNECT_SECONDS = 1.0
# The most that one TLS record may hold.
_MAX_RECEIVED = 16_384


def connect(endpoint: Endpoint, trust: Trust, deadline: float) -> socket.socket:
    """Return a new connection, with TLS if the endpoint uses it.

    Raises:
        OSError: none of its addresses answered in time, or TLS failed.
    """
    # As bytes: for a str Python would import the IDNA codec and its tables.
    host = endpoint.host.encode("ascii")
    raw = _opened(host, endpoint.port, deadline)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not endpoint.is_tls:
        return raw
    try:
        return trust.context().wrap_socket(raw, server_hostname=host)
    except ssl.SSLCertVerificationError:
        raw.close()
        if not trust.widen():
            raise
        return connect(endpoint, trust, deadline)
    except BaseException:
        raw.close()
        raise


def receive(connection: socket.socket, until: float) -> bytes:
    """Return what has come, waiting for it until a time on the monotonic clock.

    A socket's own time-out restarts with every byte received.

    Returns:
        At least one byte, or nothing when the connection was closed.

    Raises:
        OSError: the time is up, or the connection broke.
    """
    connection.settimeout(left(until))
    return connection.recv(_MAX_RECEIVED)


def left(until: float) -> float:
    """Return the seconds until a time on the monotonic clock.

    Raises:
        TimeoutError: there are none.
    """
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _opened(host: bytes, port: int, deadline: float) -> socket.socket:
    """Connect to the first address of a host that answers."""
    failure = OSError()
    for *kind, _, address in socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM):
        raw = socket.socket(*kind)
        try:
            raw.settimeout(min(CONNECT_SECONDS, left(deadline)))
            raw.connect(address)
        except OSError as error:
            raw.close()
            failure = error
        else:
            return raw
    raise failure
