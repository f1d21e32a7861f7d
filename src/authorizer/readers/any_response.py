"""An HTTP/1.1 response in any form, read by the standard library.

Loaded for the first response that AWS itself would not send: chunked, after an interim
response, with folded or unusual headers, without a length.
"""

from __future__ import annotations

import io
from http.client import HTTPException, HTTPResponse

from authorizer.readers.response import MAX_DIGITS, BrokenResponseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Buffer

    from authorizer.readers.response import Receive, Response

# All but the first come from negative or excessive lengths.
_REFUSALS = (HTTPException, ValueError, OverflowError, MemoryError)


class _Incoming(io.RawIOBase):
    """The bytes already received, and those still to come."""

    def __init__(self, received: bytes, receive: Receive) -> None:
        self._received = received
        self._receive = receive
        self._total = 0

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return the file that ``http.client`` reads from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Return True: this can be read."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Fill a buffer with what is there, or wait for it; 0 at the end."""
        view = memoryview(buffer)
        found = self._received or self._receive()
        size = min(len(found), len(view))
        view[:size], self._received = found[:size], found[size:]
        self._total += size
        if self._total >= 10**MAX_DIGITS:
            raise BrokenResponseError
        return size


def read_any(received: bytes, receive: Receive) -> Response:
    """Read a response that has begun already; the connection is not used again.

    Raises:
        BrokenResponseError: what came is not a response, or is too long.
        OSError: as ``receive`` does.
    """
    incoming = _Incoming(received, receive)
    response = HTTPResponse(incoming, method="POST")  # type: ignore[arg-type]  # all that it uses
    try:
        response.begin()
        return response.status, response.read(), False
    except _REFUSALS:
        raise BrokenResponseError from None
    finally:
        response.close()
