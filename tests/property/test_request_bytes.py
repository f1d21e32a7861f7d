"""No byte that a client wrote gets into a policy, and no event opens anything."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from apikeys.errors import FaultError
from authorizer.authorize import Authorizer
from authorizer.settings import Settings
from tests.builders import STAGE_ARN, a_key, at, record_text, rest_event
from tests.fakes import SIGNING_NAME, FakeReader

_KEY = a_key()
_HOSTILE = ["*", "?", "${aws:username}", "%2F", "..", "//", ":", "\n", "é", "/", "GET"]
_paths = st.lists(st.sampled_from(_HOSTILE) | st.text(max_size=4), max_size=6).map(
    "".join
)


def _authorizer() -> Authorizer:
    reader = FakeReader()
    reader.keep(_KEY, record_text(_KEY, roles=["READER", "WRITER"]))
    settings_ = Settings({"SIGNING_SECRET": SIGNING_NAME})
    return Authorizer(settings_, reader)


def _answer(event: object) -> Any:
    outcome = _authorizer().authorize(event, at())
    return outcome.answer


_EXPECTED = _answer(rest_event(_KEY.text, "GET/"))


@given(_paths, st.sampled_from(["GET", "POST", "*", "", "$connect"]))
def test_the_answer_is_the_same_for_every_path(path: str, method: str) -> None:
    """The ARN's tail and the event's paths may hold anything."""
    event = rest_event(_KEY.text, f"{method}/{path}") | {
        "path": path,
        "resource": path,
        "httpMethod": method,
        "pathParameters": {"proxy": path},
        "queryStringParameters": {"x-api-key": path},
    }
    assert _answer(event) == _EXPECTED


@given(st.text(max_size=60) | _paths)
def test_a_hostile_arn_is_a_fault_or_only_names_a_stage(tail: str) -> None:
    """Resources are made of a checked stage and the role map's routes."""
    event = rest_event(_KEY.text) | {"methodArn": STAGE_ARN[:-4] + tail}
    try:
        answer = _answer(event)
    except FaultError:
        return
    stage = tail.partition("/")[0]
    (statement,) = answer["policyDocument"]["Statement"]
    assert stage.replace("_", "").replace("-", "").isalnum() or stage == "$default"
    assert statement["Resource"] == [
        f"{STAGE_ARN[:-4]}{stage}/GET/reports/*",
        f"{STAGE_ARN[:-4]}{stage}/POST/reports",
    ]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=250)
@given(st.data())
def test_no_event_without_the_key_gets_an_answer(data: st.DataObject) -> None:
    """Whatever an event holds: refused or a fault, and nothing else is raised."""
    fields = [*rest_event(), "version", "authorizationToken", "body", "cookies"]
    event = rest_event() | data.draw(
        st.dictionaries(st.sampled_from(fields), _json, max_size=4)
    )
    try:
        answer = _answer(data.draw(st.just(event) | _json))
    except FaultError:
        return
    assert answer is None


@given(st.sampled_from(["path", "body", "queryStringParameters", "cookies", "headers"]))
def test_the_key_counts_only_in_its_header(place: str) -> None:
    """Not in the path, the body, the query, a cookie or another header."""
    holder: object = {"apiKey": _KEY.text, "Cookie": f"x-api-key={_KEY.text}"}
    event = rest_event(path=f"GET/{_KEY.text}") | {place: holder}
    assert _answer(event | {"multiValueHeaders": None}) is None


def test_the_answer_is_json() -> None:
    """API Gateway gets it as it is."""
    assert json.loads(json.dumps(_EXPECTED)) == _EXPECTED
