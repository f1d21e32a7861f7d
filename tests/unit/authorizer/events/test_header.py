"""One header with one value, such as ``X-API-Key``."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from apikeys.decision import Reason
from authorizer.events import read
from authorizer.events.header import every_text, single
from tests.builders import rest_event


def _presented(headers: object, multi: object = None) -> str | Reason:
    event: dict[str, Any] = rest_event()
    event |= {"headers": headers, "multiValueHeaders": multi}
    return single(read(event), "x-api-key")


def test_the_value_is_returned_exactly_as_it_came() -> None:
    """Blanks are not trimmed, nothing is decoded."""
    assert _presented({"X-API-Key": " A key%20 "}) == " A key%20 "


def test_the_name_is_read_in_every_case() -> None:
    """All 2^7 spellings of its letters."""
    spellings = product(*({c.lower(), c.upper()} for c in "x-api-key"))
    found = {_presented({"".join(name): "v"}) for name in spellings}
    assert found == {"v"}


@pytest.mark.parametrize(
    "name",
    [
        "X-API-\u212aEY",
        "x_api_key",
        "X-API-Key ",
        " X-API-Key",
        "X-API-Key\n",
        "X-APIKey",
        "X\u2010API\u2010Key",
        "\uff38-API-Key",
        "HTTP_X_API_KEY",
        "Authorization",
        "Cookie",
        "",
    ],
)
def test_no_other_name_counts(name: str) -> None:
    """Not a look-alike, above all not the Kelvin sign that ``lower`` maps to k."""
    assert _presented({name: "v"}) is Reason.MISSING


@pytest.mark.parametrize("headers", [None, {}, {"Accept": "*/*"}, {"X-API-Key": ""}])
def test_no_value_is_missing(headers: object) -> None:
    """No header, another header, an empty one."""
    assert _presented(headers) is Reason.MISSING


@pytest.mark.parametrize(
    ("headers", "multi"),
    [
        ({"X-API-Key": "v", "x-api-key": "v"}, None),
        ({"X-API-Key": "v", "x-api-key": ""}, None),
        ({"X-API-Key": "a,b"}, None),
        ({"X-API-Key": "v,v"}, None),
        ({"X-API-Key": ","}, None),
        ({"X-API-Key": "v"}, {"Accept": ["*/*"]}),
        ({"X-API-Key": "v"}, {"X-API-Key": []}),
        ({"X-API-Key": "v"}, {"X-API-Key": ["w"]}),
        ({"X-API-Key": "v"}, {"X-API-Key": ["v", "v"]}),
        ({"X-API-Key": "v"}, {"X-API-Key": ["w", "v"]}),
        ({"X-API-Key": "v"}, {"X-API-Key": "v"}),
        ({"X-API-Key": "v"}, {"X-API-Key": None}),
        ({"X-API-Key": "v"}, {"X-API-Key": ["v"], "x-api-key": ["v"]}),
        ({}, {"X-API-Key": ["v"]}),
        ({"Accept": "*/*"}, {"Accept": ["*/*"], "X-API-Key": ["v"]}),
        (None, {"x-api-key": ["v"]}),
        ({"X-API-Key": ""}, {"X-API-Key": ["", ""]}),
    ],
)
def test_more_than_one_reading_is_ambiguous(headers: object, multi: object) -> None:
    """Twice, comma-joined or two readings that disagree: refused, even if equal."""
    assert _presented(headers, multi) is Reason.AMBIGUOUS


def test_an_empty_second_reading_is_none() -> None:
    """API Gateway's console sends one where a person tries an authorizer."""
    assert _presented({"X-API-Key": "v"}, {}) == "v"
    assert _presented({}, {}) is Reason.MISSING
    assert _presented({"X-API-Key": "a,b"}, {}) is Reason.AMBIGUOUS


def test_two_readings_that_agree_are_one_value() -> None:
    """API Gateway spells the name alike or not."""
    found = _presented({"x-api-key": "v"}, {"X-API-Key": ["v"], "Accept": ["a", "b"]})
    assert found == "v"


@pytest.mark.parametrize(
    "value",
    [
        *[None, 5, True, 0, ["v"], {"v": 1}],
        *["a\nb", "a\r\n", "a\x00", "\x7f", "a\tb", "\x1b[31m"],
        *["é", "\xa0", "\ufeffa", "\u2003", "\uff41", "\u0661", "\ud800"],
    ],
)
def test_what_is_not_printable_ascii_is_malformed(value: object) -> None:
    """Other types, control characters and other scripts."""
    assert _presented({"X-API-Key": value}) is Reason.MALFORMED
    assert _presented({"X-API-Key": value}, {"X-API-Key": [value]}) is Reason.MALFORMED


def test_other_headers_may_hold_anything() -> None:
    """Only the one header is looked at."""
    headers = {"Accept": "é\n", "X-Other": None, "X-API-Key": "v"}
    assert _presented(headers) == "v"


def test_every_text_of_both_readings() -> None:
    """All values under the name in any case; what is not a text is left out."""
    event: dict[str, Any] = rest_event()
    event["headers"] = {"A-B": "1", "a-b": None, "a-c": "x", "A-b": "2"}
    event["multiValueHeaders"] = {"a-B": ["3", 4, "1"], "A-B": "5", "c": ["y"]}
    assert every_text(read(event), "a-b") == ["1", "2", "3", "1", "5"]
    event["multiValueHeaders"] = None
    assert every_text(read(event), "a-b") == ["1", "2"]
    event["headers"] = {"A-B": ["1", None, "2"]}
    assert every_text(read(event), "a-b") == ["1", "2"]
