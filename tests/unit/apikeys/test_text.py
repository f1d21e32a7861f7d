"""Texts that people wrote."""

from __future__ import annotations

import pytest

from apikeys.text import check_text


@pytest.mark.parametrize("text", ["a", "Zoë & Söhne 東京 🗝", " ", "=1+1", "x" * 256])
def test_a_text_is_returned_as_it_is(text: str) -> None:
    """Any script, up to 256 characters."""
    assert check_text(text, "name") == text


@pytest.mark.parametrize(
    "character",
    [
        *"\x00\x01\t\n\r\x1b\x1f\x7f\x80\x85\x9f\u2028\u2029",
        *"\u202a\u202e\u2066\u2069\ud800\udfff",
    ],
)
def test_control_characters_are_refused(character: str) -> None:
    """What breaks a line, turns it or can't be written at all, at any place."""
    with pytest.raises(ValueError, match=r"^name has control characters$"):
        check_text(f"a{character}b", "name")


@pytest.mark.parametrize("character", [*" ~\xa0\u2027\u202f\u2065\u206a\ue000"])
def test_their_neighbours_are_accepted(character: str) -> None:
    """The refused ranges end where they should."""
    assert check_text(f"a{character}b", "name") == f"a{character}b"


@pytest.mark.parametrize("value", [None, 5, True, ["a"], {"a": 1}, b"a"])
def test_what_is_not_a_text_is_refused(value: object) -> None:
    """No other type becomes a text."""
    with pytest.raises(ValueError, match=r"^name is not a text$"):
        check_text(value, "name")


@pytest.mark.parametrize(("text", "longest"), [("", 256), ("x" * 257, 256), ("xx", 1)])
def test_lengths_out_of_bounds_are_refused(text: str, longest: int) -> None:
    """Neither empty nor longer than the field allows."""
    with pytest.raises(
        ValueError, match=f"^name does not have 1 to {longest} characters$"
    ):
        check_text(text, "name", longest)
