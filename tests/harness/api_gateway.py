"""API Gateway in memory: its keys, what usage plans hold them, and stages to flush."""

# ruff: noqa: N803 - the parameters have the names of boto3's

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from tests.harness.client import ServiceError


@dataclass(slots=True)
class GatewayKey:
    """A key of API Gateway's own, which meters a client."""

    id: str
    value: str
    name: str
    enabled: bool
    description: str


@dataclass(slots=True)
class ApiGateway:
    """The operations, by the names of boto3's methods (versions 1 and 2 in one).

    Attributes:
        keys: by id; no id is given twice.
        plans: the ids of the keys in each usage plan.
        rest_stages: API id and stage of each REST API's.
        http_stages: the same of HTTP APIs.
    """

    keys: dict[str, GatewayKey] = field(default_factory=dict)
    plans: dict[str, list[str]] = field(default_factory=dict)
    rest_stages: set[tuple[str, str]] = field(default_factory=set)
    http_stages: set[tuple[str, str]] = field(default_factory=set)
    _made: int = 0

    def create_api_key(
        self,
        name: str = "",
        value: str | None = None,
        enabled: bool = False,  # noqa: FBT001, FBT002 - AWS's own
        description: str = "",
        **_rest: Any,
    ) -> dict[str, Any]:
        """Make a key; two may have one name, and each call makes one more."""
        self._made += 1
        drawn = sha256(f"gateway key {self._made}".encode()).hexdigest()
        value = value or drawn[:40]
        if any(key.value == value for key in self.keys.values()):
            raise ServiceError("ConflictException", "API Key already exists")
        key = GatewayKey(f"gk{drawn[-8:]}", value, name, enabled, description)
        self.keys[key.id] = key
        return _shown(key, includes_value=True)

    def get_api_key(
        self,
        apiKey: str,
        includeValue: bool = False,  # noqa: FBT001, FBT002
    ) -> dict[str, Any]:
        """Return a key, without its value unless that is asked for."""
        return _shown(self._key(apiKey), includes_value=includeValue)

    def get_api_keys(
        self,
        nameQuery: str = "",
        includeValues: bool = False,  # noqa: FBT001, FBT002
        limit: int = 25,
        position: str = "0",
    ) -> dict[str, Any]:
        """Return a page of the keys whose names begin so."""
        found = [k for k in self.keys.values() if k.name.startswith(nameQuery)]
        start, end = int(position), int(position) + limit
        items = [_shown(key, includes_value=includeValues) for key in found[start:end]]
        return {"items": items} | ({"position": str(end)} if end < len(found) else {})

    def delete_api_key(self, apiKey: str) -> dict[str, Any]:
        """Delete a key, and take it out of its plans."""
        self._key(apiKey)
        del self.keys[apiKey]
        for members in self.plans.values():
            if apiKey in members:
                members.remove(apiKey)
        return {}

    def create_usage_plan_key(
        self,
        usagePlanId: str,
        keyId: str,
        keyType: str,
    ) -> dict[str, Any]:
        """Put a key into a plan."""
        if keyType != "API_KEY":
            raise ServiceError("BadRequestException", "Invalid Key type")
        members, key = self._plan(usagePlanId), self._key(keyId)
        if keyId in members:
            raise ServiceError("ConflictException", "already subscribed to the plan")
        members.append(keyId)
        return {"id": keyId, "type": keyType, "value": key.value, "name": key.name}

    def delete_usage_plan_key(
        self,
        usagePlanId: str,
        keyId: str,
    ) -> dict[str, Any]:
        """Take a key out of a plan."""
        members = self._plan(usagePlanId)
        if keyId not in members:
            raise _missing("Invalid API Key identifier specified")
        members.remove(keyId)
        return {}

    def get_usage_plan_keys(self, usagePlanId: str) -> dict[str, Any]:
        """Return the keys in a plan."""
        members = self._plan(usagePlanId)
        return {
            "items": [
                {"id": key_id, "type": "API_KEY", "name": self.keys[key_id].name}
                for key_id in members
            ]
        }

    def flush_stage_authorizers_cache(
        self,
        restApiId: str,
        stageName: str,
    ) -> dict[str, Any]:
        """Accept the flush of a REST API's stage."""
        if (restApiId, stageName) not in self.rest_stages:
            raise _missing("Invalid stage identifier specified")
        return {}

    def reset_authorizers_cache(
        self,
        ApiId: str,
        StageName: str,
    ) -> dict[str, Any]:
        """Accept the flush of an HTTP API's stage."""
        if (ApiId, StageName) not in self.http_stages:
            raise _missing("Invalid stage identifier specified")
        return {}

    def _key(self, key_id: str) -> GatewayKey:
        if key_id not in self.keys:
            raise _missing("Invalid API Key identifier specified")
        return self.keys[key_id]

    def _plan(self, plan_id: str) -> list[str]:
        if plan_id not in self.plans:
            raise _missing("Invalid Usage Plan ID specified")
        return self.plans[plan_id]


def _shown(key: GatewayKey, *, includes_value: bool) -> dict[str, Any]:
    shown = {"id": key.id, "name": key.name, "enabled": key.enabled}
    shown |= {"description": key.description} if key.description else {}
    return shown | ({"value": key.value} if includes_value else {})


def _missing(message: str) -> ServiceError:
    return ServiceError("NotFoundException", message)
