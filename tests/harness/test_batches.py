"""A batch that is killed and begun again, as a process: no row doubled, none lost."""

from __future__ import annotations

import pytest

from tests.harness import batches


@pytest.mark.parametrize("kind", batches.KINDS)
def test_a_batch_is_killed_at_random_rows_and_comes_to_its_end(kind: str) -> None:
    """One record a row; the file of keys has each key once, and it is the one."""
    batches.killed(kind, 40, f"{kind} in the suite")
