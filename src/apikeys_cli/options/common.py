"""Options that every command takes, before or after its verb."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.admin_function import Invocation
from apikeys_cli.connection import FUNCTION_VARIABLE
from apikeys_cli.terminal.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable


def _remember(
    context: click.Context, parameter: click.Parameter, value: object
) -> None:
    if value is None or parameter.name is None:
        return
    invocation = context.ensure_object(Invocation)
    if parameter.name == "output":
        invocation.output = str(value)
    else:
        setattr(invocation.connection, parameter.name, value)


def common_options[F: Callable[..., Any]](command: F) -> F:
    """Add the options that say where the function is and how to print."""
    for flag, help_text in (
        ("--endpoint-url", "Call this address instead of AWS's."),
        ("--region", "The AWS region."),
        ("--profile", "The profile of your AWS configuration."),
        ("--stack", "The CloudFormation stack that has the admin function."),
        ("--function", f"The admin function's name or ARN. [env: {FUNCTION_VARIABLE}]"),
    ):
        command = click.option(
            flag, help=help_text, callback=_remember, expose_value=False
        )(command)
    return click.option(
        "--output",
        type=click.Choice(FORMATS),
        help="How to print data on stdout. [default: table]",
        callback=_remember,
        expose_value=False,
    )(command)


def examples(*lines: str) -> str:
    """Return a help text's end that shows command lines as they are."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
