"""The commands on keys and accounts that were issued before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apikeys.defaults import LEAST_RECOVERY_DAYS, RECOVERY_DAYS
from apikeys_cli.errors import RefusedByFunctionError
from apikeys_cli.options.common import examples, target_options
from apikeys_cli.options.record import (
    described,
    description_options,
    enabled_option,
    end,
    expires_option,
    principal_argument,
)
from apikeys_cli.options.types import yes_option
from apikeys_cli.records import name_of
from apikeys_cli.terminal.formats import show
from apikeys_cli.wait import until_in_force, wait_option

if TYPE_CHECKING:
    from apikeys_cli.admin_function import Target


@click.command(
    epilog=examples("apikeys get 7GkQ2mV0aZx81TbP", "apikeys get --login webservice")
)
@principal_argument
@target_options
@click.pass_obj
def get(target: Target, principal: dict[str, str]) -> None:
    """Show the record of a key or an account."""
    show(target.invoke("get", **principal), target.output)


@click.command(
    epilog=examples(
        "apikeys update 7GkQ2mV0aZx81TbP --role REPORTING --role BILLING",
        "apikeys update 7GkQ2mV0aZx81TbP --expires 90d --clear description",
    )
)
@principal_argument
@description_options
@click.option(
    "--clear",
    multiple=True,
    type=click.Choice(["name", "description", "session", "roles"]),
    help="Take a field away; repeat for more.",
)
@expires_option
@enabled_option
@click.option("--if-version", help="Only if the record still has this version.")
@wait_option
@target_options
@click.pass_obj
def update(target: Target, /, principal: dict[str, str], **options: Any) -> None:  # noqa: ANN401
    """Change a record; what is not given stays as it is.

    Roles and session are replaced whole.
    """
    fields = described(options) | {"enabled": options["enabled"]} | end(options)
    cleared = set(options["clear"])
    if contradictory := sorted(f for f in cleared if fields.get(f) is not None):
        raise click.UsageError(f"either give or clear: {', '.join(contradictory)}")
    if not cleared and all(value is None for value in fields.values()):
        raise click.UsageError("nothing to change; --help shows the options")
    if "roles" in cleared:
        fields["roles"] = []
    answer = target.invoke(
        "update",
        cleared=cleared - {"roles"},
        **principal,
        ifVersion=options["if_version"],
        **fields,
    )
    show(answer, target.output)
    until_in_force(target, answer, wait=options["wait"])


@click.command(epilog=examples("apikeys enable 7GkQ2mV0aZx81TbP --wait"))
@principal_argument
@wait_option
@target_options
@click.pass_obj
def enable(target: Target, principal: dict[str, str], *, wait: bool) -> None:
    """Let what is disabled pass again."""
    _change(target, "enable", wait=wait, **principal)


@click.command(epilog=examples("apikeys disable 7GkQ2mV0aZx81TbP --wait"))
@principal_argument
@wait_option
@target_options
@click.pass_obj
def disable(target: Target, principal: dict[str, str], *, wait: bool) -> None:
    """Refuse a key or an account until it is enabled again."""
    _change(target, "disable", wait=wait, **principal)


@click.command(
    epilog=examples(
        "apikeys revoke 7GkQ2mV0aZx81TbP",
        "apikeys revoke 7GkQ2mV0aZx81TbP --yes --wait",
    )
)
@principal_argument
@yes_option
@click.option(
    "--recovery-days",
    type=click.IntRange(LEAST_RECOVERY_DAYS, RECOVERY_DAYS),
    help=f"How long it can be restored. [default: {RECOVERY_DAYS}]",
)
@wait_option
@target_options
@click.pass_obj
def revoke(target: Target, /, principal: dict[str, str], **options: Any) -> None:  # noqa: ANN401
    """Refuse a key or an account for good; for some days, restore brings it back."""
    if not options["yes"]:
        question = f"Revoke {_named(target, principal)}?"
        click.confirm(question, abort=True, err=True)
    _change(
        target,
        "revoke",
        wait=options["wait"],
        **principal,
        recoveryDays=options["recovery_days"],
    )


@click.command(epilog=examples("apikeys restore 7GkQ2mV0aZx81TbP"))
@principal_argument
@target_options
@click.pass_obj
def restore(target: Target, principal: dict[str, str]) -> None:
    """Bring a revoked key or account back as it was."""
    show(target.invoke("restore", **principal), target.output)


def _change(target: Target, action: str, *, wait: bool, **fields: Any) -> None:  # noqa: ANN401
    answer = target.invoke(action, **fields)
    show(answer, target.output)
    until_in_force(target, answer, wait=wait)


def _named(target: Target, principal: dict[str, str]) -> str:
    """Return a name with what makes a person recognise it, if it can be read."""
    name = name_of(principal)
    try:
        record = target.invoke("get", **principal)["record"]
    except RefusedByFunctionError:
        return name
    known = [record.get("client"), record.get("name"), record["state"]]
    return f"{name} ({', '.join(text for text in known if text)})"
