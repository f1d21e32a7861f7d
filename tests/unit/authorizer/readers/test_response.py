"""The form of an answer that is read without http.client, and every other form."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from authorizer.readers.response import BrokenResponseError, read_response

if TYPE_CHECKING:
    from authorizer.readers.response import Response

_ANY_RESPONSE = "authorizer.readers.any_response"
_BODY = b'{"SecretString":"a value"}'
_USUAL = {
    "x-amzn-RequestId": "5f0a",
    "Content-Type": "application/x-amz-json-1.1",
    "Content-Length": str(len(_BODY)),
    "Date": "Fri, 27 Nov 2026 22:14:00 GMT",
}


def _answer(first: str = "HTTP/1.1 200 OK", **fields: str | None) -> bytes:
    """Return an answer with some fields changed, or left out where they are None."""
    found = _USUAL | {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [first, *(f"{n}: {v}" for n, v in found.items() if v is not None)]
    return "\r\n".join((*lines, "", "")).encode("latin-1") + _BODY


def _read(*pieces: bytes) -> Response:
    come = iter(pieces)
    return read_response(lambda: next(come, b""))


@pytest.fixture
def _without_http_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whatever would be left to http.client fail."""
    monkeypatch.setitem(sys.modules, _ANY_RESPONSE, None)


_without = pytest.mark.usefixtures("_without_http_client")


@_without
@pytest.mark.parametrize(
    ("answer", "status", "stays_open"),
    [
        (_answer(), 200, True),
        (_answer("HTTP/1.1 400 Bad Request"), 400, True),
        (_answer("HTTP/1.1 503 "), 503, True),
        (_answer("HTTP/1.1 599"), 599, True),
        (_answer(Connection="keep-alive"), 200, True),
        (_answer(Connection="close"), 200, False),
        (_answer(Content_Length=f" {len(_BODY):07} "), 200, True),
    ],
)
def test_an_answer_of_aws_is_read_without_http_client(
    answer: bytes, status: int, *, stays_open: bool
) -> None:
    """Status, body, and whether more may be asked on the connection."""
    assert _read(answer) == (status, _BODY, stays_open)


@_without
def test_an_answer_may_come_in_pieces() -> None:
    """However the network cuts it."""
    whole = _answer()
    for cut in range(1, len(whole)):
        assert _read(whole[:cut], whole[cut:]) == (200, _BODY, True)
    assert _read(*(bytes([byte]) for byte in whole)) == (200, _BODY, True)


@pytest.mark.parametrize(
    "answer",
    [
        _answer("HTTP/1.0 200 OK"),
        _answer("HTTP/1.1 299 OK"),
        _answer("HTTP/1.1  200 OK"),
        _answer("HTTP/1.1 200\tOK"),
        _answer("HTTP/1.1 200 \xfc"),
        _answer(Connection="Keep-Alive"),
        _answer(Connection="upgrade"),
        _answer(X="a\tb"),
        _answer(X="a\xa0b"),
        _answer(X="a\r\n folded"),
        _answer(x_y="no name of a header of AWS").replace(b"x-y", b"x_y"),
        _answer(Content_Length="+26"),
        _answer(Transfer_Encoding="identity"),
        _answer(**{f"x{number}": "1" for number in range(61)}),
        _answer().replace(b"\r\nDate", b"\r\nContent-Length: 26\r\nDate"),
    ],
)
def test_another_form_is_left_to_http_client(answer: bytes) -> None:
    """With the bytes read already; the connection is closed after it."""
    assert _read(answer[:90], answer[90:]) == (
        299 if b" 299 " in answer else 200,
        _BODY,
        False,
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(sys.modules, _ANY_RESPONSE, None)
        with pytest.raises(ImportError):
            _read(answer)


def test_the_form_that_is_read_has_64_header_lines_at_most() -> None:
    """One more is left to http.client, which takes 99."""
    many = {f"x{number}": "1" for number in range(60)}
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(sys.modules, _ANY_RESPONSE, None)
        assert _read(_answer(**many))[0] == 200


@_without
@pytest.mark.parametrize(
    "pieces",
    [
        (_answer()[:-1],),
        (_answer()[:40],),
        (_answer() + b"x",),
        (_answer() * 2,),
        (b"HTTP/1.1 200 OK\r\n" + b"x" * 40_000, b"\r\n\r\n"),
    ],
    ids=["body cut", "head cut", "a byte more", "two", "endless head"],
)
def test_what_is_not_exactly_one_answer_is_broken(pieces: tuple[bytes, ...]) -> None:
    """Cut off, followed by anything, or with a head that does not end."""
    with pytest.raises(BrokenResponseError):
        _read(*pieces)


def test_a_connection_closed_before_the_answer_is_told_from_a_broken_answer() -> None:
    """The peer may close what was kept open; that is not an outage."""
    with pytest.raises(ConnectionResetError):
        _read()
