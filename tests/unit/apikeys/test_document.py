"""JSON objects in stored secrets, read strictly."""

from __future__ import annotations

import pytest

from apikeys import document


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", {}),
        (' {"a": 1}\n', {"a": 1}),
        (
            '{"a": [1.5, -0, 1e3, true, null, "é\\u00e9"], "b": {"a": 1}}',
            {"a": [1.5, 0, 1000.0, True, None, "éé"], "b": {"a": 1}},
        ),
    ],
)
def test_an_object_is_read(text: str, expected: document.Document) -> None:
    """Whatever JSON allows in an object, whose inner objects may repeat names."""
    assert document.loads(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"text"',
        "{",
        "{}{}",
        "{'a': 1}",
        '{"a": 1,}',
        '{"a": 01}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        '{"a": -1e999}',
        '{"a": 1, "a": 1}',
        '{"a": 1, "\\u0061": 2}',
        '{"b": [{"a": 1, "a": 2}]}',
        '{"a": ' + "9" * 5_000 + "}",
        '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"a":' * 100_000,
        '{"a": "\x01"}',
        "\ufeff{}",
        '{"canary": canary}',
    ],
)
def test_anything_else_is_refused_without_its_content(text: str) -> None:
    """One error for every kind of trouble, and it never quotes what it read."""
    with pytest.raises(ValueError, match=r"\Anot a JSON object") as caught:
        document.loads(text)
    assert "canary" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_what_was_written_is_compact_and_read_back() -> None:
    """The order of fields is kept, letters stay as they are."""
    found = {"z": "é", "a": [1, {"b": None}], "t": True}
    text = document.dumps(found)
    assert text == '{"z":"é","a":[1,{"b":null}],"t":true}'
    assert document.loads(text) == found


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ({"a": 1, "b": [True]}, {"b": [True], "a": 1}, True),
        ({"a": True}, {"a": 1}, False),
        ({"a": [False]}, {"a": [0]}, False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ({"a": "é"}, {"a": "e"}, False),
    ],
)
def test_documents_are_equal_as_json(
    one: document.Document, two: document.Document, *, expected: bool
) -> None:
    """The order of fields does not count, and 1 is not true."""
    assert document.are_equal(one, two) is expected
