"""Options that every command takes, before or after its verb."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.admin_function import Invocation
from apikeys_cli.connection import FUNCTION_VARIABLE, STACK_VARIABLE
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


def global_options[F: Callable[..., Any]](command: F) -> F:
    """Add the options that say where the function is and how to print."""
    return _common(command, hidden=False)


def common_options[F: Callable[..., Any]](command: F) -> F:
    """Add them to a command, whose help refers to that of ``apikeys`` for them."""
    return _common(command, hidden=True)


def _common[F: Callable[..., Any]](command: F, *, hidden: bool) -> F:
    for flag, help_text in (
        ("--endpoint-url", "Call this address instead of AWS's."),
        ("--region", "The AWS region. [env: AWS_REGION, AWS_DEFAULT_REGION]"),
        ("--profile", "The profile of your AWS configuration."),
        ("--stack", f"The stack that has the admin function. [env: {STACK_VARIABLE}]"),
        ("--function", f"The admin function's name or ARN. [env: {FUNCTION_VARIABLE}]"),
    ):
        command = click.option(
            flag, help=help_text, callback=_remember, expose_value=False, hidden=hidden
        )(command)
    return click.option(
        "--output",
        type=click.Choice(FORMATS),
        help="How to print data on stdout. [default: table]",
        callback=_remember,
        expose_value=False,
        hidden=hidden,
    )(command)


def examples(*lines: str) -> str:
    """Return the end of a help text that shows command lines unwrapped."""
    shown = "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
    return f"{shown}\n\nOptions of every command: apikeys --help"
