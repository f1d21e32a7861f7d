"""The events of an HTTP API's authorizer."""

from __future__ import annotations

import pytest

from apikeys.decision import Reason
from apikeys.errors import MisconfiguredError
from authorizer.events import read
from authorizer.events.header import single
from tests.builders import STAGE_ARN
from tests.gateway_events import HTTP_KINDS, key_event


@pytest.mark.parametrize("kind", HTTP_KINDS)
def test_a_refused_request_is_answered_by_a_deny_of_the_whole_stage(kind: str) -> None:
    """It says neither who is refused nor why."""
    assert read(key_event(kind, "a key")).refusal() == {
        "principalId": "refused",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Deny",
                    "Resource": [f"{STAGE_ARN}/*"],
                }
            ],
        },
    }


def test_in_format_2_0_the_arn_of_the_route_counts() -> None:
    """No other one, though an event may hold both."""
    other = STAGE_ARN.replace("/prod", "/other")
    event = key_event("http-api-2.0", "a key") | {"methodArn": f"{other}/GET/"}
    assert read(event).method_arn.stage == "prod"
    event = key_event("http-api-1.0", "a key") | {"routeArn": f"{other}/GET/"}
    assert read(event).method_arn.stage == "prod"


@pytest.mark.parametrize("value", ["a,b", "a, a", ",a", "a,"])
def test_of_2_0_a_comma_joins_two_values(value: str) -> None:
    """Which is what becomes of a header that came twice."""
    assert single(read(key_event("http-api-2.0", value)), "x-api-key") is (
        Reason.AMBIGUOUS
    )


def test_2_0_has_one_reading_of_the_headers() -> None:
    """A second one is not part of the format, and is not read."""
    event = key_event("http-api-2.0", "a key")
    event["multiValueHeaders"] = {"X-API-Key": ["b"]}
    assert single(read(event), "x-api-key") == "a key"


def test_1_0_may_have_two_readings() -> None:
    """Which agree, or the credential is ambiguous."""
    event = key_event("http-api-1.0", "a key")
    assert single(read(event), "x-api-key") == "a key"
    event["multiValueHeaders"] = {"X-API-Key": ["a key"]}
    assert single(read(event), "x-api-key") == "a key"
    event["multiValueHeaders"] = {"X-API-Key": ["b"]}
    assert single(read(event), "x-api-key") is Reason.AMBIGUOUS


@pytest.mark.parametrize("version", [None, "", "3.0", "2", 2.0, 1, ["2.0"], {}])
def test_another_format_is_a_fault(version: object) -> None:
    """What it would mean nobody knows yet."""
    event = key_event("http-api-2.0", "a key") | {"version": version}
    with pytest.raises(MisconfiguredError) as caught:
        read(event)
    assert str(caught.value) == "the event's version is not 1.0 or 2.0"


@pytest.mark.parametrize("kind", HTTP_KINDS)
def test_the_identity_source_is_not_read(kind: str) -> None:
    """It may hold another header's value, or several."""
    event = key_event(kind, None)
    event |= {"identitySource": ["a key"], "authorizationToken": "a key"}
    assert single(read(event), "x-api-key") is Reason.MISSING
