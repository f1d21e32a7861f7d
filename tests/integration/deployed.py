"""What tests are given of a deployed stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from local.deployment import Stack
    from local.scenarios.keys import Row


class Issued(NamedTuple):
    """A key and its record; a failing test does not print the key."""

    key: str
    record: dict[str, Any]

    def __repr__(self) -> str:
        """Show only the key id."""
        return f"Issued({self.record['keyId']})"


class BothKinds(NamedTuple):
    """A stack that accepts logins and keys, and what the demo shows on it."""

    stack: Stack
    rows: list[Row]
