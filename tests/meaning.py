"""What a role map means, read segment by segment: the oracle for compiled policies."""

from __future__ import annotations

from typing import Any, NamedTuple

_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_READING = _METHODS[:3]


class Call(NamedTuple):
    """A concrete request: ``GET`` and ``/reports/7``."""

    method: str
    path: str


class Named(NamedTuple):
    """A route as the map has it, with the place where it stands."""

    role: str
    field: str
    method: str
    path: str
    reads: bool

    @property
    def is_everything(self) -> bool:
        """Whether it is ``* /*``."""
        return (self.method, self.path) == ("*", "/*")

    @property
    def is_subtree(self) -> bool:
        """Whether it ends in ``/*``."""
        return self.path.endswith("/*")

    def holds(self, call: Call) -> bool:
        """Tell whether a request lies in this route: {name} is one segment."""
        if self.method not in ("*", call.method) or call.method not in _METHODS:
            return False
        wanted, given = self.path.split("/"), call.path.split("/")
        if self.is_subtree:
            wanted.pop()
            if len(given) <= len(wanted):
                return False
            given = given[: len(wanted)]
        return len(wanted) == len(given) and all(
            segment == part or (segment.startswith("{") and part != "")
            for segment, part in zip(wanted, given, strict=True)
        )

    def crosses_into(self, call: Call) -> bool:
        """Tell whether only IAM's star, which crosses slashes, brings a request in."""
        if self.method not in ("*", call.method) or self.holds(call):
            return False
        return _star_matches(self.path.split("/"), call.path)


def _star_matches(segments: list[str], path: str) -> bool:
    literals = "/".join("*" if s.startswith("{") else s for s in segments).split("*")
    position = len(literals[0])
    if not path.startswith(literals[0]):
        return False
    for literal in literals[1:-1]:
        found = path.find(literal, position)
        if found < 0:
            return False
        position = found + len(literal)
    if len(literals) == 1:
        return path == literals[0]
    return len(path) - position >= len(literals[-1]) and path.endswith(literals[-1])


def named(role_map: dict[str, Any]) -> list[Named]:
    """Return every route of a map."""
    return [
        Named(name, field, *route.split(" "), reads)  # type: ignore[call-arg]
        for name, role in role_map["roles"].items()
        for field in ("allow", "deny")
        for route, reads in map(_route_and_mark, role.get(field, []))
    ]


def opens(
    role_map: dict[str, Any], roles: set[str], call: Call, *, read_only: bool = False
) -> bool:
    """Tell whether a record with these roles may make this request."""
    held = [route for route in named(role_map) if route.role in roles]
    lacking = [route for route in named(role_map) if route.role not in roles]
    if any(route.field == "deny" and route.holds(call) for route in held):
        return False
    if any(
        route.field == "allow"
        and route.holds(call)
        and (not read_only or route.reads or call.method in _READING)
        for route in held
    ):
        return True
    if role_map.get("unmapped") != "any-key":
        return False
    if call.method not in (_READING if read_only else _METHODS):
        return False
    if any(route.field == "allow" and route.is_everything for route in held):
        return True
    return not any(
        route.field == "allow" and not route.is_everything and route.holds(call)
        for route in lacking
    )


def is_settled(role_map: dict[str, Any], call: Call) -> bool:
    """Tell whether it is promised that the policy judges a request as the map does.

    It does for a request in a route that the map spells out, and for one that no
    ``{name}`` reaches by crossing a slash. A subtree (``/*``) spells nothing out, nor
    does a deny under ``any-key``, where lacking a ``{name}`` closes what it reaches.
    """
    routes = named(role_map)
    any_key = role_map.get("unmapped") == "any-key"
    if any(
        route.holds(call)
        and not route.is_subtree
        and not (any_key and route.field == "deny")
        for route in routes
    ):
        return True
    return not any(route.crosses_into(call) for route in routes)


def _route_and_mark(entry: str | dict[str, Any]) -> tuple[str, bool]:
    if isinstance(entry, str):
        return entry, False
    return entry["route"], entry["reads"]
