"""The admin actions of one deployment, and what lies in its account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

from admin.dispatch import Actions
from admin.requests.any_request import AnyRequest
from admin.stores.engine import Stored
from apikeys.key import Key
from tests import exchanges
from tests.builders import NOW
from tests.in_process import client_of, deployment_of
from tests.tables import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.requests.base import Request

# The variables that choose where the records lie.
STORE: dict[str, str] = {}


class Admin:
    """The actions of one deployment, and what lies in its account."""

    def __init__(self, **environ: str) -> None:
        self.secrets = client_of("secretsmanager")
        self.gateway = client_of("apigateway")
        self.now: float = NOW
        self.deployment = deployment_of(STORE | environ, clock=lambda: self.now)
        self._actions = Actions(self.deployment)
        self.audit: Any = None

    def __call__(self, action: str, **fields: object) -> Any:
        """Carry out one action and return its answer."""
        return self.send({"action": action, **fields})

    def send(self, event: object) -> Any:
        """Carry out one request and return its answer, which the schema describes."""
        answer, self.audit = self._actions.carry_out(event)
        received = json.loads(json.dumps(answer))
        exchanges.check(event, received)
        return received

    def issued(self, **fields: object) -> tuple[Key, dict[str, Any]]:
        """Issue a key that must be issued; return it and the answer."""
        answer = self("issue", **({"client": "Acme"} | fields))
        assert answer["status"] == 201, answer
        return Key.parse(answer["key"]), answer

    def stored(self, name: str) -> str:
        """Return the current value of a stored secret, or a record's."""
        record = self._record(name)
        if record is not None:
            return record.text
        found = self.secrets.get_secret_value(SecretId=name, VersionStage="AWSCURRENT")
        return str(found["SecretString"])

    def record(self, key_id: str) -> dict[str, Any]:
        """Return the stored record of a key."""
        return dict(json.loads(self.stored(f"APIKEY_{key_id}")))

    def keep(self, name: str, text: str) -> None:
        """Store a record as somebody else would."""
        self.deployment.store.create(name, text, "API key record")

    def overwrite(self, name: str, text: str) -> None:
        """Write a stored secret, or a record, as somebody else would."""
        record = self._record(name)
        if record is not None:
            self.deployment.store.replace(name, text, record.version)
            return
        self.secrets.put_secret_value(SecretId=name, SecretString=text)

    def contents(self) -> dict[str, tuple[str | None, str]]:
        """Return everything stored: each value and when it was deleted."""
        pages = self.secrets.get_paginator("list_secrets").paginate(
            IncludePlannedDeletion=True
        )
        return self._items() | {
            secret["Name"]: (
                None if "DeletedDate" in secret else self.stored(secret["Name"]),
                str(secret.get("DeletedDate")),
            )
            for page in pages
            for secret in page["SecretList"]
        }

    def _record(self, name: str) -> Stored | None:
        """Return the record of this name, None where it is a secret."""
        settings = self.deployment.settings
        prefixes = settings.secret_name_prefix, settings.login_name_prefix
        if not STORE or not name.startswith(prefixes):
            return None
        found = self.deployment.store.read(name)
        assert isinstance(found, Stored), found
        return found

    def _items(self) -> dict[str, tuple[str | None, str]]:
        if not STORE:
            return {}
        items = client_of("dynamodb").scan(TableName=TABLE)["Items"]
        return {
            item["pk"]["S"]: (
                None if "revokedAt" in item else item["record"]["S"],
                str(item.get("revokedAt")),
            )
            for item in items
        }

    def gateway_keys(self) -> list[str]:
        """Return the ids of API Gateway's own keys."""
        return [key["id"] for key in self.gateway.get_api_keys()["items"]]


def request_models() -> tuple[type[Request], ...]:
    """Return the model of each action's requests."""
    models: tuple[type[Request], ...] = get_args(get_args(AnyRequest.__value__)[0])
    return models


def before_next(admin: Admin, method: str, act: Callable[[], object]) -> None:
    """Let something happen just before the next write of this kind to the records."""
    records = admin.deployment.records
    write = getattr(records, method)

    def overtaken(*arguments: Any) -> Any:
        setattr(records, method, write)
        act()
        return write(*arguments)

    setattr(records, method, overtaken)
