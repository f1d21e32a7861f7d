"""The authorizer's environment variables, checked once at start-up."""

from __future__ import annotations

from apikeys.environ import check_names, choice, required, whole_number
from apikeys.policy import SOURCE_IP_KEYS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Settings:
    """What the template sets; docs/configuration.md says what each one causes."""

    __slots__ = (
        "is_cached",
        "login_name_prefix",
        "own_ttl_seconds",
        "reads_ontopop",
        "record_ttl_seconds",
        "roles_secret",
        "secret_name_prefix",
        "signing_secret",
        "source_ip_key",
        "stale_seconds",
        "tag_check",
        "takes_basic",
        "takes_foreign_keys",
        "takes_keys",
        "unknown_ttl_seconds",
    )

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Read the settings.

        Raises:
            ValueError: a variable is missing or has a value that is not allowed.
        """
        self.signing_secret = required(environ, "SIGNING_SECRET")
        self.secret_name_prefix = environ.get("SECRET_NAME_PREFIX", "APIKEY_")
        self.login_name_prefix = environ.get("LOGIN_NAME_PREFIX", "APIUSER_")
        self.roles_secret = environ.get("ROLES_SECRET", "APIROLES")
        check_names(
            self.secret_name_prefix,
            self.login_name_prefix,
            self.roles_secret,
            self.signing_secret,
        )
        self.record_ttl_seconds = whole_number(environ, "RECORD_TTL_SECONDS", 30)
        # Every request needs the signing keys and the role map, and anybody can send
        # one.
        self.own_ttl_seconds = max(1, self.record_ttl_seconds)
        self.unknown_ttl_seconds = whole_number(environ, "UNKNOWN_TTL_SECONDS", 5)
        self.stale_seconds = whole_number(environ, "STALE_SECONDS", 300)
        # API Gateway's TTL, for any of the APIs.
        self.is_cached = whole_number(environ, "AUTHORIZER_CACHE_SECONDS", 30) > 0
        self.source_ip_key = choice(environ, "SOURCE_IP_KEY", SOURCE_IP_KEYS)
        self.tag_check = choice(environ, "TAG_CHECK", ("on", "off")) == "on"
        kinds = choice(environ, "CREDENTIALS", ("api-key", "basic", "api-key,basic"))
        self.takes_keys = "api-key" in kinds
        self.takes_basic = "basic" in kinds
        legacy = choice(environ, "LEGACY_KEYS", ("off", "imported", "ontopop"))
        self.takes_foreign_keys = legacy != "off"
        self.reads_ontopop = legacy == "ontopop"
