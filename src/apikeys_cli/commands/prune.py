"""``apikeys prune``: revokes what expired long ago, which then costs nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from apikeys_cli.batch.changes import Change, carry_out, foresee
from apikeys_cli.batch.report import Report
from apikeys_cli.batch.selected import count_of, listed
from apikeys_cli.dates import moment
from apikeys_cli.errors import RefusedByFunctionError
from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Command
from apikeys_cli.options.record import recovery_option
from apikeys_cli.options.types import DURATION
from apikeys_cli.terminal.console import say
from apikeys_cli.terminal.question import ask, yes_option

if TYPE_CHECKING:
    from apikeys_cli.admin_function import Invocation


@click.command(
    cls=Command,
    epilog=examples(
        "apikeys prune --expired-for 30d --dry-run",
        "apikeys prune --expired-for 90d --yes",
    ),
)
@click.option(
    "--expired-for",
    type=DURATION,
    required=True,
    help="Those that ended this long ago: 30d, 12w.",
)
@click.option("--dry-run", is_flag=True, help="Show which; revoke none.")
@recovery_option
@yes_option
@common_options
@click.pass_obj
def prune(
    invocation: Invocation,
    *,
    expired_for: int,
    dry_run: bool,
    recovery_days: int | None,
    yes: bool,
) -> None:
    """Revoke what expired long ago: each record kept costs money every month."""
    ended_by = time.time() - expired_for
    found = listed(
        invocation.function,
        lambda record: moment(record["expirationDate"]) <= ended_by,
        state="expired",
    )
    change = Change("revoke", "revoked", {"recoveryDays": recovery_days})
    if not found:
        foresee(change, found, Report(invocation.output))
        say("Nothing expired that long ago.")
        return
    if dry_run:
        foresee(change, found, Report(invocation.output))
        say(f"{count_of(found)} would be revoked.")
        return
    ask(lambda: f"Revoke {count_of(found)} that expired long ago?", is_sure=yes)
    _, refused = carry_out(
        invocation.function, change, found, Report(invocation.output)
    )
    if refused:
        raise click.exceptions.Exit(RefusedByFunctionError.exit_code)
