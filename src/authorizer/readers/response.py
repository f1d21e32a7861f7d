"""An HTTP/1.1 response in the one form that AWS sends (docs/adr/0015).

Strict, so that it can be short: a status line, plain header lines, a body of a stated
length and nothing after it. Every other form is left to ``http.client``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    # Returns at least one byte, or nothing when the connection was closed.
    type Receive = Callable[[], bytes]
    # Status, body, and whether the connection stays open.
    type Response = tuple[int, bytes, bool]

MAX_DIGITS = 7
_MAX_HEAD = 32_768
_MAX_LINES = 64
_END = b"\r\n\r\n"
# Those with a body: not 204, 304 or an interim response.
_STATUSES = frozenset(("200", *map(str, range(400, 600))))


class BrokenResponseError(Exception):
    """What came is not a response, not a whole one, or more than one."""


def read_response(receive: Receive) -> Response:
    """Read the response to a POST request.

    Raises:
        ConnectionResetError: the connection was closed before a response began.
        BrokenResponseError: what came is not exactly one response.
        OSError: as ``receive`` does.
    """
    received = bytearray()
    while (end := received.find(_END)) < 0:
        more = receive()
        if not (more or received):
            raise ConnectionResetError
        if not more or len(received) > _MAX_HEAD:
            raise BrokenResponseError
        received += more
    head = parse_head(received[:end].decode("latin-1").split("\r\n"))
    if head is None:
        from authorizer.readers.any_response import read_any  # noqa: PLC0415 - slow, rare

        return read_any(bytes(received), receive)
    status, length, stays_open = head
    body = received[end + len(_END) :]
    while len(body) < length and (more := receive()):
        body += more
    if len(body) != length:
        raise BrokenResponseError
    return status, bytes(body), stays_open


def parse_head(lines: list[str]) -> tuple[int, int, bool] | None:
    """Return status, length and whether the connection stays; None: another form."""
    text, first, parts = "".join(lines), lines[0], [s.partition(":") for s in lines[1:]]
    fields = {name.lower(): value.strip(" ") for name, _, value in parts}
    length, after = fields.get("content-length", ""), fields.get("connection")
    if (
        (text.isascii() and text.isprintable())
        and (first[:9] == "HTTP/1.1 " and first[9:12] in _STATUSES)
        and first[12:13] in ("", " ")
        # No line is folded, as that would begin with a space; no name comes twice.
        and all(colon and name.replace("-", "").isalnum() for name, colon, _ in parts)
        and len(fields) == len(parts) <= _MAX_LINES
        and (length.isdigit() and len(length) <= MAX_DIGITS)
        and (
            "transfer-encoding" not in fields and after in (None, "keep-alive", "close")
        )
    ):
        return int(first[9:12]), int(length), after != "close"
    return None
