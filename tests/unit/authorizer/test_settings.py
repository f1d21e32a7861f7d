"""The authorizer's environment variables."""

from __future__ import annotations

import pytest

from authorizer.settings import Settings

_LEAST = {"SIGNING_SECRET": "signing"}


def _read(**environ: str) -> dict[str, object]:
    found = Settings(_LEAST | environ)
    return {name: getattr(found, name) for name in Settings.__slots__}


_DEFAULTS: dict[str, object] = {
    "record_ttl_seconds": 30,
    "roles_secret": "APIROLES",
    "secret_name_prefix": "APIKEY_",
    "signing_secret": "signing",
    "stale_seconds": 300,
    "tag_check": True,
    "unknown_ttl_seconds": 5,
}


def test_only_the_signing_secret_has_no_default() -> None:
    """The defaults are those of DESIGN §9."""
    assert _read() == _DEFAULTS


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("SIGNING_SECRET", "other", "signing_secret", "other"),
        ("SECRET_NAME_PREFIX", "dev/APIKEY_", "secret_name_prefix", "dev/APIKEY_"),
        ("ROLES_SECRET", "dev/roles", "roles_secret", "dev/roles"),
        ("RECORD_TTL_SECONDS", "0", "record_ttl_seconds", 0),
        ("UNKNOWN_TTL_SECONDS", "1", "unknown_ttl_seconds", 1),
        ("STALE_SECONDS", "0", "stale_seconds", 0),
        ("TAG_CHECK", "off", "tag_check", False),
        ("TAG_CHECK", "on", "tag_check", True),
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
        ("RECORD_TTL_SECONDS", ""),
        ("RECORD_TTL_SECONDS", "-1"),
        ("UNKNOWN_TTL_SECONDS", "5s"),
        ("STALE_SECONDS", "1.5"),
        ("TAG_CHECK", "no"),
        ("TAG_CHECK", "OFF"),
        ("CREDENTIALS", "basic"),
        ("CREDENTIALS", ""),
        ("LEGACY_KEYS", "ontopop"),
    ],
)
def test_a_bad_value_fails_at_start_up_by_name(name: str, text: str) -> None:
    """What is not known here is refused, so that nothing is silently not enforced."""
    with pytest.raises(ValueError, match=f"^{name} "):
        _read(**{name: text})


def test_a_missing_signing_secret_fails_at_start_up() -> None:
    """There is no way to run without."""
    with pytest.raises(ValueError, match="^SIGNING_SECRET is missing$"):
        Settings({})
