"""Base62 numbers of fixed width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apikeys import base62
from tests.independent import base62_digits, base62_number


@given(st.integers(min_value=0, max_value=2**256 - 1))
def test_a_number_is_written_as_an_independent_writer_does(number: int) -> None:
    """256 bits take 43 digits, the same that powers of 62 give."""
    assert base62.encode(number, 43) == base62_digits(number, 43)


@given(st.integers(min_value=0, max_value=62**22 - 1))
def test_what_was_written_is_read_back(number: int) -> None:
    """Reading inverts writing, for our reader and for an independent one."""
    text = base62.encode(number, 22)
    assert (base62.decode(text), base62_number(text)) == (number, number)


@pytest.mark.parametrize(
    ("number", "width", "text"),
    [
        (0, 1, "0"),
        (0, 4, "0000"),
        (9, 1, "9"),
        (10, 1, "A"),
        (35, 1, "Z"),
        (36, 1, "a"),
        (61, 1, "z"),
        (62, 2, "10"),
        (61, 3, "00z"),
    ],
)
def test_digits_are_0_to_9_then_upper_then_lower_case(
    number: int, width: int, text: str
) -> None:
    """Digits, capitals, small letters; leading zeros are kept."""
    assert base62.encode(number, width) == text


@pytest.mark.parametrize(("number", "width"), [(62, 1), (62**22, 22), (-1, 3)])
def test_a_number_out_of_width_is_refused(number: int, width: int) -> None:
    """A number that is negative or needs more digits is an overflow."""
    with pytest.raises(OverflowError):
        base62.encode(number, width)


@pytest.mark.parametrize("text", ["-", "a_", "é", "0 "])
def test_what_is_not_a_digit_is_refused(text: str) -> None:
    """Any other character is a KeyError."""
    with pytest.raises(KeyError):
        base62.decode(text)
