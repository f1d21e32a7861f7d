"""What commands have in common: their help, and what they say of surplus arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.dates import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

# More than any first sentence has.
_UNCUT = 1_000


class SessionOption(click.Option):
    """An option on the session that a key opens on the back end."""


class Command(click.Command):
    """A command of this program.

    Its session options have a section of their own in its help.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse surplus arguments, and repeat none: it may be a secret."""
        ctx.allow_extra_args = True
        surplus = super().parse_args(ctx, args)
        if surplus and not ctx.resilient_parsing:
            many = counted(len(surplus), "argument")
            ctx.fail(f"{many} too many; not shown, as it may be a secret")
        return surplus

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the options, those of the session after the others."""
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        shown = [option for option in options if not option.hidden]
        session = [p for p in shown if isinstance(p, SessionOption)]
        others = [p for p in shown if p not in session]
        _write(ctx, formatter, "Options", others)
        if session:
            heading = "The session that it opens on the back end (HOPEX)"
            _write(ctx, formatter, heading, session)


class Family(click.Group):
    """A group that shows the first sentence of each command's help whole."""

    command_class = Command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the commands in the order in which they were added."""
        del ctx
        rows = [
            (name, command.get_short_help_str(_UNCUT))
            for name, command in self.commands.items()
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of a key's life, not alphabetically."""
        del ctx
        return list(self.commands)


def _write(
    ctx: click.Context,
    formatter: click.HelpFormatter,
    heading: str,
    parameters: Sequence[click.Parameter],
) -> None:
    records: list[Any] = [parameter.get_help_record(ctx) for parameter in parameters]
    with formatter.section(heading):
        formatter.write_dl(records)
