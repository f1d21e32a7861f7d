"""``apikeys flush``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Command
from apikeys_cli.terminal.console import say
from apikeys_cli.terminal.formats import echo_lines, emit

if TYPE_CHECKING:
    from apikeys_cli.admin_function import Invocation


@click.command(
    cls=Command,
    epilog=examples("apikeys flush", "apikeys disable 7GkQ2mV0aZx81TbP --wait"),
)
@common_options
@click.pass_obj
def flush(invocation: Invocation) -> None:
    """Flush API Gateway's authorizer caches of the stages in FlushStages.

    It helps only once the record TTL has passed since a change; the commands that
    change something wait for that and flush with --wait.
    """
    answer = invocation.function.invoke("flush")
    stages = answer["flushed"]
    rows = [{"flushed": stage} for stage in stages]
    emit(invocation.output, answer, rows, ["flushed"], lambda: echo_lines(stages))
    if stages:
        say("Accepted by API Gateway, which does not say when the caches are empty.")
    else:
        say("FlushStages names no stage, so none was flushed: caches expire.")
