"""The actions on existing keys and accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.actions.views import public_view, revoked_view
from admin.errors import conflict
from admin.rules import last_use
from admin.rules.record_findings import findings, lost_routes
from admin.rules.role_assignment import check_networks, check_roles
from apikeys import policy

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.requests.records import Disable, Enable, Get, Update
    from admin.stores.stored_record import Found
    from apikeys.document import Document
    from apikeys.record import Record


def get(deployment: Deployment, request: Get) -> Document:
    """Answer ``get``; of a revoked record, with what its notes keep."""
    found = deployment.records.get(request.principal)
    if found is None:
        kept = deployment.tombstones.seen(deployment.records.name(request.principal))
        return {"status": 200, "record": revoked_view(request.principal, kept)}
    uses = last_use.uses_of(deployment.last_uses, [request.principal], is_needed=False)
    view = _view(deployment, found) | last_use.shown(uses, request.principal)
    return {"status": 200, "record": view}


def enable(deployment: Deployment, request: Enable) -> Document:
    """Answer ``enable``."""
    found = deployment.records.live(request.principal)
    deployment.grants.check_record(found.record)
    found = deployment.gateway_keys.renewed(found)
    record = found.record.changed(enabled=True)
    warned = lost_routes(deployment.role_map.readable(), record)
    return {
        **_changed(deployment, found, record),
        **deployment.settings.granting_bound,
        **warned,
    }


def disable(deployment: Deployment, request: Disable) -> Document:
    """Answer ``disable``, which is allowed whatever the record's roles."""
    found = deployment.records.live(request.principal)
    answer = _changed(deployment, found, found.record.changed(enabled=False))
    return answer | deployment.settings.bound


def update(deployment: Deployment, request: Update) -> Document:
    """Answer ``update``: the given fields replace the record's."""
    found = deployment.records.live(request.principal)
    deployment.grants.check_record(found.record)
    if request.if_version not in (None, found.version):
        raise conflict("the record")
    fields = request.fields()
    if request.asks_for_an_end:
        now = int(deployment.clock())
        fields["expirationDate"] = deployment.lifetimes.expiration_date(
            request, asked_at=now, now=now, otherwise=None
        )
    record = found.record.changed(**fields)
    deployment.grants.check_record(record)
    if request.roles is not None:
        role_map = check_roles(
            deployment.role_map,
            record.roles,
            session=record.session,
            networks=record.networks,
        )
        warned = findings(role_map, record)
    elif record.networks != found.record.networks:
        warned = findings(check_networks(deployment.role_map, record), record)
    elif policy.context(record) != policy.context(found.record):
        warned = findings(deployment.role_map.readable(), record)
    else:
        warned = lost_routes(deployment.role_map.readable(), record)
    if request.asks_for_an_end:
        # What had ended may pass again, and has to be metered then.
        found = deployment.gateway_keys.renewed(found)
        record = found.record.changed(**fields)
    return {
        **_changed(deployment, found, record),
        **deployment.settings.granting_bound,
        **warned,
    }


def _changed(deployment: Deployment, found: Found, record: Record) -> Document:
    replaced = deployment.records.replace(found, record)
    return {"status": 200, "record": _view(deployment, replaced)}


def _view(deployment: Deployment, found: Found) -> Document:
    return public_view(found.record, found.version, deployment.clock())
