"""What a role map means for an API's operations: options, answer, and lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import click

from apikeys.errors import MalformedRoleMapError
from apikeys.operations import compare
from apikeys.roles import RoleMap
from apikeys_cli.openapi import export, operations, read_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from apikeys_cli.connection import Connection


class OperationsOptions(TypedDict):
    """The options of a command that examines an API's operations."""

    openapi: Path | None
    api: str | None
    stage: str | None
    strict: bool


def operations_options[F: Callable[..., Any]](command: F) -> F:
    """Add the options that say which API, and whether an open operation is an error."""
    for option in (
        # The last one is the first in --help.
        click.option(
            "--strict",
            is_flag=True,
            help="Exit with 1, too, if an operation is open that no role names.",
        ),
        click.option("--stage", help="With --api: its stage."),
        click.option(
            "--api",
            help="Compare with the operations of this API, as API Gateway exports it.",
        ),
        click.option(
            "--openapi",
            type=click.Path(
                exists=True, dir_okay=False, allow_dash=True, path_type=Path
            ),
            help="Compare with the operations of this OpenAPI document.",
        ),
    ):
        command = option(command)
    return command


def document_of(
    connection: Connection, options: OperationsOptions
) -> dict[str, Any] | None:
    """Return the OpenAPI document that the options name, None if they name none.

    Raises:
        UsageError: they contradict each other.
        UnreachableError: API Gateway does not export it.
    """
    file, api, stage = options["openapi"], options["api"], options["stage"]
    if (api is None) != (stage is None):
        raise click.UsageError("--api and --stage go together")
    if file is not None and api is not None:
        raise click.UsageError("give --openapi or --api, not both")
    if file is not None:
        return read_document(file)
    if api is not None and stage is not None:
        return export(connection, api, stage)
    if options["strict"]:
        raise click.UsageError("--strict goes with --openapi or --api")
    return None


def compared(
    role_map: Mapping[str, Any],
    document: Mapping[str, Any],
    api: str | None = None,
    stage: str | None = None,
) -> dict[str, Any]:
    """Return what a role map means for a document's operations.

    Nothing if the map is invalid: its findings say so.

    Args:
        role_map: the whole map.
        document: of OpenAPI.
        api: whose it is, if known; its own map decides, if there is one.
        stage: the API's.
    """
    try:
        parsed = RoleMap.parse(dict(role_map))
    except MalformedRoleMapError:
        return {}
    deciding = parsed if api is None else parsed.of(api, stage)
    whose = next(name for name, one in parsed.maps() if one is deciding)
    routes, unsaid = operations(document)
    return {"operations": {**compare(deciding, routes, whose), "notChecked": unsaid}}


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield for a person what each role opens, and what matches nothing."""
    for name, opened in found["opens"].items():
        yield f"{name} opens {'' if opened else 'none of the operations'}".rstrip()
        yield from (f"  {operation}" for operation in opened)
    for operation in found["closed"]:
        yield f"Nobody may call: {operation}"
    for route in found["unmatched"]:
        where = f"{route['field']} of {route['role']}"
        yield f"Matches no operation: {route['route']} ({where})"
    for operation in found["notChecked"]:
        yield f"Not checked, as no route can express it: {operation}"
