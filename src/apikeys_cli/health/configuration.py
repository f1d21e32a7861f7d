"""How the admin function is configured, as far as this identity may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from apikeys.defaults import (
    ACCOUNT_PREFIX,
    AUTHORIZER_CACHE_SECONDS,
    RECORD_PREFIX,
    ROLE_MAP_NAME,
)
from apikeys.environ import check_names
from apikeys_cli.sdk_errors import explained

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apikeys_cli.connection import Connection


@dataclass(frozen=True)
class Configuration:
    """The function's environment variables."""

    variables: Mapping[str, str]

    @classmethod
    def read(cls, connection: Connection) -> Self:
        """Ask Lambda.

        Raises:
            UnreachableError: it does not answer.
        """
        with explained():
            answer = connection.client("lambda").get_function_configuration(
                FunctionName=connection.function_name
            )
        return cls(answer.get("Environment", {}).get("Variables", {}))

    @property
    def signing_secret(self) -> str:
        """The name of the stored secret that holds the signing key."""
        return self.variables.get("SIGNING_SECRET", "")

    def check_names(self) -> None:
        """Refuse names with which neither function starts.

        Raises:
            ValueError: one could be taken for another's.
        """
        check_names(
            self.variables.get("SECRET_NAME_PREFIX", RECORD_PREFIX),
            self.variables.get("LOGIN_NAME_PREFIX", ACCOUNT_PREFIX),
            self.variables.get("ROLES_SECRET", ROLE_MAP_NAME),
            self.signing_secret,
        )

    @property
    def stack(self) -> str:
        """The name of the stack, empty if the function does not know it."""
        return self.variables.get("STACK_NAME", "")

    @property
    def authorizer_cache_seconds(self) -> int:
        """How long API Gateway may cache an answer, as the deployment promises."""
        return int(
            self.variables.get("AUTHORIZER_CACHE_SECONDS", AUTHORIZER_CACHE_SECONDS)
        )

    @property
    def checks_tags(self) -> bool:
        """Whether forged keys are refused before their record is read."""
        return self.variables.get("TAG_CHECK", "on") == "on"

    @property
    def credentials(self) -> str:
        """The kinds of credentials that the authorizer reads."""
        return self.variables.get("CREDENTIALS", "api-key")
