"""The actions on keys and accounts that were issued before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.actions.views import public_view, revoked_view
from admin.errors import conflict
from admin.stores.records import issued_at
from admin.stores.role_map import findings
from apikeys import policy, timestamp

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.requests import Disable, Enable, Get, Update
    from admin.stores.records import Found
    from apikeys.document import Document
    from apikeys.record import Record


class Keys:
    """Shows and changes records."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def get(self, request: Get) -> Document:
        """Answer ``get``; of what was revoked only that it is can be seen."""
        found = self._deployment.records.get(request.principal)
        if found is None:
            return {"status": 200, "record": revoked_view(request.principal)}
        return {"status": 200, "record": self._view(found)}

    def enable(self, request: Enable) -> Document:
        """Answer ``enable``."""
        found = self._deployment.records.live(request.principal)
        self._deployment.grants.check(found.record.roles)
        return self._changed(found, found.record.changed(enabled=True))

    def disable(self, request: Disable) -> Document:
        """Answer ``disable``, which needs no reach over the record's roles."""
        found = self._deployment.records.live(request.principal)
        return self._changed(found, found.record.changed(enabled=False))

    def update(self, request: Update) -> Document:
        """Answer ``update``: the given fields in place of the record's."""
        here = self._deployment
        found = here.records.live(request.principal)
        here.grants.check(found.record.roles)
        if request.if_version not in (None, found.version):
            raise conflict("the record")
        fields = request.fields()
        if request.asks_for_an_end:
            ends_at = here.lifetimes.ends_at(
                request,
                begins_at=issued_at(found.record),
                now=int(here.clock()),
                otherwise=None,
            )
            fields["expirationDate"] = (
                None if ends_at is None else timestamp.format_utc(ends_at)
            )
        record = found.record.changed(**fields)
        if request.roles is not None:
            here.grants.check(record.roles)
            role_map = here.role_maps.check_roles(record.roles)
        elif policy.context(record) != policy.context(found.record):
            role_map = here.role_maps.readable()
        else:
            role_map = None
        return self._changed(found, record) | findings(role_map, record)

    def _changed(self, found: Found, record: Record) -> Document:
        replaced = self._deployment.records.replace(found, record)
        return {
            "status": 200,
            "record": self._view(replaced),
            **self._deployment.settings.bound,
        }

    def _view(self, found: Found) -> Document:
        return public_view(found.record, found.version, self._deployment.clock())
