"""The commands on existing keys and accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from apikeys_cli.options.api import api_options, check_api
from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Command
from apikeys_cli.options.record import (
    RecordOptions,
    described,
    description_options,
    end,
    life_options,
    principal_argument,
)
from apikeys_cli.options.types import VERSION
from apikeys_cli.roles.explanation import (
    readable_explanation,
    record_explanation,
    say_of_others,
)
from apikeys_cli.roles.names import suggested
from apikeys_cli.terminal.console import print_data
from apikeys_cli.terminal.formats import say_restorable, show
from apikeys_cli.wait import until_in_force, wait_option

if TYPE_CHECKING:
    from apikeys_cli.admin_function import Invocation


# The fields whose option has another name.
_FIELDS = {"allow-from": "allowedCidrs"}


class _GetOptions(TypedDict):
    routes: bool
    api: str | None
    stage: str | None


class _UpdateOptions(RecordOptions):
    clear: tuple[str, ...]
    if_version: str | None
    wait: bool


@click.command(
    cls=Command,
    epilog=examples(
        "apikeys get 7GkQ2mV0aZx81TbP",
        "apikeys get 7GkQ2mV0aZx81TbP --routes",
        "apikeys get --login webservice",
    ),
)
@principal_argument
@click.option(
    "--routes",
    is_flag=True,
    help="Also show what its roles open, and what they do not.",
)
@api_options
@common_options
@click.pass_obj
def get(
    invocation: Invocation,
    /,
    principal: dict[str, str],
    **options: Unpack[_GetOptions],
) -> None:
    """Show the record of a key or an account.

    Without --api, --routes is about the APIs that have no map of their own.
    """
    routes, api, stage = options["routes"], options["api"], options["stage"]
    check_api(api, stage)
    if api is not None and not routes:
        raise click.UsageError("--api goes with --routes")
    if routes and invocation.output == "csv":
        raise click.UsageError("--routes is for table, json and ndjson")
    answer = invocation.function.invoke("get", **principal)
    if routes:
        role_map = invocation.function.invoke("roles.get")["roleMap"]
        found = record_explanation(role_map, answer["record"], api, stage)
        answer = {**answer, "routes": found}
    show(answer, invocation.output)
    if routes and invocation.output == "table":
        print_data(readable_explanation(answer["routes"]))
    if routes:
        say_of_others(role_map, api)
    say_restorable(answer["record"])


@click.command(
    cls=Command,
    epilog=examples(
        "apikeys update 7GkQ2mV0aZx81TbP --role REPORTING --role BILLING",
        "apikeys update 7GkQ2mV0aZx81TbP --expires 90d --clear description",
        "apikeys update 7GkQ2mV0aZx81TbP --allow-from 203.0.113.0/24",
    ),
)
@principal_argument
@description_options(issuer="Who issues it.")
@click.option(
    "--clear",
    multiple=True,
    type=click.Choice(["name", "description", "session", "roles", "allow-from"]),
    help="Remove a field; repeat for more.",
)
@life_options(default="as before")
@click.option(
    "--if-version", type=VERSION, help="Only if the record still has this version."
)
@wait_option
@common_options
@click.pass_obj
def update(
    invocation: Invocation,
    /,
    principal: dict[str, str],
    **options: Unpack[_UpdateOptions],
) -> None:
    """Change a record; what is not given stays as it is.

    Roles and session are replaced as a whole. A new lifetime counts from now.
    """
    fields = described(options) | {"enabled": options["enabled"]} | end(options)
    cleared = {_FIELDS.get(name, name) for name in options["clear"]}
    if contradictory := sorted(f for f in cleared if fields.get(f) is not None):
        raise click.UsageError(f"either give or clear: {', '.join(contradictory)}")
    if not cleared and all(value is None for value in fields.values()):
        raise click.UsageError("nothing to change; --help shows the options")
    if "roles" in cleared:
        fields["roles"] = []
    with suggested(invocation.function, fields["roles"]):
        answer = invocation.function.invoke(
            "update",
            cleared - {"roles"},
            **principal,
            ifVersion=options["if_version"],
            **fields,
        )
    show(answer, invocation.output)
    until_in_force(invocation.function, answer, wait=options["wait"])


@click.command(cls=Command, epilog=examples("apikeys restore 7GkQ2mV0aZx81TbP --wait"))
@principal_argument
@wait_option
@common_options
@click.pass_obj
def restore(invocation: Invocation, principal: dict[str, str], *, wait: bool) -> None:
    """Bring a revoked key or account back as it was."""
    answer = invocation.function.invoke("restore", **principal)
    show(answer, invocation.output)
    until_in_force(invocation.function, answer, wait=wait)
