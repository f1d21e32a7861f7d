"""``apikeys``: issue and manage API keys from the command line."""

from __future__ import annotations

from typing import Any

import click

from apikeys_cli.admin_function import Invocation
from apikeys_cli.commands import issue, records, states
from apikeys_cli.commands.confirm import confirm
from apikeys_cli.commands.console import console
from apikeys_cli.commands.doctor import doctor
from apikeys_cli.commands.flush import flush
from apikeys_cli.commands.import_keys import import_keys
from apikeys_cli.commands.list_keys import list_keys
from apikeys_cli.commands.prune import prune
from apikeys_cli.commands.roles import roles
from apikeys_cli.commands.rotate import rotate
from apikeys_cli.commands.signing import signing
from apikeys_cli.commands.usage import usage
from apikeys_cli.commands.verify import verify
from apikeys_cli.options.common import global_options
from apikeys_cli.options.help import Family
from apikeys_cli.sdk_errors import explained
from apikeys_cli.terminal import streams
from apikeys_cli.terminal.console import printed_errors


class _Commands(Family):
    """The commands, none of which ends in a traceback for what is not its fault."""

    def main(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - click's
        """Run the command line on streams that accept any text, and may fail."""
        streams.prepare()
        with streams.open_to_the_end():
            return super().main(*arguments, **options)

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:  # noqa: ANN401 - click's
        """Read what stands before the verb."""
        with printed_errors():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run the command that was asked for."""
        with printed_errors(), explained():
            return super().invoke(ctx)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 refused, 2 usage, 3 unreachable or not permitted, "
    "4 done, but the result could not be written. "
    'Completion: eval "$(_APIKEYS_COMPLETE=bash_source apikeys)", or zsh_source, '
    "fish_source.",
)
@click.version_option(package_name="apikeys")
@global_options
@click.pass_context
def main(context: click.Context) -> None:
    """Issue and manage API keys for Amazon API Gateway.

    These options go before or after the verb of any command.
    """
    context.ensure_object(Invocation)


for command in (
    issue.issue,
    import_keys,
    list_keys,
    usage,
    records.get,
    records.update,
    verify,
    rotate,
    issue.clone,
    confirm,
    states.disable,
    states.enable,
    states.revoke,
    records.restore,
    prune,
    roles,
    flush,
    signing,
    doctor,
    console,
):
    main.add_command(command)
