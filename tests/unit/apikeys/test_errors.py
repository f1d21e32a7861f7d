"""The tree of errors."""

from __future__ import annotations

import pytest

from apikeys import errors


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (errors.StoreUnavailableError, "store_unavailable"),
        (errors.StoreRefusedError, "store_unavailable"),
        (errors.OverloadedError, "overloaded"),
        (errors.MisconfiguredError, "misconfigured"),
    ],
)
def test_every_fault_has_the_operators_word(
    fault: type[errors.FaultError], reason: str
) -> None:
    """The words of docs/request-flow.md."""
    assert fault.reason == reason


def test_every_error_has_one_base() -> None:
    """Whoever catches ApiKeyError catches all."""
    classes = [c for c in vars(errors).values() if isinstance(c, type)]
    assert all(issubclass(c, errors.ApiKeyError) for c in classes)
