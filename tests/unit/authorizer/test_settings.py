"""The authorizer's environment variables."""

from __future__ import annotations

import pytest

from authorizer.settings import Settings

_LEAST = {"SIGNING_SECRET": "signing"}


def _read(**environ: str) -> dict[str, object]:
    found = Settings(_LEAST | environ)
    return {name: getattr(found, name) for name in Settings.__slots__}


_DEFAULTS: dict[str, object] = {
    "is_cached": True,
    "login_name_prefix": "APIUSER_",
    "own_ttl_seconds": 30,
    "reads_ontopop": False,
    "record_ttl_seconds": 30,
    "roles_secret": "APIROLES",
    "secret_name_prefix": "APIKEY_",
    "signing_secret": "signing",
    "source_ip_key": "aws:SourceIp",
    "stale_seconds": 300,
    "tag_check": True,
    "takes_basic": False,
    "takes_foreign_keys": False,
    "takes_keys": True,
    "unknown_ttl_seconds": 5,
}


def test_only_the_signing_secret_has_no_default() -> None:
    """The defaults are those of docs/configuration.md."""
    assert _read() == _DEFAULTS


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("SIGNING_SECRET", "other", "signing_secret", "other"),
        ("SECRET_NAME_PREFIX", "dev/APIKEY_", "secret_name_prefix", "dev/APIKEY_"),
        ("ROLES_SECRET", "dev/roles", "roles_secret", "dev/roles"),
        ("UNKNOWN_TTL_SECONDS", "1", "unknown_ttl_seconds", 1),
        ("STALE_SECONDS", "0", "stale_seconds", 0),
        ("TAG_CHECK", "off", "tag_check", False),
        ("TAG_CHECK", "on", "tag_check", True),
        ("AUTHORIZER_CACHE_SECONDS", "0", "is_cached", False),
        ("AUTHORIZER_CACHE_SECONDS", "1", "is_cached", True),
        ("SOURCE_IP_KEY", "aws:VpcSourceIp", "source_ip_key", "aws:VpcSourceIp"),
    ],
)
def test_every_variable_sets_one_thing(
    name: str, text: str, field: str, value: object
) -> None:
    """And leaves the others at their defaults."""
    assert _read(**{name: text}) == _DEFAULTS | {field: value}


@pytest.mark.parametrize(("ttl", "own"), [(0, 1), (1, 1), (2, 2), (3_600, 3_600)])
def test_what_every_request_needs_is_kept_for_a_second_at_least(
    ttl: int, own: int
) -> None:
    """Anybody can send requests: with a TTL of 0 each would read it."""
    found = _read(RECORD_TTL_SECONDS=str(ttl))
    changed = {"record_ttl_seconds": ttl, "own_ttl_seconds": own}
    assert found == _DEFAULTS | changed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SIGNING_SECRET", ""),
        ("RECORD_TTL_SECONDS", ""),
        ("RECORD_TTL_SECONDS", "-1"),
        ("UNKNOWN_TTL_SECONDS", "5s"),
        ("STALE_SECONDS", "1.5"),
        ("AUTHORIZER_CACHE_SECONDS", "-1"),
        ("SOURCE_IP_KEY", ""),
        ("SOURCE_IP_KEY", "aws:sourceip"),
        ("TAG_CHECK", "no"),
        ("TAG_CHECK", "OFF"),
        ("CREDENTIALS", "Basic"),
        ("CREDENTIALS", "basic,api-key"),
        ("CREDENTIALS", ""),
        ("LEGACY_KEYS", "on"),
    ],
)
def test_a_bad_value_fails_at_start_up_by_name(name: str, text: str) -> None:
    """What is not known here is refused, so that nothing is silently not enforced."""
    with pytest.raises(ValueError, match=f"^{name} "):
        _read(**{name: text})


@pytest.mark.parametrize(
    ("text", "takes_keys", "takes_basic"),
    [("api-key", True, False), ("basic", False, True), ("api-key,basic", True, True)],
)
def test_the_kinds_of_credentials_are_a_setting(
    text: str, *, takes_keys: bool, takes_basic: bool
) -> None:
    """Keys, logins, or both."""
    found = _read(CREDENTIALS=text)
    assert (found["takes_keys"], found["takes_basic"]) == (takes_keys, takes_basic)


@pytest.mark.parametrize(
    ("text", "takes_foreign_keys", "reads_ontopop"),
    [("off", False, False), ("imported", True, False), ("ontopop", True, True)],
)
def test_keys_minted_elsewhere_are_a_setting(
    text: str, *, takes_foreign_keys: bool, reads_ontopop: bool
) -> None:
    """None, imported ones, OntoPop's own too."""
    found = _read(LEGACY_KEYS=text)
    assert found["takes_foreign_keys"] is takes_foreign_keys
    assert found["reads_ontopop"] is reads_ontopop


def test_a_missing_signing_secret_fails_at_start_up() -> None:
    """There is no way to run without."""
    with pytest.raises(ValueError, match=r"^SIGNING_SECRET is missing$"):
        Settings({})


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
