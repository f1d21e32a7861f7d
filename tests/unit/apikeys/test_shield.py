"""Percent-encoded spellings of denied paths."""

from __future__ import annotations

import pytest

from apikeys import shield


def test_each_spelling_of_a_letter_has_a_resource() -> None:
    """Hexadecimal digits have two cases."""
    assert shield.spellings("mA0") == ["*%30*", "*%41*", "*%6D*", "*%6d*"]


def test_only_letters_and_digits_are_shut() -> None:
    """``%7B``, ``%40`` and their like stay open."""
    plain = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    for resource in shield.spellings(plain):
        assert chr(int(resource.strip("*%"), 16)) in plain


def test_a_row_is_one_resource_where_that_is_shorter() -> None:
    """It shuts a few other characters as well, and is taken only to save bytes."""
    assert shield.rows("e") == ["*%65*"]
    assert shield.rows("em1") == ["*%31*", "*%6*"]
    assert shield.rows("m") == ["*%6*"]
    assert shield.rows("") == []


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("GET /a%2Fb", False),
        ("GET /a%40%7B%7e", False),
        ("GET /m%65", True),
        ("GET /%4a", True),
        ("GET /%", False),
        ("GET /%6", False),
        ("GET /abc", False),
    ],
)
def test_a_needless_escape_is_seen(route: str, *, expected: bool) -> None:
    """That of a letter or a digit (RFC 3986, 6.2.2.2)."""
    assert shield.has_needless_escape(route) is expected
