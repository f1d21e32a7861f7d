"""The admin function's environment variables, checked once at start-up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from apikeys.defaults import (
    ACCOUNT_PREFIX,
    AUTHORIZER_CACHE_SECONDS,
    RECORD_PREFIX,
    ROLE_MAP_NAME,
)
from apikeys.environ import (
    check_names,
    choice,
    required,
    whole_number,
    whole_numbers,
)
from apikeys.key import PREFIX_PATTERN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apikeys.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the template sets; docs/configuration.md says what each one causes."""

    key_prefix: str
    secret_name_prefix: str
    login_name_prefix: str
    signing_secret: str
    roles_secret: str
    hashes_slowly: bool
    checks_tags: bool
    authorizer_cache_seconds: int
    record_ttl_seconds: int
    unknown_ttl_seconds: int
    default_issuer: str
    default_lifetime_days: int
    max_lifetime_days: int
    admin_actions: str
    grantable_roles: str
    grantable_sessions: str
    grantable_plans: str
    grantable_clients: str
    flush_stages: str
    takes_keys: bool
    takes_basic: bool
    takes_foreign_keys: bool
    reads_ontopop: bool
    kms_key_id: str | None
    record_table: str | None
    delivery_prefix: str
    event_bus_name: str
    expiry_notices: tuple[int, ...]
    alarm_topic_arn: str
    authorizer_log_group: str
    last_use_table: str
    stack_name: str

    @property
    def own_ttl_seconds(self) -> int:
        """How old the authorizer's role map and signing keys may be.

        It reads the deployment's own secrets at most once a second.
        """
        return max(1, self.record_ttl_seconds)

    @property
    def bound(self) -> Document:
        """How soon a change takes effect, as answers that take rights away state it."""
        return self._bound(self.record_ttl_seconds)

    @property
    def granting_bound(self) -> Document:
        """How soon a record passes that was refused before, even a moment ago.

        The authorizer may remember the old record or its absence, and API Gateway may
        have cached the refusal.
        """
        return self._bound(max(self.record_ttl_seconds, self.unknown_ttl_seconds))

    @property
    def own_bound(self) -> Document:
        """How soon a change of role map or signing keys takes effect."""
        return self._bound(self.own_ttl_seconds)

    def _bound(self, ttl: int) -> Document:
        return {
            "effectiveWithinSeconds": self.authorizer_cache_seconds + ttl,
            "recordTtlSeconds": ttl,
        }

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises:
            ValueError: a variable is missing or has a value that is not allowed.
        """
        key_prefix = environ.get("KEY_PREFIX", "ak")
        if not re.fullmatch(PREFIX_PATTERN, key_prefix):
            raise ValueError(f"KEY_PREFIX does not match {PREFIX_PATTERN}")
        kinds = choice(environ, "CREDENTIALS", ("api-key", "basic", "api-key,basic"))
        legacy = choice(environ, "LEGACY_KEYS", ("off", "imported", "ontopop"))
        records = environ.get("SECRET_NAME_PREFIX", RECORD_PREFIX)
        accounts = environ.get("LOGIN_NAME_PREFIX", ACCOUNT_PREFIX)
        roles = environ.get("ROLES_SECRET", ROLE_MAP_NAME)
        signing = required(environ, "SIGNING_SECRET")
        check_names(records, accounts, roles, signing)
        store = choice(environ, "RECORD_STORE", ("secretsmanager", "dynamodb"))
        table = required(environ, "RECORD_TABLE") if store == "dynamodb" else None
        if table is not None and legacy == "ontopop":
            raise ValueError(
                "LEGACY_KEYS is off or imported where RECORD_STORE is dynamodb"
            )
        delivery = environ.get("DELIVERY_PREFIX", "")
        _check_delivery(delivery, (records, accounts), (roles, signing))
        return cls(
            key_prefix=key_prefix,
            secret_name_prefix=records,
            login_name_prefix=accounts,
            signing_secret=signing,
            roles_secret=roles,
            hashes_slowly=choice(environ, "KEY_HASH", ("sha256", "argon2id"))
            == "argon2id",
            checks_tags=choice(environ, "TAG_CHECK", ("on", "off")) == "on",
            authorizer_cache_seconds=whole_number(
                environ, "AUTHORIZER_CACHE_SECONDS", AUTHORIZER_CACHE_SECONDS
            ),
            record_ttl_seconds=whole_number(environ, "RECORD_TTL_SECONDS", 30),
            unknown_ttl_seconds=whole_number(environ, "UNKNOWN_TTL_SECONDS", 5),
            default_issuer=environ.get("DEFAULT_ISSUER", "apikeys"),
            default_lifetime_days=whole_number(environ, "DEFAULT_LIFETIME_DAYS", 90),
            max_lifetime_days=whole_number(environ, "MAX_LIFETIME_DAYS", 0),
            admin_actions=choice(
                environ, "ADMIN_ACTIONS", ("all", "support", "read", "notify")
            ),
            grantable_roles=environ.get("GRANTABLE_ROLES", "*"),
            grantable_sessions=environ.get("GRANTABLE_SESSIONS", ""),
            grantable_plans=environ.get("GRANTABLE_PLANS", ""),
            grantable_clients=environ.get("GRANTABLE_CLIENTS", "*"),
            flush_stages=environ.get("FLUSH_STAGES", ""),
            takes_keys="api-key" in kinds,
            takes_basic="basic" in kinds,
            takes_foreign_keys=legacy != "off",
            reads_ontopop=legacy == "ontopop",
            kms_key_id=environ.get("KMS_KEY_ID") or None,
            record_table=table,
            delivery_prefix=delivery,
            event_bus_name=environ.get("EVENT_BUS_NAME", ""),
            expiry_notices=whole_numbers(environ, "EXPIRY_NOTICES"),
            alarm_topic_arn=environ.get("ALARM_TOPIC_ARN", ""),
            authorizer_log_group=environ.get("AUTHORIZER_LOG_GROUP", ""),
            last_use_table=environ.get("LAST_USE_TABLE", ""),
            stack_name=environ.get("STACK_NAME", "apikeys"),
        )


def _check_delivery(
    delivery: str, prefixes: tuple[str, ...], names: tuple[str, ...]
) -> None:
    """Refuse a prefix under which a delivery could overwrite our own secrets."""
    ours = any(name.startswith(delivery) for name in (*prefixes, *names))
    if delivery and (ours or delivery.startswith(prefixes)):
        raise ValueError(
            "DELIVERY_PREFIX begins as a record, the role map or the signing secret"
        )
