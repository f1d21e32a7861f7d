"""``apikeys confirm``, which the commands that issue do by themselves."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.options.common import examples, target_options
from apikeys_cli.options.principal import name_of, principal_argument
from apikeys_cli.terminal.console import say
from apikeys_cli.terminal.formats import is_printed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apikeys_cli.admin_function import Target


def confirm_handover(target: Target, record: Mapping[str, Any]) -> None:
    """Tell the function that a record's key or password was handed over.

    Where it can't be told, the command has done its work all the same.
    """
    # What is printed is out before it is said to be.
    sys.stdout.flush()
    field = "login" if "login" in record else "keyId"
    try:
        target.invoke("confirm", **{field: record[field]})
    except (RefusedByFunctionError, UnreachableError) as error:
        named = f"--login {record[field]}" if field == "login" else record[field]
        say(
            f"Handed over, but not confirmed: {error.message}\nUntil it is, apikeys "
            f"doctor takes it for lost. Run: apikeys confirm {named}"
        )


@click.command(
    epilog=examples(
        "apikeys confirm 7GkQ2mV0aZx81TbP", "apikeys confirm --login webservice"
    )
)
@principal_argument
@target_options
@click.pass_obj
def confirm(target: Target, principal: dict[str, str]) -> None:
    """Say that a key or a password reached whom it is for.

    For one that doctor takes for lost. The commands that issue confirm by themselves.
    """
    answer = target.invoke("confirm", **principal)
    if not is_printed(answer, target.output, [answer], list(principal)):
        say(f"{name_of(answer)} is confirmed.")
