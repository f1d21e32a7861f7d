"""The event of a WebSocket API's authorizer."""

from __future__ import annotations

import pytest

from apikeys.decision import Reason
from apikeys.errors import MisconfiguredError
from authorizer.events import read
from authorizer.events.header import single
from tests.gateway_events import key_event


def test_a_connection_presents_its_key_in_a_header() -> None:
    """In both readings, which agree."""
    event = key_event("websocket-connect", "a key")
    assert single(read(event), "x-api-key") == "a key"
    event["multiValueHeaders"]["X-API-Key"].append("a key")
    assert single(read(event), "x-api-key") is Reason.AMBIGUOUS


def test_the_query_string_is_not_read() -> None:
    """Though browsers can't set a header on a WebSocket: it ends up in logs."""
    event = key_event("websocket-connect", None)
    event["queryStringParameters"] = {"X-API-Key": "a key", "x-api-key": "a key"}
    assert single(read(event), "x-api-key") is Reason.MISSING


def test_a_refusal_is_raised() -> None:
    """API Gateway answers the handshake with 401."""
    assert read(key_event("websocket-connect", "a key")).refusal() is None


@pytest.mark.parametrize(
    "path", ["$default", "sendmessage", "$connect/", "x/$connect", "GET/$connect", "x"]
)
def test_an_arn_of_another_route_is_a_fault(path: str) -> None:
    """AWS asks at ``$connect`` and never again."""
    with pytest.raises(MisconfiguredError) as caught:
        read(key_event("websocket-connect", "a key", path))
    assert str(caught.value) == "the event's method ARN is not that of $connect"
