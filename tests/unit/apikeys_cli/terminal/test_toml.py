"""A document as TOML."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apikeys_cli.terminal.toml import toml

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_inline = st.recursive(
    st.booleans() | _texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(_texts, inner, min_size=1, max_size=3)
    ),
    max_leaves=5,
)
_lists = st.lists(_inline, max_size=3)
_tables = st.recursive(
    st.dictionaries(_texts, st.booleans() | _texts | _lists, max_size=3),
    lambda inner: st.dictionaries(_texts, inner, max_size=3),
    max_leaves=5,
)


@given(_tables)
def test_toml_is_read_back_as_it_was(document: dict[str, Any]) -> None:
    """Whatever names and texts there are."""
    assert tomllib.loads(toml(document)) == document


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({}, ""),
        ({"unmapped": "deny", "roles": {}}, 'unmapped = "deny"\n\n[roles]'),
        (
            {"roles": {"A": {"allow": ["GET /a", {"route": "* /b", "reads": True}]}}},
            '[roles.A]\nallow = ["GET /a", { route = "* /b", reads = true }]',
        ),
        (
            {"apis": {"a1/prod": {"roles": {"B": {}}}}},
            '[apis."a1/prod".roles.B]',
        ),
    ],
)
def test_it_is_written_as_people_write_it(document: dict[str, Any], text: str) -> None:
    """Tables with headings, what is in a list in line."""
    assert toml(document) == text
