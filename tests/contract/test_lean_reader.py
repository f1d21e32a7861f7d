"""What the lean reader promises beyond the contract: its deadline and connection."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from apikeys.errors import StoreUnavailableError
from authorizer.endpoint import Endpoint
from authorizer.secrets_manager import SecretsManager
from authorizer.sigv4 import Credentials, Signer
from authorizer.tls import Trust
from tests.contract.scripted_server import (
    answering,
    closing_after,
    erring,
    hanging_up,
    silent,
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
    reader._close()


def _read(reader: SecretsManager, seconds: float = 3) -> tuple[object, float]:
    """Return the value or the error's text, and how long it took."""
    started = time.monotonic()
    try:
        found: object = reader.read("a-name", started + seconds)
    except StoreUnavailableError as error:
        found = str(error)
    return found, time.monotonic() - started


@pytest.mark.parametrize("seconds", [0.1, 0.3])
def test_a_silent_service_is_left_at_the_deadline(
    server: ScriptedServer, lean: SecretsManager, seconds: float
) -> None:
    """Both tries together end there, give or take the pause between them."""
    server.script = [silent()]
    found, took = _read(lean, seconds)
    assert found == "no answer from Secrets Manager: TimeoutError"
    # Far from what the two time-outs would be; the machine may be busy.
    assert seconds <= took < seconds + 1
    assert len(server.requests) == 1


def test_a_try_is_left_after_its_own_time_out(
    server: ScriptedServer, lean: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that one silence leaves time for a second try."""
    monkeypatch.setattr("authorizer.secrets_manager.READ_SECONDS", 0.1)
    server.script = [silent(), answering()]
    found, took = _read(lean)
    assert (found, len(server.requests)) == ("a value", 2)
    assert took < 1.5


def test_a_time_out_on_a_kept_connection_is_not_sent_again_at_once(
    server: ScriptedServer, lean: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow service gets two requests, not four."""
    monkeypatch.setattr("authorizer.secrets_manager.READ_SECONDS", 0.1)
    _read(lean)
    server.script = [silent()]
    _read(lean)
    assert len(server.requests) == 1 + 2


@pytest.mark.parametrize(
    "step", [truncated(), erring(500, "InternalServiceError"), answering(200, b"[]")]
)
def test_a_bad_answer_on_a_kept_connection_is_tried_again_once(
    server: ScriptedServer, lean: SecretsManager, step: Step
) -> None:
    """Only a connection found closed is opened again without counting as a try."""
    _read(lean)
    server.script = [step]
    found, _ = _read(lean)
    assert isinstance(found, str)
    assert len(server.requests) == 1 + 2


def test_two_closed_connections_and_an_outage_are_four_requests_at_most(
    server: ScriptedServer, lean: SecretsManager
) -> None:
    """The bound on what one read may send."""
    server.script = [closing_after(answering())]
    _read(lean)
    server.script = [hanging_up()]
    found, _ = _read(lean)
    assert found == "no answer from Secrets Manager: RemoteDisconnected"
    assert len(server.requests) <= 4


def test_each_try_is_signed_anew(server: ScriptedServer, lean: SecretsManager) -> None:
    """With the token, over the host that is asked."""
    server.script = [erring(500, "InternalServiceError"), answering()]
    assert _read(lean)[0] == "a value"
    for headers, _ in server.requests:
        assert headers["x-amz-security-token"] == "token"
        assert headers["host"] == server.url.removeprefix("http://")
        assert "SignedHeaders=content-type;host;x-amz-date" in headers["authorization"]


def test_an_answer_that_asks_to_close_is_followed(
    server: ScriptedServer, lean: SecretsManager
) -> None:
    """The next read opens a connection and counts nothing as trouble."""
    server.script = [closing_after(answering(headers=("connection: close",)))]
    assert [_read(lean)[0] for _ in range(3)] == ["a value"] * 3
    assert (len(server.requests), server.connections) == (3, 3)
