"""An answer of HTTP/1.1 in whatever form, read by the standard library.

Loaded by the first answer that AWS itself would not give: chunked, with an interim
answer before it, with folded or unusual headers, without a length.
"""

from __future__ import annotations

import io
from http.client import HTTPException, HTTPResponse

from authorizer.readers.response import MAX_DIGITS, BrokenResponseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Buffer

    from authorizer.readers.response import Receive, Response

# All but the first come from lengths that are negative or out of reach.
_REFUSALS = (HTTPException, ValueError, OverflowError, MemoryError)


class _Incoming(io.RawIOBase):
    """The bytes that were received already, and those that are still to come."""

    def __init__(self, received: bytes, receive: Receive) -> None:
        self._received = received
        self._receive = receive
        self._total = 0

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return the file that ``http.client`` reads an answer from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Return that this can be read."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Hand over what is there, or wait for it; 0 at the end."""
        view = memoryview(buffer)
        found = self._received or self._receive()
        size = min(len(found), len(view))
        view[:size], self._received = found[:size], found[size:]
        self._total += size
        if self._total >= 10**MAX_DIGITS:
            raise BrokenResponseError
        return size


def read_any(received: bytes, receive: Receive) -> Response:
    """Read an answer that has begun already; the connection is not used again.

    Raises:
        BrokenResponseError: what came is no answer, or more than may be.
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
