"""``apikeys confirm``, which the issuing commands do by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Command
from apikeys_cli.options.record import principal_argument
from apikeys_cli.records import name_of
from apikeys_cli.terminal.console import say
from apikeys_cli.terminal.formats import emit

if TYPE_CHECKING:
    from apikeys_cli.admin_function import Invocation


@click.command(
    cls=Command,
    epilog=examples(
        "apikeys confirm 7GkQ2mV0aZx81TbP", "apikeys confirm --login webservice"
    ),
)
@principal_argument
@common_options
@click.pass_obj
def confirm(invocation: Invocation, principal: dict[str, str]) -> None:
    """Confirm that a key or a password reached its client.

    For one that doctor reports as lost. The issuing commands confirm by themselves.
    """
    answer = invocation.function.invoke("confirm", **principal)
    emit(
        invocation.output,
        answer,
        [answer],
        list(principal),
        lambda: say(f"{name_of(answer)} is confirmed."),
    )
