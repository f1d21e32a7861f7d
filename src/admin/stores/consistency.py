"""Secrets Manager is eventually consistent: a read may lag behind a write."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LAG_SECONDS = (0.2, 0.4, 0.8)


def settled[T](read: Callable[[], T], is_expected: Callable[[T], bool]) -> T:
    """Return what is read as soon as it is as expected, or in the end whatever it is.

    Args:
        read: reads once.
        is_expected: whether what was read shows the write that went before.
    """
    for wait in _LAG_SECONDS:
        found = read()
        if is_expected(found):
            return found
        sleep(wait)
    return read()
