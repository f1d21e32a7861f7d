"""Whether a new key or password is known to have reached its client.

The answer that shows it may be lost after its record is written, and then nobody has a
credential that works. So a caller may say beforehand that it will confirm: until it
does, a flag in the record's notes says that confirmation is awaited.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from admin.stores.engine import NO_NOTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from admin.requests.credentials import Clone, Issue, Rotate

_FLAG = "apikeys:handover"
_AWAITED: Final = MappingProxyType({_FLAG: "awaited"})
CONFIRMED: Final = MappingProxyType({_FLAG: "done"})


def notes_for(request: Issue | Clone | Rotate) -> Mapping[str, str]:
    """Return the notes of the record that a request makes or changes."""
    return _AWAITED if request.await_confirmation else NO_NOTES


def is_awaited(notes: Mapping[str, str]) -> bool:
    """Return whether a record's notes still await a confirmation."""
    return notes.get(_FLAG) == _AWAITED[_FLAG]
