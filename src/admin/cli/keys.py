"""The commands on keys that were issued before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from admin.cli.description import (
    described,
    description_options,
    enabled_option,
    end,
    expires_option,
)
from admin.cli.errors import RefusedByFunctionError
from admin.cli.options import examples, target_options
from admin.cli.output import show
from admin.cli.parameters import key_id_argument, yes_option
from admin.cli.waiting import settle, wait_option

if TYPE_CHECKING:
    from admin.cli.target import Target


@click.command(epilog=examples("apikeys get 7GkQ2mV0aZx81TbP"))
@key_id_argument
@target_options
@click.pass_obj
def get(target: Target, key_id: str) -> None:
    """Show a key's record."""
    show(target.invoke("get", keyId=key_id), target.output)


@click.command(
    epilog=examples(
        "apikeys update 7GkQ2mV0aZx81TbP --role REPORTING --role BILLING",
        "apikeys update 7GkQ2mV0aZx81TbP --expires 90d --clear description",
    )
)
@key_id_argument
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
def update(target: Target, /, key_id: str, **options: Any) -> None:  # noqa: ANN401
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
        keyId=key_id,
        ifVersion=options["if_version"],
        **fields,
    )
    show(answer, target.output)
    settle(target, answer, wait=options["wait"])


@click.command(epilog=examples("apikeys enable 7GkQ2mV0aZx81TbP --wait"))
@key_id_argument
@wait_option
@target_options
@click.pass_obj
def enable(target: Target, key_id: str, *, wait: bool) -> None:
    """Let a disabled key pass again."""
    _change(target, "enable", wait=wait, keyId=key_id)


@click.command(epilog=examples("apikeys disable 7GkQ2mV0aZx81TbP --wait"))
@key_id_argument
@wait_option
@target_options
@click.pass_obj
def disable(target: Target, key_id: str, *, wait: bool) -> None:
    """Refuse a key until it is enabled again."""
    _change(target, "disable", wait=wait, keyId=key_id)


@click.command(
    epilog=examples(
        "apikeys revoke 7GkQ2mV0aZx81TbP",
        "apikeys revoke 7GkQ2mV0aZx81TbP --yes --wait",
    )
)
@key_id_argument
@yes_option
@click.option(
    "--recovery-days",
    type=click.IntRange(7, 30),
    help="How long it can be restored. [default: 30]",
)
@wait_option
@target_options
@click.pass_obj
def revoke(target: Target, /, key_id: str, **options: Any) -> None:  # noqa: ANN401
    """Refuse a key for good; for some days, restore brings it back."""
    if not options["yes"]:
        question = f"Revoke {_named(target, key_id)}?"
        click.confirm(question, abort=True, err=True)
    _change(
        target,
        "revoke",
        wait=options["wait"],
        keyId=key_id,
        recoveryDays=options["recovery_days"],
    )


@click.command(epilog=examples("apikeys restore 7GkQ2mV0aZx81TbP"))
@key_id_argument
@target_options
@click.pass_obj
def restore(target: Target, key_id: str) -> None:
    """Bring a revoked key back as it was."""
    show(target.invoke("restore", keyId=key_id), target.output)


def _change(target: Target, action: str, *, wait: bool, **fields: Any) -> None:  # noqa: ANN401
    answer = target.invoke(action, **fields)
    show(answer, target.output)
    settle(target, answer, wait=wait)


def _named(target: Target, key_id: str) -> str:
    """Return a key id with what makes a person recognise it, if it can be read."""
    try:
        record = target.invoke("get", keyId=key_id)["record"]
    except RefusedByFunctionError:
        return key_id
    known = [record.get("client"), record.get("name"), record["state"]]
    return f"{key_id} ({', '.join(text for text in known if text)})"
