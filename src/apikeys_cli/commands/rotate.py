"""``apikeys rotate``: a new key in place of an old one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from admin.cli.console import say
from admin.cli.description import enabled_option, end, expires_option
from admin.cli.handover import hand_over, request_token_option
from admin.cli.key_file import key_file_option
from admin.cli.options import examples, target_options
from admin.cli.parameters import SECONDS, yes_option
from admin.cli.secret_input import password_option, read_password
from admin.cli.subject import name_of, subject_argument
from admin.cli.waiting import settle, wait_option

if TYPE_CHECKING:
    from admin.cli.target import Target


@click.command(
    epilog=examples(
        "apikeys rotate 7GkQ2mV0aZx81TbP",
        "apikeys rotate 7GkQ2mV0aZx81TbP --overlap 7d --key-file ./new.key",
        "apikeys rotate 7GkQ2mV0aZx81TbP --overlap 0 --yes --wait",
        "apikeys rotate --login webservice --overlap 7d",
    )
)
@subject_argument
@click.option(
    "--overlap",
    type=SECONDS,
    default="24h",
    show_default=True,
    help="How long the old key or password still works: 24h, 7d, 0.",
)
@expires_option
@enabled_option
@password_option
@request_token_option
@key_file_option
@yes_option
@wait_option
@target_options
@click.pass_obj
def rotate(target: Target, /, subject: dict[str, str], **options: Any) -> None:  # noqa: ANN401
    """Issue a key or a password in place of another, which ends after an overlap.

    The new key has the old one's roles and as long a life; an account keeps its login.
    """
    name = name_of(subject)
    if not options["overlap"] and not options["yes"]:
        what = f"the password of {name}" if "login" in subject else name
        question = f"{what} stops working at once. Rotate it?"
        click.confirm(question, abort=True, err=True)
    answer = hand_over(
        target,
        "rotate",
        key_file=options["key_file"],
        request_token=options["request_token"],
        **subject,
        password=read_password(options["password"]),
        overlapSeconds=options["overlap"],
        enabled=options["enabled"],
        **end(options),
    )
    ends_at = answer["previous"]["expirationDate"]
    old = f"password of {name}" if "login" in subject else f"key, {name},"
    say(f"The old {old} ends at {ends_at} UTC.")
    settle(target, answer, wait=options["wait"])
