"""The event of a REST API's TOKEN authorizer."""

from __future__ import annotations

import pytest

from apikeys.decision import Reason
from authorizer.events import read
from authorizer.events.header import single
from tests.gateway_events import key_event


@pytest.mark.parametrize("value", ["a key", "Basic x", " é\n", None, 5, ["a key"]])
def test_the_value_stands_for_either_header(value: object) -> None:
    """As it came: which header it was, the event does not say."""
    found = read(key_event("rest-token", None) | {"authorizationToken": value})
    expected = {"x-api-key": value, "authorization": value}
    assert (found.headers, found.multi_value_headers) == (expected, None)


def test_without_a_value_the_credential_is_missing() -> None:
    """Empty or absent."""
    event = key_event("rest-token", None)
    assert single(read(event), "x-api-key") is Reason.MISSING
    del event["authorizationToken"]
    assert single(read(event), "authorization") is Reason.MISSING


def test_no_header_of_the_event_is_read() -> None:
    """AWS sends none; one that came could hold another credential."""
    event = key_event("rest-token", "a key")
    event |= {"headers": {"X-API-Key": "b"}, "multiValueHeaders": {"X-API-Key": ["b"]}}
    assert single(read(event), "x-api-key") == "a key"
