"""``apikeys verify``: would this credential pass?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from admin.cli.console import print_data
from admin.cli.options import examples, target_options
from admin.cli.output import record_table, show

if TYPE_CHECKING:
    from admin.cli.target import Target

_REFUSED = 1


@click.command(
    epilog=examples(
        "apikeys verify                  # asks for the credential, hidden",
        "apikeys verify - < client.key",
        'printf %s "$KEY" | apikeys verify && echo it passes',
    )
)
@click.argument("credential", required=False, metavar="[-]")
@target_options
@click.pass_obj
@click.pass_context
def verify(context: click.Context, target: Target, credential: str | None) -> None:
    """Say what the authorizer would decide about a credential, and why.

    It is read from standard input, or asked for on a terminal; never an argument. Exits
    with 1 where it would be refused.
    """
    answer = target.invoke("verify", credential=read_credential(credential))
    if target.output == "table":
        click.echo(f"{answer['decision']}: {answer['reason']}")
        if "record" in answer:
            print_data(record_table(answer["record"]))
    else:
        show(answer, target.output)
    if answer["decision"] != "allow":
        context.exit(_REFUSED)


def is_asked() -> bool:
    """Tell whether a person sits there."""
    return sys.stdin.isatty()


def read_credential(argument: str | None) -> str:
    """Return a credential from standard input, or ask for it on a terminal."""
    if argument not in (None, "-"):
        raise click.UsageError(
            "never give a credential as an argument: other users of the machine see "
            "it. Give - and standard input, or nothing and be asked."
        )
    if argument is None and is_asked():
        prompted: str = click.prompt("Credential", hide_input=True, err=True)
        return prompted
    read = sys.stdin.buffer.read().decode(errors="replace")
    credential = read.rstrip("\r\n")
    if not credential:
        raise click.UsageError("there is no credential on standard input")
    return credential
