"""Lists of names in a setting."""

from __future__ import annotations

import pytest

from admin.rules.names import Names


@pytest.mark.parametrize(
    ("text", "name", "is_listed"),
    [
        ("", "acme", False),
        ("", None, False),
        ("*", "acme", True),
        ("*", None, True),
        ("acme", "acme", True),
        ("acme", "Acme", False),
        ("acme", "acme ", False),
        ("acme", "acme-2", False),
        ("acme", None, False),
        ("acme, other", "other", True),
        ("team-*", "team-a", True),
        ("team-*", "team-", True),
        ("team-*", "a-team-", False),
        ("team-*", None, False),
        ("team-*,acme", "acme", True),
        # A star in a name is text: no client becomes all.
        ("team-a", "team-*", False),
    ],
)
def test_a_name_is_exact_or_ends_in_a_star(
    text: str, name: str | None, *, is_listed: bool
) -> None:
    """What a list holds is told letter by letter."""
    assert (name in Names(text, "GRANTABLE_CLIENTS")) is is_listed


@pytest.mark.parametrize("text", [",", "a,", "a,,b", " ", "a*b", "*a", "a**"])
def test_another_list_fails_at_start_up(text: str) -> None:
    """Rather none than a wrong limit."""
    with pytest.raises(ValueError, match=r"^GRANTABLE_PLANS is not a list of names"):
        Names(text, "GRANTABLE_PLANS")
