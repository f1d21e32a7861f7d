"""What a role map that may be stored should still make its author look at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apikeys import conflicts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apikeys.roles import RoleMap

# As Express and others spell a parameter.
_COLON_NAME = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)")


def warnings(role_map: RoleMap) -> list[str]:
    """Return a sentence for each thing that wants attention."""
    return [*conflicts.warnings(role_map), *_literal_names(role_map)]


def new_warnings(role_map: RoleMap, before: RoleMap | None) -> list[str]:
    """Return those that the map in force did not have: each is said once."""
    known = [] if before is None else warnings(before)
    return [warning for warning in warnings(role_map) if warning not in known]


def _literal_names(role_map: RoleMap) -> Iterator[str]:
    for name, role in role_map.roles.items():
        for field, routes in (("allow", role.allow), ("deny", role.deny)):
            for route in routes:
                for segment in route.text.split("/")[1:]:
                    if found := _COLON_NAME.fullmatch(segment):
                        yield (
                            f"roles.{name}.{field}: '{route.text}' is for the very "
                            f"text '{segment}'; did you mean {{{found[1]}}}?"
                        )
