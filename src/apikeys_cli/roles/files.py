"""Role maps as people write them in files, and their differences."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from apikeys import document
from apikeys_cli.roles.names import maps_in
from apikeys_cli.text_input import STANDARD_INPUT, name_of_source, read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# One of two roles with the same name would be lost.
_DECODER = json.JSONDecoder(object_pairs_hook=document.unique)
_FIELDS = ("allow", "deny")
_STYLES = {"+": "green", "-": "red"}


def role_file_argument[F: Callable[..., Any]](command: F) -> F:
    """Add the argument FILE."""
    return click.argument("file", type=role_file_path())(command)


def role_file_path() -> click.Path:
    """Return the type of a role map's path, or ``-`` for standard input."""
    return click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


def read_role_file(file: Path) -> dict[str, Any]:
    """Return the role map in a file, TOML or JSON, not checked yet.

    JSON is recognised by the file's name; on standard input by the first brace.

    Raises:
        UsageError: it can't be read, or holds something else.
    """
    text, name = read_text(file), name_of_source(file)
    is_json = file.suffix.lower() == ".json"
    if str(file) == STANDARD_INPUT:
        is_json = is_json_text(text)
    return parse_role_map(text, name, is_json=is_json)


def is_json_text(text: str) -> bool:
    """Return whether a text without a name is JSON, by its first brace."""
    return text.lstrip().startswith("{")


def parse_role_map(text: str, name: str, *, is_json: bool) -> dict[str, Any]:
    """Return the role map that a text holds, not checked yet.

    Args:
        text: TOML or JSON.
        name: what messages call it.
        is_json: which of the two.

    Raises:
        UsageError: it can't be read, or holds something else.
    """
    try:
        found = _DECODER.decode(text) if is_json else tomllib.loads(text)
        # TOML has dates and infinity, which a request can't hold.
        json.dumps(found, allow_nan=False)
    except RecursionError:
        message = f"{name} can't be read: it is nested too deep"
        raise click.UsageError(message) from None
    except TypeError:
        message = (
            f"{name} can't be read: it has a date or time of TOML's; put it in quotes"
        )
        raise click.UsageError(message) from None
    except ValueError as error:
        raise click.UsageError(f"{name} can't be read: {error}") from error
    if not isinstance(found, dict):
        raise click.UsageError(f"{name} is not a JSON object")
    return found


def routes(role_map: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the role, field, route and API of each route in a stored role map.

    The API is empty at the top level.
    """
    for api, one in maps_in(role_map):
        for name, role in one["roles"].items():
            for field in _FIELDS:
                for entry in role.get(field, ()):
                    yield name, field, _spelled(entry), api


def difference(
    old: Mapping[str, Any] | None, new: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Return the changes from one role map to another, None for no map.

    Each has ``change`` (``+`` or ``-``), ``role`` (empty for ``unmapped``), ``field``,
    ``route`` and, of an API's own map, ``api``. What does not have the form of a role
    map is skipped: the findings report that.
    """
    before = [] if old is None else list(_lines(old))
    after = list(_lines(new))
    changes = [("-", line) for line in before if line not in after]
    changes += [("+", line) for line in after if line not in before]
    # Role by role, and within one, removals before additions.
    changes.sort(key=lambda change: change[1][:3])
    return [
        {"change": sign, "role": role, "field": field, "route": route}
        | ({"api": api} if api else {})
        for sign, (api, role, field, route) in changes
    ]


def readable_difference(changes: list[dict[str, str]]) -> Text:
    """Return the changes as text, in colour on a terminal."""
    if not changes:
        return Text("No difference.")
    text = Text()
    heading = None
    for change in changes:
        role = change["role"] or "unmapped"
        role += f" at {change['api']}" if "api" in change else ""
        if role != heading:
            text.append(f"{role}\n", style="bold")
            heading = role
        line = f"{change['field']} {change['route']}".strip() or "the role itself"
        text.append(f"  {change['change']} {line}\n", style=_STYLES[change["change"]])
    text.rstrip()
    return text


def _lines(role_map: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    yield from _lines_of("", role_map)
    apis = role_map.get("apis")
    for api, one in apis.items() if isinstance(apis, dict) else ():
        if isinstance(one, dict):
            yield from _lines_of(api, one)


def _lines_of(
    api: str, role_map: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, str]]:
    yield api, "", "", str(role_map.get("unmapped", "deny"))
    roles = role_map.get("roles")
    for name, role in roles.items() if isinstance(roles, dict) else ():
        # A role without routes is still a role.
        yield api, name, "", ""
        for field in _FIELDS:
            entries = role.get(field) if isinstance(role, dict) else None
            for entry in entries if isinstance(entries, list) else ():
                yield api, name, field, _spelled(entry)


def _spelled(entry: object) -> str:
    """Return a route as one text, in either form of the role map."""
    if isinstance(entry, dict):
        reads = " (reads)" if entry.get("reads") is True else ""
        return f"{entry.get('route')}{reads}"
    return str(entry)
