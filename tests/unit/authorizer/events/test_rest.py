"""The event of a REST API's REQUEST authorizer."""

from __future__ import annotations

from authorizer.events import read
from tests.builders import STAGE_ARN, rest_event


def test_a_rest_request_is_read() -> None:
    """The stage's ARN and both readings of the headers, as they came."""
    found = read(rest_event("a key"))
    assert (found.method_arn.stage_arn, found.headers, found.multi_value_headers) == (
        STAGE_ARN,
        {"Accept": "*/*", "X-API-Key": "a key"},
        {"Accept": ["*/*"], "X-API-Key": ["a key"]},
    )


def test_a_refused_rest_request_has_no_answer() -> None:
    """It is the raised ``Unauthorized`` that API Gateway turns into 401."""
    assert read(rest_event("a key")).refusal() is None
