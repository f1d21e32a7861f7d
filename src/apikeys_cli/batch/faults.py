"""What is wrong with a file of rows, said once for all rows that share it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

_TOLD = 20
_PLACES = 5


def refuse(
    name: object, faults: Iterable[tuple[int | str, str]], consequence: str
) -> None:
    """End with the faults of a file, if it has any.

    Args:
        name: the file's.
        faults: the line and a sentence of each.
        consequence: what was not done.

    Raises:
        UsageError: the file has faults.
    """
    places: dict[str, list[int | str]] = {}
    for line, fault in faults:
        places.setdefault(fault, []).append(line)
    if not places:
        return
    told = [f"  {_spelled(lines)}: {fault}" for fault, lines in places.items()]
    if len(told) > _TOLD:
        told[_TOLD:] = [f"  and {len(told) - _TOLD} more"]
    rows = "\n".join(told)
    raise click.UsageError(f"{name} has faults; {consequence}:\n{rows}")


def _spelled(lines: list[int | str]) -> str:
    """Return a few line numbers, or the first of many and their count."""
    if len(lines) == 1:
        return f"line {lines[0]}"
    shown = ", ".join(map(str, lines[:_PLACES]))
    more = len(lines) - _PLACES
    return f"lines {shown} and {more} more" if more > 0 else f"lines {shown}"
