"""The commands on the role map."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from apikeys_cli.completion import complete_role
from apikeys_cli.options.api import api_options, check_api
from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Family
from apikeys_cli.options.types import VERSION
from apikeys_cli.roles import findings as role_findings
from apikeys_cli.roles.checking import checked, print_checked
from apikeys_cli.roles.editing import edit
from apikeys_cli.roles.explanation import (
    explanation,
    explanation_row,
    readable_explanation,
    say_of_others,
)
from apikeys_cli.roles.files import (
    read_role_file,
    readable_difference,
    role_file_argument,
    role_file_path,
    routes,
)
from apikeys_cli.roles.operations import OperationsOptions, operations_options
from apikeys_cli.roles.preview import preview, say_findings, show_changes, stored_map
from apikeys_cli.roles.storing import store
from apikeys_cli.terminal.console import messages, print_data, say
from apikeys_cli.terminal.formats import echo, emit
from apikeys_cli.terminal.question import ask, yes_option
from apikeys_cli.terminal.toml import toml
from apikeys_cli.text_input import STANDARD_INPUT
from apikeys_cli.wait import wait_option

if TYPE_CHECKING:
    from pathlib import Path

    from apikeys_cli.admin_function import Invocation

_REFUSED = 1


class _CheckOptions(OperationsOptions):
    file: Path | None


class _ExplainOptions(TypedDict):
    file: Path | None
    api: str | None
    stage: str | None


class _PutOptions(TypedDict):
    file: Path
    dry_run: bool
    if_version: str | None
    no_count: bool
    allow_empty: bool
    wait: bool
    yes: bool


@click.group(cls=Family)
@common_options
def roles() -> None:
    """Show, check and store the role map: which routes each role opens."""


@roles.command(
    "get",
    epilog=examples(
        "apikeys roles get > roles.toml", "apikeys roles get --output json > roles.json"
    ),
)
@common_options
@click.pass_obj
def get_roles(invocation: Invocation) -> None:
    """Print the stored role map as `roles put` takes it: TOML, or JSON."""
    answer = invocation.function.invoke("roles.get")
    role_map = answer["roleMap"]
    fields = ("role", "field", "route", "api")
    # The API column only if there is one, as mostly there is none.
    rows = [
        {name: text for name, text in zip(fields, row, strict=True) if text}
        for row in routes(role_map)
    ]
    emit(invocation.output, role_map, rows, fields, lambda: echo(toml(role_map)))
    say(f"Version {answer['version']}")


@roles.command(
    "check",
    epilog=examples(
        "apikeys roles check roles.toml",
        "apikeys roles check",
        "apikeys roles check roles.toml --openapi openapi.yaml --strict",
        "apikeys roles check --api a1b2c3d4e5 --stage prod",
    ),
)
@click.argument("file", type=role_file_path(), required=False)
@operations_options
@common_options
@click.pass_obj
@click.pass_context
def check_roles(
    context: click.Context, invocation: Invocation, /, **options: Unpack[_CheckOptions]
) -> None:
    """Say what is wrong with the role map in FILE, or with the stored one.

    Exits with 1 if the map would be refused. Of the stored map, also show what it no
    longer opens since {name} became exact.
    """
    file = options["file"]
    answer = checked(invocation, file, options)
    unnamed = answer.get("operations", {}).get("findings", [])
    rows = [role_findings.row(finding) for finding in (*answer["findings"], *unnamed)]
    fields = role_findings.FIELDS
    emit(
        invocation.output,
        answer,
        rows,
        fields,
        lambda: print_checked(answer, is_stored=file is None),
    )
    if not answer["isValid"] or (options["strict"] and unnamed):
        context.exit(_REFUSED)


@roles.command(
    "put",
    epilog=examples(
        "apikeys roles put roles.toml --dry-run",
        "apikeys roles put roles.toml --wait",
        "apikeys roles get --stack dev | apikeys roles put - --stack prod --yes",
    ),
)
@role_file_argument
@click.option("--dry-run", is_flag=True, help="Show what would change; store nothing.")
@click.option(
    "--if-version",
    type=VERSION,
    help="Only if the stored map still has this version.",
)
@click.option("--no-count", is_flag=True, help="Don't count the keys that lose routes.")
@click.option("--allow-empty", is_flag=True, help="Store the map even without roles.")
@yes_option
@wait_option
@common_options
@click.pass_obj
@click.pass_context
def put_roles(
    context: click.Context, invocation: Invocation, /, **options: Unpack[_PutOptions]
) -> None:
    """Check and store the role map in FILE (TOML, or JSON by its name; - for stdin).

    If there is a map already, the difference is shown, and how many keys lose what;
    then you are asked.
    """
    role_map = read_role_file(options["file"])
    stored = stored_map(invocation)
    found = preview(invocation, role_map, stored, counts=not options["no_count"])
    if options["dry_run"]:
        show_changes(found, invocation.output)
    elif found["changes"] and stored is not None:
        messages().print(readable_difference(found["changes"]))
    say_findings(found)
    if not found["isValid"]:
        context.exit(_REFUSED)
    if options["dry_run"]:
        return
    is_asked = stored is not None and found["changes"] and not options["yes"]
    if is_asked and str(options["file"]) == STANDARD_INPUT:
        message = "the map was read from standard input: answer with --yes"
        raise click.UsageError(message)
    ask(lambda: "Store it?", is_sure=not is_asked)
    # The difference shown is to one version, and only that is replaced.
    version = None if stored is None else stored["version"]
    store(
        invocation,
        role_map,
        options["if_version"] or version,
        allow_empty=options["allow_empty"],
        wait=options["wait"],
    )


@roles.command("edit", epilog=examples("EDITOR=nano apikeys roles edit --wait"))
@click.option("--no-count", is_flag=True, help="Don't count the keys that lose routes.")
@yes_option
@wait_option
@common_options
@click.pass_obj
def edit_roles(
    invocation: Invocation, *, no_count: bool, wait: bool, yes: bool
) -> None:
    """Open the stored role map in $EDITOR, and store what you save there.

    What changes is shown first; then you are asked. What can't be stored can be edited
    again. Comments are not stored.
    """
    edit(invocation, counts=not no_count, wait=wait, is_sure=yes)


@roles.command(
    "explain",
    epilog=examples(
        "apikeys roles explain REPORTING",
        "apikeys roles explain REPORTING BILLING --file roles.toml",
        "apikeys roles explain REPORTING --api a1b2c3d4e5 --stage prod",
    ),
)
@click.argument(
    "names", nargs=-1, required=True, metavar="ROLE…", shell_complete=complete_role
)
@click.option(
    "--file", type=role_file_path(), help="Use this file, not the stored map."
)
@api_options
@common_options
@click.pass_obj
def explain_roles(
    invocation: Invocation,
    /,
    names: tuple[str, ...],
    **options: Unpack[_ExplainOptions],
) -> None:
    """Say what a role, or several together, opens, what it does not, and why.

    Without --api it is about the APIs that have no map of their own.
    """
    file, api, stage = options["file"], options["api"], options["stage"]
    check_api(api, stage)
    if file is None:
        role_map = invocation.function.invoke("roles.get")["roleMap"]
    else:
        role_map = read_role_file(file)
    found = explanation(role_map, names, api, stage)
    emit(
        invocation.output,
        found,
        [explanation_row(found)],
        list(found),
        lambda: print_data(readable_explanation(found)),
    )
    say_of_others(role_map, api)
