"""The commands that make keys and accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click

from apikeys_cli.batch.issue_file import issue_file
from apikeys_cli.delivery import hand_over
from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Command
from apikeys_cli.options.record import (
    RecordOptions,
    deliver_option,
    described,
    description_options,
    end,
    life_options,
    principal_argument,
    request_token_option,
)
from apikeys_cli.options.types import LOGIN, USAGE_PLAN
from apikeys_cli.terminal.key_file import key_file_option
from apikeys_cli.terminal.secret_input import password_option, read_password
from apikeys_cli.wait import until_in_force, wait_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apikeys_cli.admin_function import Invocation


class _MakingOptions(RecordOptions):
    key_file: str | None
    deliver_to: str | None
    password: str | None
    request_token: str | None
    usage_plan_id: str | None
    wait: bool


class _IssueOptions(_MakingOptions):
    issue_changed: bool
    keys_to: str | None
    login: str | None
    source: str | None


class _CloneOptions(_MakingOptions):
    new_login: str | None


_usage_plan_option = click.option(
    "--usage-plan",
    "usage_plan_id",
    type=USAGE_PLAN,
    help="An API Gateway usage plan's id.",
)


@click.command(
    cls=Command,
    epilog=examples(
        'apikeys issue --client "Test App" --role REPORTING --expires 90d',
        "KEY=$(apikeys issue --client nightly-batch --role BATCH)",
        "apikeys issue --client nightly-batch --role BATCH --key-file batch.key",
        "apikeys issue --login webservice --client HOPEX --role ADMINISTRATOR",
        "apikeys issue --from clients.csv --keys-to keys.csv --role REPORTING",
    ),
)
@click.option(
    "--login",
    type=LOGIN,
    help="Issue a Basic account with this login, instead of a key.",
)
@password_option
@description_options()
@life_options()
@_usage_plan_option
@request_token_option
@key_file_option
@deliver_option
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False),
    help="Issue a key for each row of this file (CSV, JSON or JSON lines). The columns "
    "are named as the request's fields: client, roles (separated by spaces), expires, "
    "name …. Options apply to the rows that leave them out. Can be run again after any "
    "interruption.",
)
@click.option(
    "--keys-to",
    type=click.Path(dir_okay=False),
    help="With --from: add the keys to this file, mode 0600 (CSV, or JSON lines "
    "by its name), instead of printing them.",
)
@click.option(
    "--issue-changed",
    is_flag=True,
    help="With --from: issue another key for a row that was edited since it got one.",
)
@wait_option
@common_options
@click.pass_obj
def issue(invocation: Invocation, /, **options: Unpack[_IssueOptions]) -> None:
    """Issue a key, or a Basic account with a password, and print it, once.

    Standard output has only the key, so that KEY=$(apikeys issue …) captures it; the
    record goes to standard error. --output json, ndjson and csv have both.
    """
    fields = described(options) | {
        "enabled": options["enabled"],
        "usagePlanId": options["usage_plan_id"],
    }
    if options["source"] is not None:
        _refuse_options_of_one_key(options)
        issue_file(
            invocation,
            options["source"],
            options["keys_to"],
            fields | {"expires": options["expires"]},
            issues_changed=options["issue_changed"],
        )
        return
    if options["issue_changed"]:
        raise click.UsageError("--issue-changed goes with --from")
    if options["keys_to"] is not None:
        raise click.UsageError("--keys-to goes with --from; for one key, --key-file")
    if options["client"] is None:
        raise click.UsageError("which client is it for? Give --client, or --from")
    answer = hand_over(
        invocation,
        "issue",
        key_file=options["key_file"],
        deliverTo=options["deliver_to"],
        request_token=options["request_token"],
        login=options["login"],
        password=read_password(options["password"]),
        **fields,
        **end(options),
    )
    if options["wait"]:
        until_in_force(invocation.function, answer, wait=True)


@click.command(
    cls=Command,
    epilog=examples(
        'apikeys clone 7GkQ2mV0aZx81TbP --client "Second App"',
        "apikeys clone 7GkQ2mV0aZx81TbP --role REPORTING --expires 2027-01-31",
        "apikeys clone --login webservice --new-login webservice2",
    ),
)
@principal_argument
@click.option("--new-login", type=LOGIN, help="The login of an account's clone.")
@password_option
@description_options(issuer="Who issues it. [default: as the model]")
@life_options(default="the model's lifetime")
@_usage_plan_option
@request_token_option
@key_file_option
@deliver_option
@wait_option
@common_options
@click.pass_obj
def clone(
    invocation: Invocation,
    /,
    principal: dict[str, str],
    **options: Unpack[_CloneOptions],
) -> None:
    """Issue a key or account like an existing one, except for what is given."""
    answer = hand_over(
        invocation,
        "clone",
        key_file=options["key_file"],
        deliverTo=options["deliver_to"],
        request_token=options["request_token"],
        **principal,
        newLogin=options["new_login"],
        password=read_password(options["password"]),
        enabled=options["enabled"],
        usagePlanId=options["usage_plan_id"],
        **described(options),
        **end(options),
    )
    if options["wait"]:
        until_in_force(invocation.function, answer, wait=True)


def _refuse_options_of_one_key(options: Mapping[str, object]) -> None:
    for option in ("key_file", "deliver_to", "request_token", "login", "password"):
        if options[option] is not None:
            flag = option.replace("_", "-")
            raise click.UsageError(f"--{flag} is for one key, not for --from")
    if options["wait"]:
        raise click.UsageError("--wait is for one key, not for --from")
