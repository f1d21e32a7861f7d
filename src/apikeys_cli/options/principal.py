"""Whom a command is about: a key by its id, or a Basic account by its login."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.options.types import KEY_ID, LOGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def principal_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the argument KEY_ID and the option ``--login``, of which one must be given.

    The command gets ``principal``: the request's field that names the record.
    """

    @wraps(command)
    def named(
        *arguments: Any,  # noqa: ANN401 - the command's
        key_id: str | None,
        login: str | None,
        **options: Any,  # noqa: ANN401 - as above
    ) -> Any:  # noqa: ANN401 - as above
        if (key_id is None) == (login is None):
            raise click.UsageError("give either a key id or --login")
        principal = {"keyId": key_id} if login is None else {"login": login}
        return command(*arguments, principal=principal, **options)

    login_option = click.option(
        "--login", type=LOGIN, help="A Basic account, in place of a key id."
    )
    key_id_argument = click.argument("key_id", type=KEY_ID, required=False)
    return key_id_argument(login_option(named))


def name_of(record: Mapping[str, Any]) -> str:
    """Return the key id or the login of a record."""
    return str(record.get("keyId") or record.get("login"))
