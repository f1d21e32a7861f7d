"""What the tests of the readers call what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from authorizer.readers.reader import Reader

# Makes a reader of the service at an address.
type MakeReader = Callable[[str], Reader]
