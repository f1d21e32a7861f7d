"""The admin function's environment variables."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from admin.settings import Settings

_LEAST = {"SIGNING_SECRET": "signing"}
_DEFAULTS: dict[str, Any] = {
    "admin_actions": "all",
    "authorizer_cache_seconds": 30,
    "default_issuer": "apikeys",
    "delivery_prefix": "",
    "default_lifetime_days": 90,
    "alarm_topic_arn": "",
    "authorizer_log_group": "",
    "last_use_table": "",
    "event_bus_name": "",
    "expiry_notices": (),
    "flush_stages": "",
    "grantable_clients": "*",
    "grantable_plans": "",
    "grantable_roles": "*",
    "grantable_sessions": "",
    "hashes_slowly": False,
    "reads_ontopop": False,
    "takes_basic": False,
    "takes_foreign_keys": False,
    "takes_keys": True,
    "checks_tags": True,
    "key_prefix": "ak",
    "kms_key_id": None,
    "login_name_prefix": "APIUSER_",
    "max_lifetime_days": 0,
    "record_table": None,
    "record_ttl_seconds": 30,
    "roles_secret": "APIROLES",
    "secret_name_prefix": "APIKEY_",
    "signing_secret": "signing",
    "unknown_ttl_seconds": 5,
    "stack_name": "apikeys",
}


def _read(**environ: str) -> dict[str, Any]:
    return asdict(Settings.from_environ(_LEAST | environ))


def test_only_the_signing_secret_has_no_default() -> None:
    """The defaults are those of docs/configuration.md."""
    assert _read() == _DEFAULTS


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("AUTHORIZER_CACHE_SECONDS", "300", "authorizer_cache_seconds", 300),
        ("DEFAULT_ISSUER", "Ops", "default_issuer", "Ops"),
        ("DEFAULT_LIFETIME_DAYS", "7", "default_lifetime_days", 7),
        ("ALARM_TOPIC_ARN", "arn", "alarm_topic_arn", "arn"),
        ("AUTHORIZER_LOG_GROUP", "group", "authorizer_log_group", "group"),
        ("LAST_USE_TABLE", "table", "last_use_table", "table"),
        ("EXPIRY_NOTICES", "30,7,1", "expiry_notices", (30, 7, 1)),
        ("EXPIRY_NOTICES", "", "expiry_notices", ()),
        ("EVENT_BUS_NAME", "keys", "event_bus_name", "keys"),
        ("FLUSH_STAGES", "a/b", "flush_stages", "a/b"),
        ("ADMIN_ACTIONS", "read", "admin_actions", "read"),
        ("DELIVERY_PREFIX", "clients/", "delivery_prefix", "clients/"),
        ("GRANTABLE_CLIENTS", "Acme", "grantable_clients", "Acme"),
        ("GRANTABLE_PLANS", "p1", "grantable_plans", "p1"),
        ("GRANTABLE_SESSIONS", "DESK", "grantable_sessions", "DESK"),
        ("GRANTABLE_ROLES", "READER", "grantable_roles", "READER"),
        ("KEY_HASH", "argon2id", "hashes_slowly", True),
        ("TAG_CHECK", "off", "checks_tags", False),
        ("STACK_NAME", "apikeys-prod", "stack_name", "apikeys-prod"),
        ("KEY_PREFIX", "acme", "key_prefix", "acme"),
        ("CREDENTIALS", "api-key,basic", "takes_basic", True),
        ("LOGIN_NAME_PREFIX", "dev_", "login_name_prefix", "dev_"),
        ("KMS_KEY_ID", "alias/mine", "kms_key_id", "alias/mine"),
        ("KMS_KEY_ID", "", "kms_key_id", None),
        ("MAX_LIFETIME_DAYS", "365", "max_lifetime_days", 365),
        ("UNKNOWN_TTL_SECONDS", "7", "unknown_ttl_seconds", 7),
        ("RECORD_TTL_SECONDS", "2", "record_ttl_seconds", 2),
        ("RECORD_STORE", "secretsmanager", "record_table", None),
        ("RECORD_TABLE", "not-used", "record_table", None),
        ("ROLES_SECRET", "roles", "roles_secret", "roles"),
        ("SECRET_NAME_PREFIX", "dev/", "secret_name_prefix", "dev/"),
        ("SIGNING_SECRET", "other", "signing_secret", "other"),
    ],
)
def test_every_variable_sets_one_thing(
    name: str, text: str, field: str, value: object
) -> None:
    """And leaves the others at their defaults."""
    assert _read(**{name: text}) == _DEFAULTS | {field: value}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SIGNING_SECRET", ""),
        ("KEY_PREFIX", ""),
        ("KEY_PREFIX", "a"),
        ("KEY_PREFIX", "Ak"),
        ("KEY_PREFIX", "ak\n"),
        ("KEY_PREFIX", "a" * 13),
        ("ADMIN_ACTIONS", "some"),
        ("KEY_HASH", "sha512"),
        ("CREDENTIALS", "basic,api-key"),
        ("DEFAULT_LIFETIME_DAYS", "ninety"),
        ("MAX_LIFETIME_DAYS", "-1"),
        ("AUTHORIZER_CACHE_SECONDS", "1.5"),
        ("RECORD_TTL_SECONDS", ""),
        ("RECORD_STORE", "vault"),
    ],
)
def test_a_bad_value_fails_at_start_up_by_name(name: str, text: str) -> None:
    """The function never becomes ready."""
    with pytest.raises(ValueError, match=f"^{name} "):
        _read(**{name: text})


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"ROLES_SECRET": "APIKEY_ROLES"}, "ROLES_SECRET begins with SECRET_NAME_PREF"),
        ({"ROLES_SECRET": "APIUSER_x"}, "ROLES_SECRET begins with LOGIN_NAME_PREFIX"),
        ({"SECRET_NAME_PREFIX": "API"}, "ROLES_SECRET begins with SECRET_NAME_PREFIX"),
        ({"SECRET_NAME_PREFIX": ""}, "ROLES_SECRET begins with SECRET_NAME_PREFIX"),
        ({"SIGNING_SECRET": "APIKEY_1"}, "SIGNING_SECRET begins with SECRET_NAME_PREF"),
        ({"SIGNING_SECRET": "APIUSER_1"}, "SIGNING_SECRET begins with LOGIN_NAME_PREF"),
        ({"SIGNING_SECRET": "APIROLES"}, "ROLES_SECRET is SIGNING_SECRET"),
        ({"LOGIN_NAME_PREFIX": "APIKEY_"}, "LOGIN_NAME_PREFIX and SECRET_NAME_PREFIX"),
        ({"LOGIN_NAME_PREFIX": "APIKEY_U_"}, "LOGIN_NAME_PREFIX and SECRET_NAME_PREF"),
        ({"SECRET_NAME_PREFIX": "APIUSER_K"}, "LOGIN_NAME_PREFIX and SECRET_NAME_PRE"),
        ({"LOGIN_NAME_PREFIX": "users-"}, "LOGIN_NAME_PREFIX has a hyphen among its"),
        ({"LOGIN_NAME_PREFIX": "a-users"}, "LOGIN_NAME_PREFIX has a hyphen among its"),
    ],
)
def test_names_of_which_one_is_taken_for_another_fail_at_start_up(
    environ: dict[str, str], message: str
) -> None:
    """A record of that name would overwrite the role map, or open as another kind."""
    with pytest.raises(ValueError, match=f"^{message}"):
        _read(**environ)


def test_records_in_a_table_need_its_name() -> None:
    """And OntoPop's own records are secrets: they are imported first."""
    chosen = {"RECORD_STORE": "dynamodb"}
    assert _read(**chosen, RECORD_TABLE="keys")["record_table"] == "keys"
    with pytest.raises(ValueError, match=r"^RECORD_TABLE "):
        _read(**chosen)
    with pytest.raises(ValueError, match=r"^LEGACY_KEYS "):
        _read(**chosen, RECORD_TABLE="keys", LEGACY_KEYS="ontopop")
