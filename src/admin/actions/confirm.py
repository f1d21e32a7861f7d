"""Hand-overs: is a new key or password known to have reached whom it is for?

The answer that shows it may be lost once its record is written, and then nobody has a
credential that lives. So a caller may say beforehand that it will confirm: until it
does, a note beside the record says that word is awaited.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from admin.deployment import Deployment
    from admin.requests import Clone, Confirm, Issue, Rotate
    from apikeys.document import Document

_NOTE: Final = "apikeys:handover"
_AWAITED: Final = "awaited"
_NOTHING: Final = MappingProxyType[str, str]({})


class Handover:
    """The action by which a caller says that a credential was handed over."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def confirm(self, request: Confirm) -> Document:
        """Answer ``confirm``; a second time changes nothing."""
        here, principal = self._deployment, request.principal
        here.grants.check(here.records.live(principal).record.roles)
        here.records.note(principal, {_NOTE: "done"})
        return {"status": 200, **principal.named}


def notes_for(request: Issue | Clone | Rotate) -> Mapping[str, str]:
    """Return what is noted beside the record that a request makes or changes."""
    return {_NOTE: _AWAITED} if request.await_confirmation else _NOTHING


def is_awaited(notes: Mapping[str, str]) -> bool:
    """Tell by the notes beside a record whether its hand-over was never confirmed."""
    return notes.get(_NOTE) == _AWAITED
