"""Which actions are events in the life of a key, and what is published about each."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from admin.stores.event_bus import Event

if TYPE_CHECKING:
    from apikeys.document import Document

# What a record's event shows of its public view, as an allow-list.
_FIELDS: Final = (
    "keyId",
    "login",
    "client",
    "issuer",
    "name",
    "roles",
    "expirationDate",
    "expiresInDays",
    "replaces",
)
_OF_RECORDS: Final = MappingProxyType(
    {
        "issue": "Key Issued",
        "clone": "Key Issued",
        "import": "Key Imported",
        "rotate": "Key Rotated",
        "update": "Key Updated",
        "disable": "Key Disabled",
        "enable": "Key Enabled",
        "revoke": "Key Revoked",
        "restore": "Key Restored",
    }
)
# Events that concern every key, and the answer's field that says more.
_OF_DEPLOYMENTS: Final = MappingProxyType(
    {
        "roles.put": ("Role Map Changed", "version"),
        "signing.rotate": ("Signing Key Rotated", "phase"),
        "signing.retire": ("Signing Key Rotated", "phase"),
    }
)
_DONE: Final = (200, 201)


def event_of(action: str, answer: Document, stack: str) -> Event | None:
    """Return the event for an action's answer, None if nothing was done.

    Args:
        action: that was carried out or refused.
        answer: its answer, of which only listed fields are passed on.
        stack: the deployment's name.
    """
    if answer["status"] not in _DONE or answer.get("repeated"):
        return None
    record = answer.get("record")
    if action in _OF_RECORDS and isinstance(record, dict):
        return Event(_OF_RECORDS[action], detail_of(record, stack))
    if action in _OF_DEPLOYMENTS and answer.get("phase") != "counted":
        detail_type, field = _OF_DEPLOYMENTS[action]
        return Event(detail_type, {field: answer[field], "stack": stack})
    return None


def detail_of(view: Document, stack: str) -> Document:
    """Return the detail of a record's event, from its public view."""
    return {name: view[name] for name in _FIELDS if name in view} | {"stack": stack}
