"""What the author of a role map should know before it is stored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apikeys.check import check
from apikeys.finding import TELL, Finding, located

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apikeys.roles import RoleMap

# As Express and others spell a parameter.
_COLON_NAME = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)")


def findings(role_map: RoleMap) -> list[Finding]:
    """Return the findings about a map, the gravest first."""
    found = check(role_map)
    for api, one in role_map.maps():
        found += located(api, _literal_names(one))
    return found


def unknown(found: list[Finding], before: RoleMap | None) -> list[Finding]:
    """Return those that the map in force did not have, so that each is said once."""
    known = [] if before is None else [f.document() for f in findings(before)]
    return [finding for finding in found if finding.document() not in known]


def _literal_names(role_map: RoleMap) -> Iterator[Finding]:
    for name, role in role_map.roles.items():
        for field, routes in (("allow", role.allow), ("deny", role.deny)):
            for route in routes:
                for segment in route.text.split("/")[1:]:
                    if found := _COLON_NAME.fullmatch(segment):
                        message = (
                            f"roles.{name}.{field}: '{route.text}' is for the very "
                            f"text '{segment}'; did you mean {{{found[1]}}}?"
                        )
                        yield Finding(TELL, (name,), route.text, message)
