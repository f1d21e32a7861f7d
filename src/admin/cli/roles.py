"""The commands on the role map."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from admin.cli.options import target_options
from admin.cli.output import print_json, say

if TYPE_CHECKING:
    from admin.cli.target import Target


@click.group()
def roles() -> None:
    """Show and store the role map: which routes each role opens."""


@roles.command("get")
@target_options
@click.pass_obj
def get_roles(target: Target) -> None:
    """Print the role map as JSON."""
    print_json(target.invoke("roles.get"))


@roles.command("put")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--if-version", help="Only if the stored map still has this version.")
@target_options
@click.pass_obj
def put_roles(target: Target, file: Path, if_version: str | None) -> None:
    """Check and store the role map in FILE (TOML, or JSON by its name)."""
    answer = target.invoke("roles.put", roleMap=_read(file), ifVersion=if_version)
    for finding in answer["findings"]:
        say(f"Warning: {finding}")
    if target.output == "table":
        click.echo(f"Stored {len(answer['roleMap']['roles'])} roles.")
    else:
        print_json(answer)
    say(f"In force everywhere within {answer['effectiveWithinSeconds']} s.")


def _read(file: Path) -> dict[str, object]:
    try:
        text = file.read_text(encoding="utf-8")
        found = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise click.UsageError(f"{file} can't be read: {error}") from error
    if not isinstance(found, dict):
        raise click.UsageError(f"{file} is not a JSON object")
    return found
