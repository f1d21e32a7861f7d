"""The actions on the role map: shown, checked, replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError, invalid
from admin.rules import role_map_findings
from apikeys import conflicts, document
from apikeys.errors import MalformedRoleMapError
from apikeys.roles import RoleMap

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.requests import RolesCheck, RolesGet, RolesPut
    from apikeys.document import Document

_MAX_STORED_BYTES = 65_536


def get(deployment: Deployment, _request: RolesGet) -> Document:
    """Answer ``roles.get``."""
    role_map, version = deployment.role_maps.versioned()
    return {"status": 200, "roleMap": role_map.document, "version": version}


def put(deployment: Deployment, request: RolesPut) -> Document:
    """Answer ``roles.put``: all findings at once, or the new map in force."""
    deployment.grants.check_unlimited("roles.put")
    role_map = _checked(request.role_map)
    if not (role_map.roles or request.allow_empty):
        message = "has no roles, which takes every route from every key; say allowEmpty"
        raise invalid("roleMap", message)
    before = deployment.role_maps.readable()
    return {
        "status": 200,
        "roleMap": role_map.document,
        "version": deployment.role_maps.put(role_map, request.if_version),
        "findings": role_map_findings.new_warnings(role_map, before),
        **deployment.settings.own_bound,
    }


def check(_deployment: Deployment, request: RolesCheck) -> Document:
    """Answer ``roles.check``: 200 with what ``roles.put`` would find."""
    try:
        role_map = _checked(request.role_map)
    except RefusedError as refused:
        if refused.findings is None:
            raise
        return {"status": 200, "isValid": False, "findings": refused.findings}
    warnings = role_map_findings.warnings(role_map)
    return {"status": 200, "isValid": True, "findings": warnings}


def _checked(found: Document) -> RoleMap:
    # First: finding conflicts takes time with the square of the map's length.
    if len(document.dumps(found).encode()) > _MAX_STORED_BYTES:
        raise invalid("roleMap", f"longer than {_MAX_STORED_BYTES} bytes as JSON")
    try:
        role_map = RoleMap.parse(found)
        conflicts.check_role_map(role_map)
    except MalformedRoleMapError as error:
        raise RefusedError(
            Code.INVALID_ROLE_MAP,
            f"roleMap: {error}",
            field="roleMap",
            findings=error.findings,
        ) from error
    return role_map
