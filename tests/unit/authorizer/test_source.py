"""Stored secrets with their age."""

from __future__ import annotations

from authorizer.source import _jitter


def test_jitter_only_shortens_the_ttl() -> None:
    """To nine tenths at most, so that a change is never later than promised."""
    drawn = {_jitter() for _ in range(5_000)}
    assert 0.9 < min(drawn) < 0.91
    assert 0.99 < max(drawn) <= 1
