"""Roles as a person names them: which exist, and which one was meant."""

from __future__ import annotations

from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from apikeys import role_name
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from apikeys_cli.admin_function import AdminFunction


def named_in(role_map: Mapping[str, Any]) -> set[str]:
    """Return the roles that a stored map names, at the top level or for an API."""
    return {role for _, one in maps_in(role_map) for role in one["roles"]}


def maps_in(role_map: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each map in a stored one with its API, empty for the top level."""
    yield "", {"roles": {}, **role_map}
    yield from role_map.get("apis", {}).items()


def split(texts: Iterable[str]) -> list[str]:
    """Return the names in some texts, each of which may list several: ``A,B``."""
    return [name for text in texts for name in text.replace(",", " ").split()]


@contextmanager
def suggested(function: AdminFunction, names: Iterable[str] | None) -> Iterator[None]:
    """Add to a refusal of roles which roles exist, and which one was meant."""
    try:
        yield
    except RefusedByFunctionError as refused:
        if refused.field == "roles" and (found := unknown(function, names or ())):
            raise refused.with_more(f"\n{found}") from refused
        raise


def unknown(function: AdminFunction, names: Iterable[str]) -> str:
    """Return a sentence on the names that no role has, empty if all are known.

    Also empty if the role map can't be read.
    """
    try:
        known = named_in(function.invoke("roles.get")["roleMap"])
    except (RefusedByFunctionError, UnreachableError):
        return ""
    return unknown_among(names, known)


def unknown_among(names: Iterable[str], known: Collection[str]) -> str:
    """Return a sentence on the names that are not known, empty if all are."""
    spelled = [role_name.normalise(name) or name for name in names]
    strangers = [name for name in spelled if name not in known]
    if not strangers:
        return ""
    meant = [m for name in strangers for m in get_close_matches(name, known, n=1)]
    suggestion = f" Did you mean {', '.join(dict.fromkeys(meant))}?" if meant else ""
    there_are = ", ".join(sorted(known)) or "none"
    verb = "is" if len(strangers) == 1 else "are"
    return (
        f"{', '.join(strangers)} {verb} not in the role map; there are: {there_are}."
        f"{suggestion}"
    )
