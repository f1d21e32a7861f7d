"""What every test gets: credentials of no account, bounds, fakes."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.fakes import FakeReader

settings.register_profile(
    "suite",
    deadline=None,
    derandomize=True,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow],
)
# The same property, other examples every time: `HYPOTHESIS_PROFILE=search pytest …`.
settings.register_profile(
    "search", parent=settings.get_profile("suite"), derandomize=False
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide this machine's AWS configuration, so that no test reaches a real account."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def reader() -> FakeReader:
    """Return a store that holds a signing secret and a role map, and no record."""
    return FakeReader()
