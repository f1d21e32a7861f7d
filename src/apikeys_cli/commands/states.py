"""The commands that change whether keys and accounts pass: one, several, a client's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import click

from apikeys_cli.batch.changes import Change, carry_out, foresee
from apikeys_cli.batch.report import Report
from apikeys_cli.batch.selected import count_of, of_client
from apikeys_cli.errors import RefusedByFunctionError
from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Command
from apikeys_cli.options.record import recovery_option
from apikeys_cli.options.several import Selection, several_argument
from apikeys_cli.records import name_of
from apikeys_cli.terminal.console import say
from apikeys_cli.terminal.formats import say_restorable, show
from apikeys_cli.terminal.question import ask, yes_option
from apikeys_cli.terminal.secret_input import read_leaked_key
from apikeys_cli.terminal.visible import visible
from apikeys_cli.wait import until_in_force, wait_option

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from apikeys_cli.admin_function import Invocation


class _RevokeOptions(TypedDict):
    key: str | None
    recovery_days: int | None
    wait: bool
    yes: bool


@click.command(
    cls=Command,
    epilog=examples(
        "apikeys enable 7GkQ2mV0aZx81TbP --wait", 'apikeys enable --client "Test App"'
    ),
)
@several_argument
@yes_option
@wait_option
@common_options
@click.pass_obj
def enable(
    invocation: Invocation, selection: Selection, *, wait: bool, yes: bool
) -> None:
    """Let disabled keys and accounts pass again."""
    change = Change("enable", "enabled", {})
    _change(invocation, change, selection, lambda r: not r["enabled"], wait, yes=yes)


@click.command(
    cls=Command,
    epilog=examples(
        "apikeys disable 7GkQ2mV0aZx81TbP --wait",
        'apikeys disable --client "Test App" --yes --wait',
        "apikeys disable - --yes <ids.txt",
    ),
)
@several_argument
@yes_option
@wait_option
@common_options
@click.pass_obj
def disable(
    invocation: Invocation, selection: Selection, *, wait: bool, yes: bool
) -> None:
    """Refuse keys and accounts until they are enabled again."""
    change = Change("disable", "disabled", {})
    _change(invocation, change, selection, lambda r: r["enabled"], wait, yes=yes)


@click.command(
    cls=Command,
    epilog=examples(
        "apikeys revoke 7GkQ2mV0aZx81TbP",
        "apikeys revoke 7GkQ2mV0aZx81TbP 0aZx81TbP7GkQ2mV --yes --wait",
        "apikeys revoke --key - <leaked.txt",
    ),
)
@several_argument
@click.option(
    "--key",
    is_flag=False,
    flag_value="?",
    metavar="[-]",
    help="Ask for a leaked key itself, or read it from standard input (-); it is "
    "revoked only if it matches to the last character.",
)
@yes_option
@recovery_option
@wait_option
@common_options
@click.pass_obj
def revoke(
    invocation: Invocation,
    /,
    selection: Selection,
    **options: Unpack[_RevokeOptions],
) -> None:
    """Refuse keys and accounts for good; for some days, restore brings them back."""
    fields = {"recoveryDays": options["recovery_days"]}
    if options["key"] is None:
        change = Change("revoke", "revoked", fields)
        wait, yes = options["wait"], options["yes"]
        _change(invocation, change, selection, lambda _: True, wait, yes=yes)
        return
    if selection.principals or selection.client is not None:
        raise click.UsageError("--key says which key is meant; give no other")
    credential = read_leaked_key(options["key"])
    answer = invocation.function.invoke("revoke", credential=credential, **fields)
    _say_done(invocation, answer, wait=options["wait"])


def _change(  # noqa: PLR0913 - one for three commands
    invocation: Invocation,
    change: Change,
    selection: Selection,
    fits: Callable[[Mapping[str, Any]], bool],
    wait: bool,  # noqa: FBT001 - as the commands have it
    *,
    yes: bool,
) -> None:
    """Change what was selected.

    Args:
        invocation: of the command.
        change: what is done.
        selection: to which records.
        fits: whether a client's record still needs the change.
        wait: whether to wait until it is in force.
        yes: whether the question is answered.
    """
    verb = change.action.capitalize()
    if not selection.is_list:
        if not selection.principals:
            raise click.UsageError("give key ids, --login or --client")
        (principal,) = selection.principals
        if change.action == "revoke":
            ask(lambda: f"{verb} {_described(invocation, principal)}?", is_sure=yes)
        done = invocation.function.invoke(change.action, **principal, **change.fields)
        _say_done(invocation, done, wait=wait)
        return
    records: Sequence[Mapping[str, Any]] = selection.principals
    if selection.client is not None:
        found = of_client(invocation.function, selection.client)
        records = [record for record in found if fits(record)]
        if not records:
            foresee(change, records, Report(invocation.output))
            say(f"All keys and accounts of this client are {change.done} already.")
            return
    ask(lambda: f"{verb} {count_of(records)}?", is_sure=yes)
    answer, refused = carry_out(
        invocation.function, change, records, Report(invocation.output)
    )
    if answer is not None:
        until_in_force(invocation.function, answer, wait=wait)
    if refused:
        raise click.exceptions.Exit(RefusedByFunctionError.exit_code)


def _say_done(invocation: Invocation, answer: Mapping[str, Any], *, wait: bool) -> None:
    show(answer, invocation.output)
    say_restorable(answer["record"])
    until_in_force(invocation.function, answer, wait=wait)


def _described(invocation: Invocation, principal: dict[str, str]) -> str:
    """Return a name with what a person recognises it by, if it can be read."""
    name = name_of(principal)
    try:
        record = invocation.function.invoke("get", **principal)["record"]
    except RefusedByFunctionError:
        return name
    known = [record.get("client"), record.get("name"), record["state"]]
    return visible(f"{name} ({', '.join(text for text in known if text)})", kept="")
