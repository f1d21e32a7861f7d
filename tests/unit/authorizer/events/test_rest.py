"""The event of API Gateway."""

from __future__ import annotations

from typing import Any

import pytest

from apikeys.errors import MisconfiguredError
from authorizer.events.rest import Request
from tests.builders import STAGE_ARN, rest_event

_KIND = "the event is not that of a REST API's REQUEST authorizer"


def test_a_rest_request_is_read() -> None:
    """The stage's ARN and both readings of the headers, as they came."""
    found = Request.parse(rest_event("a key"))
    assert (found.method_arn.stage_arn, found.headers, found.multi_value_headers) == (
        STAGE_ARN,
        {"Accept": "*/*", "X-API-Key": "a key"},
        {"Accept": ["*/*"], "X-API-Key": ["a key"]},
    )


@pytest.mark.parametrize("changes", [{"headers": None}, {"headers": {}}])
@pytest.mark.parametrize("multi", [None, {}])
def test_headers_may_be_missing(
    changes: dict[str, Any], multi: dict[str, Any] | None
) -> None:
    """A request without headers has none, and one without a second reading None."""
    event = rest_event() | changes | {"multiValueHeaders": multi}
    found = Request.parse(event)
    assert (found.headers, found.multi_value_headers) == ({}, None)


@pytest.mark.parametrize(
    "event",
    [
        None,
        "text",
        7,
        [rest_event()],
        {},
        rest_event() | {"type": "TOKEN", "authorizationToken": "x"},
        rest_event() | {"type": "request"},
        rest_event() | {"version": "1.0"},
        rest_event() | {"version": "2.0"},
        rest_event() | {"methodArn": None},
        rest_event() | {"methodArn": 5},
        rest_event() | {"methodArn": [STAGE_ARN]},
        {"methodArn": f"{STAGE_ARN}/GET/"},
        {"type": "REQUEST"},
    ],
)
def test_another_kind_of_event_is_a_fault(event: object) -> None:
    """Nothing that a client can bring about, so it is the operator's to mend."""
    with pytest.raises(MisconfiguredError) as caught:
        Request.parse(event)
    assert str(caught.value) == _KIND


@pytest.mark.parametrize("field", ["headers", "multiValueHeaders"])
@pytest.mark.parametrize("value", [[], ["X-API-Key"], "X-API-Key: a", 5, True])
def test_headers_that_are_no_object_are_a_fault(field: str, value: object) -> None:
    """In either reading."""
    with pytest.raises(MisconfiguredError, match=r"^the event's headers are not an"):
        Request.parse(rest_event("a key") | {field: value})


def test_an_unreadable_method_arn_is_a_fault() -> None:
    """Without a stage there is no policy."""
    with pytest.raises(MisconfiguredError, match=r"^the event's method ARN is not one"):
        Request.parse(rest_event() | {"methodArn": "*"})
