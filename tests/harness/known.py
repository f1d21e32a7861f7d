"""What is known to be broken; who fixes one removes it here, or its test fails."""

from __future__ import annotations

from typing import Final

from tests.harness.promises import Promise

# The actions that break a promise, by how the run is made.
KNOWN: Final[dict[tuple[str, Promise], tuple[str, ...]]] = {
    ("alone", Promise.DANGLING): ("revoke",),
    ("faults", Promise.DANGLING): ("clone", "import", "issue", "restore"),
    ("faults", Promise.ORPHAN): ("clone", "import", "issue", "restore", "revoke"),
    ("faults", Promise.STUCK): ("rotate",),
    ("lagging reads", Promise.CHANGED): ("rotate",),
    ("lagging reads", Promise.STUCK): ("restore", "rotate"),
    ("refused calls", Promise.ALIVE): ("revoke",),
    ("interleavings", Promise.DANGLING): ("restore", "revoke"),
    ("interleavings", Promise.ORPHAN): ("restore", "revoke"),
    ("interleavings", Promise.LOST): ("restore",),
    ("interleavings", Promise.CHANGED): ("revoke", "rotate"),
    ("overtaken retries", Promise.DANGLING): ("rotate",),
}
