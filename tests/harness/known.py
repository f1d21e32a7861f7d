"""What is known to be broken; who fixes one removes it here, or its test fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.harness.promises import Promise

# The actions that break a promise, by how the run is made.
KNOWN: Final[dict[tuple[str, Promise], tuple[str, ...]]] = {}
