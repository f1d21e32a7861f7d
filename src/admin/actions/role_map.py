"""The actions on the role map: show, check, replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError, invalid
from admin.rules import role_map_findings
from apikeys import document
from apikeys.access import Work
from apikeys.check import MAX_MAP_BYTES, MOST_WORK
from apikeys.errors import MalformedRoleMapError, TooIntricateError
from apikeys.finding import REFUSE, refusals
from apikeys.migration import opens_no_longer
from apikeys.roles import RoleMap

if TYPE_CHECKING:
    from admin.deployment import Deployment
    from admin.requests.operations import RolesCheck, RolesGet, RolesPut
    from apikeys.document import Document
    from apikeys.finding import Finding


def get(deployment: Deployment, _request: RolesGet) -> Document:
    """Answer ``roles.get``."""
    role_map, version = deployment.role_map.versioned()
    return {"status": 200, "roleMap": role_map.document, "version": version}


def put(deployment: Deployment, request: RolesPut) -> Document:
    """Answer ``roles.put``: all findings at once, or the new map in force."""
    deployment.grants.check_unlimited("roles.put")
    role_map = _parsed(request.role_map)
    found = role_map_findings.findings(role_map)
    if refused := [finding for finding in found if finding.grade == REFUSE]:
        raise _refusal(refused)
    if not (role_map.role_names() or request.allow_empty):
        message = "has no roles, which takes every route from every key; say allowEmpty"
        raise invalid("roleMap", message)
    before = deployment.role_map.readable()
    return {
        "status": 200,
        "roleMap": role_map.document,
        "version": deployment.role_map.put(role_map, request.if_version),
        "findings": _documents(role_map_findings.unknown(found, before)),
        **deployment.settings.own_bound,
    }


def check(deployment: Deployment, request: RolesCheck) -> Document:
    """Answer ``roles.check``: 200 with all findings about the map.

    For the stored one also what it opened before ``{name}`` became exact.
    """
    lost: Document = {}
    try:
        if request.role_map is None:
            role_map = deployment.role_map.current()
            lost = _lost(role_map)
        else:
            role_map = _parsed(request.role_map)
        found = role_map_findings.findings(role_map)
    except RefusedError as refused:
        if refused.findings is None:
            raise
        found = refused.findings
    is_valid = all(finding.grade != REFUSE for finding in found)
    return {"status": 200, "isValid": is_valid, "findings": _documents(found)} | lost


def _lost(role_map: RoleMap) -> Document:
    """Return the part of an answer that lists what a map no longer opens.

    Empty if the map is too intricate for that.
    """
    try:
        found = list(opens_no_longer(role_map, Work(MOST_WORK)))
    except TooIntricateError:
        return {}
    return {
        "opensNoLonger": [
            {"role": role, "route": route, "requests": requests}
            for role, route, requests in found
        ]
    }


def _parsed(found: Document) -> RoleMap:
    if len(document.dumps(found).encode()) > MAX_MAP_BYTES:
        raise invalid("roleMap", f"longer than {MAX_MAP_BYTES} bytes as JSON")
    try:
        return RoleMap.parse(found)
    except MalformedRoleMapError as error:
        raise _refusal(refusals(error.findings)) from error


def _refusal(found: list[Finding]) -> RefusedError:
    message = f"roleMap: {'; '.join(finding.message for finding in found)}"
    code = Code.INVALID_ROLE_MAP
    return RefusedError(code, message, field="roleMap", findings=found)


def _documents(found: list[Finding]) -> list[Document]:
    return [finding.document() for finding in found]
