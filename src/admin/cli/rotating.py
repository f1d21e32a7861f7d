"""``apikeys rotate``: a new key in place of an old one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from admin.cli.console import say
from admin.cli.description import enabled_option, end, expires_option
from admin.cli.handover import hand_over, request_token_option
from admin.cli.key_file import key_file_option
from admin.cli.options import examples, target_options
from admin.cli.parameters import Seconds, key_id_argument, yes_option
from admin.cli.waiting import settle, wait_option

if TYPE_CHECKING:
    from admin.cli.target import Target


@click.command(
    epilog=examples(
        "apikeys rotate 7GkQ2mV0aZx81TbP",
        "apikeys rotate 7GkQ2mV0aZx81TbP --overlap 7d --key-file ./new.key",
        "apikeys rotate 7GkQ2mV0aZx81TbP --overlap 0 --yes --wait",
    )
)
@key_id_argument
@click.option(
    "--overlap",
    type=Seconds(),
    default="24h",
    show_default=True,
    help="How long the old key still works: 24h, 7d, 0.",
)
@expires_option
@enabled_option
@request_token_option
@key_file_option
@yes_option
@wait_option
@target_options
@click.pass_obj
def rotate(target: Target, /, key_id: str, **options: Any) -> None:  # noqa: ANN401
    """Issue a key in place of another, which ends after an overlap.

    The new key has the old one's roles and as long a life.
    """
    if not options["overlap"] and not options["yes"]:
        question = f"{key_id} stops working at once. Rotate it?"
        click.confirm(question, abort=True, err=True)
    answer = hand_over(
        target,
        "rotate",
        key_file=options["key_file"],
        request_token=options["request_token"],
        keyId=key_id,
        overlapSeconds=options["overlap"],
        enabled=options["enabled"],
        **end(options),
    )
    ends_at = answer["previous"]["expirationDate"]
    say(f"The old key, {key_id}, ends at {ends_at} UTC.")
    settle(target, answer, wait=options["wait"])
