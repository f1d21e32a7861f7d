"""Values of environment variables."""

from __future__ import annotations

import pytest

from apikeys.environ import choice, required, whole_number, whole_numbers


@pytest.mark.parametrize(
    ("environ", "expected"),
    [({}, 30), ({"N": "0"}, 0), ({"N": "007"}, 7), ({"N": "999999"}, 999_999)],
)
def test_a_whole_number_is_read(environ: dict[str, str], expected: int) -> None:
    """From 0 to 999999, or the default."""
    assert whole_number(environ, "N", 30) == expected


@pytest.mark.parametrize(
    "text", ["", " ", "1000000", "-1", "+1", "1.5", "1e3", "\u0661", "\xb2", "5 ", "on"]
)
def test_another_number_fails_by_name(text: str) -> None:
    """A bad value is never replaced by the default."""
    with pytest.raises(ValueError, match=r"^N is not a whole number from 0 to 999999$"):
        whole_number({"N": text}, "N", 30)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [({}, ()), ({"N": ""}, ()), ({"N": "30"}, (30,)), ({"N": "30,7,1"}, (30, 7, 1))],
)
def test_whole_numbers_are_read(
    environ: dict[str, str], expected: tuple[int, ...]
) -> None:
    """As many as commas separate."""
    assert whole_numbers(environ, "N") == expected


@pytest.mark.parametrize("text", ["30,", ",30", "30, 7", "30;7", "1000000"])
def test_other_numbers_fail_by_name(text: str) -> None:
    """No part of a list is passed over."""
    with pytest.raises(ValueError, match=r"^N is not a whole number from 0 to 999999$"):
        whole_numbers({"N": text}, "N")


@pytest.mark.parametrize(
    ("environ", "expected"), [({}, "on"), ({"C": "on"}, "on"), ({"C": "off"}, "off")]
)
def test_a_choice_is_read(environ: dict[str, str], expected: str) -> None:
    """One of the values, the first by default."""
    assert choice(environ, "C", ("on", "off")) == expected


@pytest.mark.parametrize("text", ["", "ON", "off ", "true"])
def test_another_choice_fails_by_name(text: str) -> None:
    """Neither case nor blanks are mended."""
    with pytest.raises(ValueError, match=r"^C is not one of: on, off$"):
        choice({"C": text}, "C", ("on", "off"))


def test_a_required_variable_is_read() -> None:
    """As it is."""
    assert required({"R": "value"}, "R") == "value"


@pytest.mark.parametrize("environ", [{}, {"R": ""}])
def test_a_missing_variable_fails_by_name(environ: dict[str, str]) -> None:
    """Missing and empty are the same."""
    with pytest.raises(ValueError, match=r"^R is missing$"):
        required(environ, "R")
