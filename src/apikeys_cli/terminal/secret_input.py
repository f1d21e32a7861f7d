"""Keys and passwords that a person gives: read or asked for, never an argument."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.text_input import read_standard_input

if TYPE_CHECKING:
    from collections.abc import Callable

# What ``--password`` without a value means.
_ASKED = "?"


def password_option[F: Callable[..., Any]](command: F) -> F:
    """Add ``--password``, whose value is read from standard input or asked for."""
    return click.option(
        "--password",
        is_flag=False,
        flag_value=_ASKED,
        metavar="[-]",
        help="Ask for the password, or read it from standard input (-), instead of "
        "having one generated. 12 to 128 characters.",
    )(command)


def read_password(option: str | None) -> str | None:
    """Return a given password, None if one is to be generated."""
    if option is None:
        return None
    if option == _ASKED and is_asked():
        prompted: str = click.prompt(
            "Password", hide_input=True, confirmation_prompt=True, err=True
        )
        return prompted
    return read_credential("-" if option == _ASKED else option)


def read_leaked_key(option: str) -> str:
    """Return the key that ``--key`` stands for."""
    return read_credential(None if option == _ASKED else option)


def is_asked() -> bool:
    """Return whether a person is at the terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


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
    credential = read_standard_input().rstrip("\r\n")
    if not credential:
        raise click.UsageError("there is no credential on standard input")
    return credential
