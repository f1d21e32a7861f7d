"""A Secrets Manager on the loopback interface that misbehaves as it is told."""

from __future__ import annotations

import contextlib
import io
import json
import socketserver
import threading
from http.client import parse_headers
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message
    from io import BufferedIOBase

    # Writes an answer, or none, and tells whether the connection stays open.
    type Step = Callable[[BufferedIOBase, threading.Event], bool]

_BODY = b'{"Name":"n","SecretString":"a value"}'


def answering(
    status: int = 200, body: object = _BODY, *, headers: tuple[str, ...] = ()
) -> Step:
    """Return a step that answers as AWS does; a body that is not bytes goes as JSON."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return _writing(_head(status, len(sent), *headers) + sent, keeps_open=True)


def erring(status: int, code: str) -> Step:
    """Return a step that answers with an error's name."""
    return answering(status, {"__type": code, "Message": "canary"})


def truncated() -> Step:
    """Return a step that promises more than it sends, and hangs up."""
    return _writing(_head(200, len(_BODY)) + _BODY[:-10], keeps_open=False)


def garbled() -> Step:
    """Return a step that answers with something that is not HTTP."""
    return _writing(b"\x15\x03\x01\x00\x02\x02\x28\r\n\r\n", keeps_open=False)


def closing_after(step: Step) -> Step:
    """Return a step that hangs up after its answer without having said so."""

    def closed(stream: BufferedIOBase, stopped: threading.Event) -> bool:
        step(stream, stopped)
        return False

    return closed


def hanging_up() -> Step:
    """Return a step that closes the connection instead of answering."""
    return _writing(b"", keeps_open=False)


def silent() -> Step:
    """Return a step that answers nothing until the server stops."""

    def wait(_stream: BufferedIOBase, stopped: threading.Event) -> bool:
        stopped.wait(10)
        return False

    return wait


def dripping_head() -> Step:
    """Return a step whose answer's head goes on, byte by byte, for as long as asked."""
    return _dripping(_head(200, len(_BODY))[:-4])


def dripping_body() -> Step:
    """Return a step whose answer's body does."""
    return _dripping(_head(200, 1_000_000))


def in_two_parts(step: Step) -> Step:
    """Return a step that answers in two parts, so that they come one by one."""

    def split(stream: BufferedIOBase, stopped: threading.Event) -> bool:
        kept = io.BytesIO()
        stays = step(kept, stopped)
        for part in (kept.getvalue()[:60], kept.getvalue()[60:]):
            stream.write(part)
            stream.flush()
            stopped.wait(0.02)
        return stays

    return split


class ScriptedServer:
    """Answers each request with the next step, the last one again and again."""

    def __init__(self) -> None:
        self.script: list[Step] = [answering()]
        self.requests: list[tuple[Message, dict[str, Any]]] = []
        self.connections = 0
        self._stopped = threading.Event()
        scripted = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                scripted.connections += 1
                with contextlib.suppress(ConnectionError):  # the reader hung up
                    while self.rfile.readline(65_537) and self._answers():
                        pass

            def _answers(self) -> bool:
                headers = parse_headers(self.rfile)
                body = self.rfile.read(int(headers["content-length"]))
                scripted.requests.append((headers, json.loads(body)))
                return scripted.next_step()(self.wfile, scripted._stopped)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )

    def next_step(self) -> Step:
        """Return what to do with the request that has come."""
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Start to serve."""
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop, and release whoever waits for an answer."""
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _writing(text: bytes, *, keeps_open: bool) -> Step:
    def write(stream: BufferedIOBase, _stopped: threading.Event) -> bool:
        stream.write(text)
        stream.flush()
        return keeps_open

    return write


def _dripping(begun: bytes) -> Step:
    def drip(stream: BufferedIOBase, stopped: threading.Event) -> bool:
        stream.write(begun)
        while not stopped.wait(0.005):
            stream.write(b"x")
            stream.flush()
        return False

    return drip


def _head(status: int, length: int, *headers: str) -> bytes:
    lines = [
        f"HTTP/1.1 {status} Scripted",
        "content-type: application/x-amz-json-1.1",
        f"content-length: {length}",
        *headers,
        "",
        "",
    ]
    return "\r\n".join(lines).encode()
