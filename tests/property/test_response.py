"""The reader of answers never takes more than http.client does, nor otherwise."""

from __future__ import annotations

import pytest

from tests.answers import run


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_read_http_client_reads_in_the_same_way(seed: int) -> None:
    """Status and body; and what that refuses is never accepted. See ``make fuzz``."""
    counts, found = run(seed, 5_000)
    assert found == []
    # Enough of each kind that the sentence above says something.
    assert counts["read by our own reader"] > 1_000
    assert counts["refused by both"] > 500
