"""``apikeys``: issue and manage API keys from the command line."""

from __future__ import annotations

import click

from admin.cli import keys
from admin.cli.options import target_options
from admin.cli.roles import roles
from admin.cli.target import Target


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 refused, 2 usage, 3 unreachable or not permitted.",
)
@click.version_option(package_name="apikeys")
@target_options
@click.pass_context
def main(context: click.Context) -> None:
    """Issue and manage API keys for Amazon API Gateway."""
    context.ensure_object(Target)


for command in (keys.issue, keys.get, keys.enable, keys.disable, keys.revoke, roles):
    main.add_command(command)
