"""The name of a role."""

from __future__ import annotations

import pytest

from apikeys import role_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ADMIN", "ADMIN"),
        ("admin", "ADMIN"),
        ("Role_9", "ROLE_9"),
        ("a", "A"),
        ("a" * 64, "A" * 64),
        ("a" * 65, None),
        ("", None),
        ("9A", None),
        ("_A", None),
        ("A-B", None),
        ("A B", None),
        ("A\n", None),
        (" A", None),
        ("*", None),
        ("ß", None),
        ("stra\xdfe", None),
        ("\u0131", None),
        ("\ufb03", None),
        ("\u212aELVIN", None),
        ("A\u0661", None),
        (None, None),
        (5, None),
        (["A"], None),
    ],
)
def test_a_name_is_raised_to_upper_case_or_none(
    text: object, expected: str | None
) -> None:
    """ASCII letters, digits and underscores, a letter first, at most 64."""
    assert role_name.normalise(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("A", True), ("a", False), ("A\n", False), ("", False)]
)
def test_a_role_map_has_names_only_in_upper_case(name: str, *, expected: bool) -> None:
    """There the case is not mended."""
    assert role_name.is_role_name(name) is expected
