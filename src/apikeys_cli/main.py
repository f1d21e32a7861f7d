"""``apikeys``: issue and manage API keys from the command line."""

from __future__ import annotations

from typing import Any

import click

from admin.cli import issuing, keys
from admin.cli.confirming import confirm
from admin.cli.doctor import doctor
from admin.cli.errors import explained
from admin.cli.flushing import flush
from admin.cli.importing import import_keys
from admin.cli.listing import list_keys
from admin.cli.options import target_options
from admin.cli.roles import roles
from admin.cli.rotating import rotate
from admin.cli.signing import signing
from admin.cli.target import Target
from admin.cli.verifying import verify


class _Commands(click.Group):
    """The commands, of which none ends in a traceback for what is not its fault."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run the command that was asked for."""
        with explained():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of a key's life, not of the alphabet."""
        del ctx
        return list(self.commands)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 refused, 2 usage, 3 unreachable or not permitted. "
    'Completion: eval "$(_APIKEYS_COMPLETE=bash_source apikeys)", or zsh_source, '
    "fish_source.",
)
@click.version_option(package_name="apikeys")
@target_options
@click.pass_context
def main(context: click.Context) -> None:
    """Issue and manage API keys for Amazon API Gateway."""
    context.ensure_object(Target)


for command in (
    issuing.issue,
    import_keys,
    list_keys,
    keys.get,
    keys.update,
    verify,
    rotate,
    issuing.clone,
    confirm,
    keys.disable,
    keys.enable,
    keys.revoke,
    keys.restore,
    roles,
    flush,
    signing,
    doctor,
):
    main.add_command(command)
