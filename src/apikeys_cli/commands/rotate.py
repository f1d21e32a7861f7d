"""``apikeys rotate``: replaces a key by a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click

from apikeys_cli.delivery import hand_over
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Command
from apikeys_cli.options.record import (
    LifeOptions,
    deliver_option,
    end,
    life_options,
    principal_argument,
    request_token_option,
)
from apikeys_cli.options.types import OVERLAP
from apikeys_cli.records import name_of
from apikeys_cli.terminal.console import say
from apikeys_cli.terminal.key_file import key_file_option
from apikeys_cli.terminal.question import ask, yes_option
from apikeys_cli.terminal.secret_input import password_option, read_password
from apikeys_cli.wait import until_in_force, wait_option

if TYPE_CHECKING:
    from apikeys_cli.admin_function import Invocation


class _RotateOptions(LifeOptions):
    key_file: str | None
    deliver_to: str | None
    overlap: int
    password: str | None
    request_token: str | None
    wait: bool
    yes: bool


@click.command(
    cls=Command,
    epilog=examples(
        "apikeys rotate 7GkQ2mV0aZx81TbP",
        "apikeys rotate 7GkQ2mV0aZx81TbP --overlap 7d --key-file ./new.key",
        "apikeys rotate 7GkQ2mV0aZx81TbP --overlap 0 --yes --wait",
        "apikeys rotate --login webservice --overlap 7d",
    ),
)
@principal_argument
@click.option(
    "--overlap",
    type=OVERLAP,
    default="24h",
    show_default=True,
    help="How long the old key or password still works: 24h, 7d, 30m, 0.",
)
@life_options(default="the old one's lifetime")
@password_option
@request_token_option
@key_file_option
@deliver_option
@yes_option
@wait_option
@common_options
@click.pass_obj
def rotate(
    invocation: Invocation,
    /,
    principal: dict[str, str],
    **options: Unpack[_RotateOptions],
) -> None:
    """Issue a key or a password to replace another, which ends after an overlap.

    The new key has the old one's roles and lifetime; an account keeps its login.
    """
    name = name_of(principal)
    what = f"the password of {name}" if "login" in principal else name
    ask(
        lambda: f"{what} stops working at once. Rotate it?",
        is_sure=options["yes"] or options["overlap"] > 0,
    )
    try:
        answer = hand_over(
            invocation,
            "rotate",
            key_file=options["key_file"],
            deliverTo=options["deliver_to"],
            request_token=options["request_token"],
            **principal,
            password=read_password(options["password"]),
            overlapSeconds=options["overlap"],
            enabled=options["enabled"],
            **end(options),
        )
    except RefusedByFunctionError as refused:
        if refused.code == "already_rotated" and "keyId" in principal:
            more = _replacement(invocation, principal)
            raise refused.with_more(more) from refused
        raise
    ends_at = answer["previous"]["expirationDate"]
    old = f"password of {name}" if "login" in principal else f"key, {name},"
    say(f"The old {old} ends at {ends_at}.")
    until_in_force(invocation.function, answer, wait=options["wait"])


def _replacement(invocation: Invocation, principal: dict[str, str]) -> str:
    """Return the end of a sentence, naming the key that replaced another."""
    try:
        record = invocation.function.invoke("get", **principal)["record"]
    except (RefusedByFunctionError, UnreachableError):
        return ""
    replacement = record.get("replacedBy")
    return f": apikeys rotate {replacement}" if replacement else ""
