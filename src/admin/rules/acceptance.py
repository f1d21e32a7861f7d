"""Which credentials the deployment accepts: others are not made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import invalid

if TYPE_CHECKING:
    from admin.settings import Settings


def check_keys(settings: Settings) -> None:
    """Refuse to make a key if the authorizer accepts none.

    Raises:
        RefusedError: 400, names the parameter.
    """
    if not settings.takes_keys:
        message = (
            "is missing: this deployment takes no keys (its parameter Credentials)"
        )
        raise invalid("login", message)


def check_logins(settings: Settings) -> None:
    """Refuse to make an account if no logins are accepted; raises as above."""
    if not settings.takes_basic:
        message = "this deployment takes no logins (its parameter Credentials)"
        raise invalid("login", message)


def check_foreign_keys(settings: Settings) -> None:
    """Refuse an import if no such keys are accepted; raises as above."""
    check_keys(settings)
    if not settings.takes_foreign_keys:
        message = "this deployment takes no keys that were minted elsewhere (its "
        raise invalid("key", f"{message}parameter LegacyKeys is off)")
