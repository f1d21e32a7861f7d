"""``apikeys doctor``: is everything in order, and if not, what is to be done?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from apikeys_cli.health.examination import examine
from apikeys_cli.health.findings import Finding, Level, findings_table
from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Command
from apikeys_cli.terminal.console import messages, print_data
from apikeys_cli.terminal.formats import emit

if TYPE_CHECKING:
    from apikeys_cli.admin_function import Invocation

_UNHEALTHY = 1


@click.command(
    cls=Command,
    epilog=examples(
        "apikeys doctor",
        "apikeys doctor --api a1b2c3d4e5 --stage prod --api f6g7h8i9j0 --stage prod",
        "apikeys doctor --output json | jq '.findings[] | select(.level == \"fail\")'",
    ),
)
@click.option("--api", "apis", multiple=True, help="An API's id; repeat for more.")
@click.option("--stage", "stages", multiple=True, help="Its stage, one for each --api.")
@click.option(
    "--fail-on",
    type=click.Choice(["fail", "warn"]),
    default="fail",
    show_default=True,
    help="The level at which it exits with 1; warn suits a job that nobody watches.",
)
@common_options
@click.pass_obj
@click.pass_context
def doctor(
    context: click.Context,
    invocation: Invocation,
    apis: tuple[str, ...],
    stages: tuple[str, ...],
    fail_on: str,
) -> None:
    """Check the deployment, and the APIs that the authorizer guards.

    Changes nothing. What this identity may not see is reported as not checked. Exits
    with 1 if anything fails, or with --fail-on warn if anything needs attention.
    """
    if len(apis) != len(stages):
        raise click.UsageError("give one --stage for each --api")
    with messages().status("Checking …"):
        findings = list(examine(invocation, list(zip(apis, stages, strict=True))))
    rows = [finding._asdict() for finding in findings]
    emit(
        invocation.output,
        {"findings": rows},
        rows,
        Finding._fields,
        lambda: print_data(findings_table(findings)),
    )
    bad = {Level.FAIL, Level(fail_on)}
    if any(finding.level in bad for finding in findings):
        context.exit(_UNHEALTHY)
