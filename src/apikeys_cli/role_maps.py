"""A role map in a file, as people write it: TOML, or JSON by its name."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable


def role_file_argument[F: Callable[..., Any]](command: F) -> F:
    """Add the argument FILE."""
    return click.argument("file", type=role_file_path())(command)


def role_file_path() -> click.Path:
    """Return the type of a role map's path."""
    return click.Path(exists=True, dir_okay=False, path_type=Path)


def read_role_file(file: Path) -> dict[str, Any]:
    """Return the role map in a file, not checked yet.

    Raises:
        UsageError: it can't be read, or holds something else.
    """
    try:
        text = file.read_text(encoding="utf-8")
        found = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"{file} can't be read: {error}") from error
    if not isinstance(found, dict):
        raise click.UsageError(f"{file} is not a JSON object")
    return found
