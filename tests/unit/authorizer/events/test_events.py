"""The five kinds of events, told apart by what AWS puts into each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from apikeys.errors import MisconfiguredError
from authorizer.events import read
from authorizer.events.http_api import HttpApiRequest, Payload2Request
from authorizer.events.rest import Request
from authorizer.events.token import TokenRequest
from authorizer.events.websocket import ConnectRequest
from tests.builders import STAGE_ARN, rest_event
from tests.gateway_events import HEADER_KINDS, KINDS, event_of, key_event

_ROOT = Path(__file__).parents[4]
_KIND = "the event is not that of an API Gateway authorizer"
_OF_KIND = {
    "rest-request": Request,
    "rest-token": TokenRequest,
    "http-api-2.0": Payload2Request,
    "http-api-1.0": HttpApiRequest,
    "websocket-connect": ConnectRequest,
}
# What is loaded for a kind besides what each one needs.
_LOADS: dict[str, set[str]] = {
    "rest-request": set(),
    "rest-token": {"token"},
    "http-api-2.0": {"http_api"},
    "http-api-1.0": {"http_api"},
    "websocket-connect": {"websocket"},
}
_READ = """
import json, sys
from authorizer import events
events.read(json.load(sys.stdin))
print(json.dumps([n for n in sys.modules if n.startswith("authorizer.events.")]))
"""


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_told_from_the_others(kind: str) -> None:
    """And its stage is read of its ARN."""
    found = read(key_event(kind, "a key"))
    assert type(found) is _OF_KIND[kind]
    assert (found.method_arn.stage_arn, found.is_token) == (
        STAGE_ARN,
        kind == "rest-token",
    )
    assert (found.refusal() is None) == (not kind.startswith("http-api"))


@pytest.mark.parametrize("kind", KINDS)
def test_each_fixture_is_an_event_of_its_kind(kind: str) -> None:
    """As it lies in ``events/``, before anything is filled in."""
    event = json.loads((_ROOT / "events" / f"{kind}.json").read_text())
    found = read(event)
    assert type(found) is _OF_KIND[kind]
    stage = "$default" if kind.startswith("http-api") else "example"
    assert (found.method_arn.api, found.method_arn.stage) == ("abcdef1234", stage)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"type": "TOKEN", "version": "2.0"}, TokenRequest),
        ({"version": "2.0", "routeArn": f"{STAGE_ARN}/GET/"}, Payload2Request),
        ({"version": "1.0"}, HttpApiRequest),
        ({"version": "1.0", "type": "anything"}, HttpApiRequest),
        (
            {
                "requestContext": {"eventType": "CONNECT"},
                "methodArn": f"{STAGE_ARN}/$connect",
            },
            ConnectRequest,
        ),
        ({"requestContext": {"eventType": "MESSAGE"}}, Request),
        ({"requestContext": None}, Request),
        ({"requestContext": "CONNECT"}, Request),
        ({"requestContext": ["eventType"]}, Request),
    ],
)
def test_what_fits_two_kinds_is_of_the_first(
    changes: dict[str, Any], expected: type[Request]
) -> None:
    """TOKEN, then an HTTP API's formats, then WebSocket, then REST."""
    assert type(read(rest_event("a key") | changes)) is expected


@pytest.mark.parametrize(
    "event",
    [
        None,
        "text",
        7,
        [rest_event()],
        {},
        rest_event() | {"type": "request"},
        rest_event() | {"type": None},
        {"methodArn": f"{STAGE_ARN}/GET/"},
    ],
)
def test_another_kind_of_event_is_a_fault(event: object) -> None:
    """Nothing that a client can bring about, so it is the operator's to fix."""
    with pytest.raises(MisconfiguredError) as caught:
        read(event)
    assert str(caught.value) == _KIND


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "arn", [None, 5, [f"{STAGE_ARN}/GET/"], "", "*", STAGE_ARN, f"{STAGE_ARN}/"]
)
def test_an_unreadable_method_arn_is_a_fault(kind: str, arn: object) -> None:
    """Without a stage there is no policy; and no other field is taken for it."""
    event = key_event(kind, "a key")
    name = "routeArn" if kind == "http-api-2.0" else "methodArn"
    for changed in (event | {name: arn}, {n: event[n] for n in event if n != name}):
        with pytest.raises(MisconfiguredError, match=r"^the event's method ARN is not"):
            read(changed)


@pytest.mark.parametrize("kind", HEADER_KINDS)
@pytest.mark.parametrize("value", [[], ["X-API-Key"], "X-API-Key: a", 5, True])
def test_headers_that_are_not_an_object_are_a_fault(kind: str, value: object) -> None:
    """In either reading, where the kind has two."""
    readings = ["headers"]
    readings += [] if kind == "http-api-2.0" else ["multiValueHeaders"]
    for reading in readings:
        with pytest.raises(MisconfiguredError, match=r"^the event's headers are not"):
            read(key_event(kind, "a key") | {reading: value})


@pytest.mark.parametrize("kind", HEADER_KINDS)
def test_headers_may_be_missing(kind: str) -> None:
    """A request without headers has none, and one without a second reading None."""
    for nothing in (None, {}):
        event = event_of(kind, {}) | {"headers": nothing, "multiValueHeaders": nothing}
        assert (read(event).headers, read(event).multi_value_headers) == ({}, None)
    event = event_of(kind, {})
    for reading in ("headers", "multiValueHeaders"):
        event.pop(reading, None)
    assert (read(event).headers, read(event).multi_value_headers) == ({}, None)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cold_start_loads_only_the_kind_at_hand(kind: str) -> None:
    """In a process of its own: each module costs every cold start."""
    done = subprocess.run(
        [sys.executable, "-c", _READ],
        input=json.dumps(key_event(kind, "a key")),
        env={"PYTHONPATH": str(_ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.rpartition(".")[2] for name in json.loads(done.stdout)}
    assert loaded == {"rest"} | _LOADS[kind]
