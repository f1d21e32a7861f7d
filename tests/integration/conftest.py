"""The deployed stack, once for all tests that need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from local.clients import apikeys
from local.deployment import running_stack
from local.story import MANAGEMENT, ROLE_MAP, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.deployment import Stack
    from local.story import Row


class Issued(NamedTuple):
    """A key and its record; a failing test does not print the key."""

    key: str
    record: dict[str, Any]

    def __repr__(self) -> str:
        """Show the key id alone."""
        return f"Issued({self.record['keyId']})"


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Return the template deployed to an emulator, with the example's role map."""
    with running_stack("tests") as deployed:
        apikeys(deployed, "roles", "put", str(ROLE_MAP))
        yield deployed


@pytest.fixture(scope="session")
def rows(stack: Stack) -> list[Row]:
    """Return the demo's table."""
    return list(tell(stack))


@pytest.fixture
def issued(stack: Stack) -> Issued:
    """Return a key with the management role."""
    return Issued(
        **apikeys(stack, "issue", "--client", "Test App", "--role", MANAGEMENT)
    )
