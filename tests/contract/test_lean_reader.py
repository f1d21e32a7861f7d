"""What the lean reader promises beyond the contract: its deadline and connection."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.errors import StoreUnavailableError
from authorizer.readers import connection, service
from authorizer.readers.endpoint import Endpoint
from authorizer.readers.secrets_manager import SecretsManager
from authorizer.readers.sigv4 import Credentials, Signer
from authorizer.readers.tls import Trust
from tests.contract.scripted_server import (
    answering,
    closing_after,
    dripping_body,
    dripping_head,
    erring,
    hanging_up,
    in_two_parts,
    truncated,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.scripted_server import ScriptedServer, Step


@pytest.fixture
def lean(server: ScriptedServer) -> Iterator[SecretsManager]:
    """Return the reader of a scripted service."""
    signer = Signer(Credentials("test", "test", "token"), "secretsmanager", "r")
    reader = SecretsManager(Endpoint(server.url), signer, Trust(None, widens=False))
    yield reader
    reader._service._close()


def _read(reader: SecretsManager, seconds: float = 3) -> object:
    """Return the value, or the error's text."""
    try:
        return reader.read("a-name", time.monotonic() + seconds)
    except StoreUnavailableError as error:
        return str(error)


class _Clock:
    """Stands for the monotonic clock; time passes as a test says, and no other.

    Each receive of the reader takes ``receiving`` seconds; those in ``silences`` get no
    answer and run into the time-out that was asked for.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.receiving = 0.0
        self.silences = 0
        self.asked: list[float] = []
        self.connections = 0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(time, "sleep", self._pass)
        connect = service.connect

        def connected(*where: Any) -> Any:
            self.connections += 1
            return _Timed(connect(*where), self)

        monkeypatch.setattr(service, "connect", connected)

    def _pass(self, seconds: float) -> None:
        self.now += seconds

    def receive(self, connection: socket.socket, size: int) -> bytes:
        """Receive from a service, which has ten real seconds for it."""
        if self.silences:
            self.silences -= 1
            self._pass(self.asked[-1])
            raise TimeoutError
        self._pass(self.receiving)
        connection.settimeout(10)
        return connection.recv(size)


class _Timed:
    """A connection whose time-outs are noted and not kept."""

    def __init__(self, connection: socket.socket, clock: _Clock) -> None:
        self._connection = connection
        self._clock = clock
        self.sendall, self.close = connection.sendall, connection.close

    def settimeout(self, seconds: float) -> None:
        self._clock.asked.append(round(seconds, 6))

    def recv(self, size: int) -> bytes:
        return self._clock.receive(self._connection, size)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    """Return the clock that the reader sees."""
    return _Clock(monkeypatch)


_TIMED_OUT = "no answer from Secrets Manager: TimeoutError"


@pytest.mark.parametrize(
    ("seconds", "asked", "ended"),
    [
        (0.3, [0.3, 0.3], 0.35),
        (1.5, [1.5, 1.5], 1.55),
        (2, [1.5, 1.5, 0.45, 0.45], 2),
        (3, [1.5, 1.5, 1.45, 1.45], 3),
        (9, [1.5, 1.5, 1.5, 1.5], 3.05),
    ],
)
def test_a_silent_service_is_left_at_the_deadline(
    lean: SecretsManager,
    clock: _Clock,
    seconds: float,
    asked: list[float],
    ended: float,
) -> None:
    """To send and to receive each try has 1.5 s, and less where less is left."""
    clock.silences = 2
    assert _read(lean, seconds) == _TIMED_OUT
    assert clock.asked == asked
    assert clock.now == pytest.approx(ended)


def test_a_try_is_left_after_its_own_time_out(
    lean: SecretsManager, clock: _Clock
) -> None:
    """So that one silence leaves time for a second try."""
    clock.silences = 1
    assert _read(lean) == "a value"
    assert clock.now == pytest.approx(1.55)


def test_a_time_out_on_a_kept_connection_is_not_sent_again_at_once(
    lean: SecretsManager, clock: _Clock
) -> None:
    """A slow service gets two requests, not four."""
    _read(lean)
    clock.silences, clock.asked = 9, []
    assert _read(lean, 9) == _TIMED_OUT
    assert clock.asked == [1.5] * 2 * 2
    assert clock.connections == 2


@pytest.mark.parametrize("step", [dripping_head(), dripping_body()])
def test_a_slow_drip_of_bytes_ends_with_the_try(
    server: ScriptedServer, lean: SecretsManager, clock: _Clock, step: Step
) -> None:
    """Every byte would restart a socket's own time-out: the rest is set each time."""
    server.script = [step]
    clock.receiving = 0.4
    assert _read(lean) == _TIMED_OUT
    one = [1.5, 1.5, 1.1, 0.7, 0.3]
    # 1.6 s and the pause later 1.35 s are left.
    assert clock.asked == [*one, 1.35, 1.35, 0.95, 0.55, 0.15]
    assert clock.now == pytest.approx(3.25)


def test_a_slow_answer_that_ends_in_time_is_an_answer(
    server: ScriptedServer, lean: SecretsManager, clock: _Clock
) -> None:
    """A slow trickle is not a fault in itself."""
    server.script = [in_two_parts(answering())]
    clock.receiving = 0.4
    assert _read(lean) == "a value"


def test_no_try_begins_after_the_deadline(
    server: ScriptedServer, lean: SecretsManager, clock: _Clock
) -> None:
    """Nothing is sent, on no connection, however it was kept."""
    assert _read(lean, 0) == _TIMED_OUT
    assert (server.connections, clock.asked) == (0, [])
    assert _read(lean) == "a value"
    clock.asked = []
    assert _read(lean, 0) == _TIMED_OUT
    assert (len(server.requests), clock.asked) == (1, [])


def test_each_address_of_a_host_has_the_time_that_is_left(
    server: ScriptedServer, clock: _Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many silent ones hold nobody beyond the deadline; one that answers is found."""
    endpoint = Endpoint(server.url)
    there = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", endpoint.port))
    nowhere = (*there[:4], ("127.0.0.1", 1))
    asked: list[float] = []

    class Noted(socket.socket):
        def settimeout(self, value: float | None) -> None:
            asked.append(round(value or 0, 6))
            super().settimeout(10)

        def connect(self, address: Any) -> None:
            clock.now += 0.7 * (address != there[4])
            super().connect(address)

    found = [nowhere, nowhere, there]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)
    monkeypatch.setattr(connection.socket, "socket", Noted)
    connection.connect(endpoint, Trust(None, widens=False), 2.0).close()
    assert asked == [1, 1, 0.6]
    found[:] = [nowhere] * 9
    asked.clear()
    with pytest.raises(TimeoutError):
        connection.connect(endpoint, Trust(None, widens=False), clock.now + 2)
    assert asked == [1, 1, 0.6]


@pytest.mark.parametrize(
    "step", [truncated(), erring(500, "InternalServiceError"), answering(200, b"[]")]
)
def test_a_bad_answer_on_a_kept_connection_is_tried_again_once(
    server: ScriptedServer, lean: SecretsManager, step: Step
) -> None:
    """Only a connection found closed is opened again without counting as a try."""
    _read(lean)
    server.script = [step]
    found = _read(lean)
    assert isinstance(found, str)
    assert len(server.requests) == 1 + 2


def test_two_closed_connections_and_an_outage_are_four_requests_at_most(
    server: ScriptedServer, lean: SecretsManager
) -> None:
    """The bound on what one read may send."""
    server.script = [closing_after(answering())]
    _read(lean)
    server.script = [hanging_up()]
    found = _read(lean)
    assert found == "no answer from Secrets Manager: ConnectionResetError"
    assert len(server.requests) <= 4


def test_each_attempt_is_signed_again(
    server: ScriptedServer, lean: SecretsManager
) -> None:
    """With the token, over the host that is asked."""
    server.script = [erring(500, "InternalServiceError"), answering()]
    assert _read(lean) == "a value"
    for headers, _ in server.requests:
        assert headers["x-amz-security-token"] == "token"
        assert headers["host"] == server.url.removeprefix("http://")
        assert "SignedHeaders=content-type;host;x-amz-date" in headers["authorization"]


def test_an_answer_that_asks_to_close_is_followed(
    server: ScriptedServer, lean: SecretsManager
) -> None:
    """The next read opens a connection and counts nothing as trouble."""
    server.script = [closing_after(answering(headers=("connection: close",)))]
    assert [_read(lean) for _ in range(3)] == ["a value"] * 3
    assert (len(server.requests), server.connections) == (3, 3)
