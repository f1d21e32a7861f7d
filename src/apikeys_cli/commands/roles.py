"""The commands on the role map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import click

from apikeys_cli.completion import complete_role
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.options.common import common_options, examples
from apikeys_cli.role_explanation import explanation, readable_explanation
from apikeys_cli.role_maps import (
    difference,
    read_role_file,
    readable_difference,
    role_file_argument,
    role_file_path,
    role_table,
    routes,
)
from apikeys_cli.terminal.console import print_data, say
from apikeys_cli.terminal.formats import echo_lines, emit, warn
from apikeys_cli.wait import until_in_force, wait_option

if TYPE_CHECKING:
    from pathlib import Path

    from apikeys_cli.admin_function import Invocation

_REFUSED = 1


class _PutOptions(TypedDict):
    file: Path
    dry_run: bool
    if_version: str | None
    wait: bool


@click.group()
@common_options
def roles() -> None:
    """Show, check and store the role map: which routes each role opens."""


@roles.command(
    "get", epilog=examples("apikeys roles get", "apikeys roles get --output json")
)
@common_options
@click.pass_obj
def get_roles(invocation: Invocation) -> None:
    """Print the stored role map."""
    answer = invocation.function.invoke("roles.get")
    role_map = answer["roleMap"]
    fields = ("role", "field", "route")
    rows = [dict(zip(fields, row, strict=True)) for row in routes(role_map)]
    emit(invocation.output, answer, rows, fields, lambda: _print_map(role_map))


@roles.command("check", epilog=examples("apikeys roles check roles.toml"))
@role_file_argument
@common_options
@click.pass_obj
@click.pass_context
def check_roles(context: click.Context, invocation: Invocation, file: Path) -> None:
    """Say what is wrong with the role map in FILE; exits with 1 if anything is."""
    answer = invocation.function.invoke("roles.check", roleMap=read_role_file(file))
    rows = [{"finding": finding} for finding in answer["findings"]]
    emit(invocation.output, answer, rows, ["finding"], lambda: _print_findings(answer))
    if not answer["isValid"]:
        context.exit(_REFUSED)


@roles.command(
    "put",
    epilog=examples(
        "apikeys roles put roles.toml --dry-run", "apikeys roles put roles.toml --wait"
    ),
)
@role_file_argument
@click.option("--dry-run", is_flag=True, help="Show what would change; store nothing.")
@click.option("--if-version", help="Only if the stored map still has this version.")
@wait_option
@common_options
@click.pass_obj
@click.pass_context
def put_roles(
    context: click.Context, invocation: Invocation, /, **options: Unpack[_PutOptions]
) -> None:
    """Check and store the role map in FILE (TOML, or JSON by its name)."""
    role_map = read_role_file(options["file"])
    if options["dry_run"]:
        if not _preview(invocation, role_map):
            context.exit(_REFUSED)
        return
    answer = invocation.function.invoke(
        "roles.put", roleMap=role_map, ifVersion=options["if_version"]
    )
    warn(answer)
    count = len(answer["roleMap"]["roles"])
    row = {"roles": count, "version": answer["version"]}
    emit(
        invocation.output,
        answer,
        [row],
        ("roles", "version"),
        lambda: click.echo(f"Stored {count} roles."),
    )
    until_in_force(invocation.function, answer, wait=options["wait"])


@roles.command(
    "explain",
    epilog=examples(
        "apikeys roles explain REPORTING",
        "apikeys roles explain REPORTING BILLING --file roles.toml",
    ),
)
@click.argument(
    "names", nargs=-1, required=True, metavar="ROLE…", shell_complete=complete_role
)
@click.option("--file", type=role_file_path(), help="Of this file, not the stored map.")
@common_options
@click.pass_obj
def explain_roles(
    invocation: Invocation, names: tuple[str, ...], file: Path | None
) -> None:
    """Say which routes a role opens, or several together, and the policy's size."""
    if file is None:
        role_map = invocation.function.invoke("roles.get")["roleMap"]
    else:
        role_map = read_role_file(file)
    found = explanation(role_map, names)
    emit(
        invocation.output,
        found,
        [found],
        list(found),
        lambda: print_data(readable_explanation(found)),
    )


def _preview(invocation: Invocation, role_map: dict[str, Any]) -> bool:
    """Show what storing a role map would change; return whether it would be stored."""
    check = invocation.function.invoke("roles.check", roleMap=role_map)
    changes = difference(_stored(invocation), role_map)
    fields = ("change", "role", "field", "route")
    emit(
        invocation.output,
        check | {"changes": changes},
        changes,
        fields,
        lambda: print_data(readable_difference(changes)),
    )
    for finding in check["findings"]:
        say(f"{'Warning' if check['isValid'] else 'Refused'}: {finding}")
    return bool(check["isValid"])


def _stored(invocation: Invocation) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = invocation.function.invoke("roles.get")["roleMap"]
    except (RefusedByFunctionError, UnreachableError) as error:
        if error.code not in ("role_map_not_found", "misconfigured"):
            raise
        say(f"Compared with nothing: {error.message}")
        return None
    return found


def _print_map(role_map: dict[str, Any]) -> None:
    print_data(role_table(role_map))
    say(f"A route no role names: {role_map.get('unmapped', 'deny')}.")


def _print_findings(answer: dict[str, Any]) -> None:
    echo_lines(answer["findings"])
    say("It would be stored." if answer["isValid"] else "It would be refused.")
