"""Answers that AWS itself would not give, read by the standard library in bounds."""

from __future__ import annotations

import pytest

from authorizer.readers.response import BrokenResponseError, read_response

_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def _read(*pieces: bytes) -> tuple[int, bytes, bool]:
    come = iter(pieces)
    return read_response(lambda: next(come, b""))


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ((_CHUNKED + b"1\r\n{\r\n", b"1\r\n}\r\n0\r\n\r\n"), 200),
        ((b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad", b"\r\n\r\n{}"), 400),
        ((b"HTTP/1.1 500 Oops\r\nServer: a proxy\r\n\r\n{", b"}"), 500),
        ((b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",), 200),
    ],
    ids=["chunked", "an interim answer", "no length", "HTTP/1.0"],
)
def test_unusual_answers_are_read(pieces: tuple[bytes, ...], status: int) -> None:
    """A proxy may give them; the connection is closed after each."""
    assert _read(*pieces) == (status, b"{}", False)


@pytest.mark.parametrize(
    "answer",
    [
        b"\x15\x03\x01\x00\x02\x02\x28\r\n\r\n",
        _CHUNKED + b"3\r\n{",
        _CHUNKED + b"-5\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n{}" % 10**30,
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
    ids=["no HTTP", "cut", "negative chunk", "endless length", "interim alone"],
)
def test_broken_answers_are_an_outage(answer: bytes) -> None:
    """Whatever the standard library makes of them."""
    with pytest.raises(BrokenResponseError):
        _read(answer)


def test_an_answer_that_does_not_end_is_left() -> None:
    """After ten million bytes, however they come."""
    chunk = b"1000\r\n" + b" " * 4_096 + b"\r\n"
    with pytest.raises(BrokenResponseError):
        read_response(iter((_CHUNKED, *[chunk] * 3_000)).__next__)
