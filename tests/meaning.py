"""What a role map means: requests read as texts, the oracle for compiled policies.

It shares no code with the compiler. A request is open when all four rules hold:

1. no deny of a held role matches it (a deny of ``/x`` closes ``/x/``, too);
2. a held subtree matches it, or the most specific named route that matches it is held,
   or, under any-key, no named route matches it and its method is open to the record;
3. ``p/`` is open only where ``p`` is, if ``p`` is a named exact route;
4. with its needlessly encoded letters and digits decoded it is open, too.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
READING = METHODS[:3]

_ENCODED = re.compile("%(3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])")


class Call(NamedTuple):
    """A concrete request: ``GET`` and ``/reports/7``."""

    method: str
    path: str


class Named(NamedTuple):
    """A route as the map has it, with its place."""

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

    @property
    def generality(self) -> str:
        """Sorts the more specific first: a literal before {name} before ``/*``."""
        ranks = {"{": "1", "*": "2"}
        return "".join(ranks.get(s[:1], "0") for s in self.path[1:].split("/"))

    def has(self, method: str) -> bool:
        """Return whether it is a route of this method."""
        return self.method in ("*", method)

    def spells(self, path: str) -> bool:
        """Return whether a path is one of this route's: {name} is one segment."""
        wanted, given = self.path.split("/"), path.split("/")
        if self.is_subtree:
            wanted.pop()
            if len(given) <= len(wanted):
                return False
            given = given[: len(wanted)]
        return len(wanted) == len(given) and all(
            segment == part or (segment[:1] == "{" and part != "")
            for segment, part in zip(wanted, given, strict=True)
        )


class Meaning:
    """One role map, and what its roles open."""

    def __init__(self, role_map: dict[str, Any]) -> None:
        self.routes = named(role_map)
        self._any_key = role_map.get("unmapped") == "any-key"
        self._spelt: dict[str, list[Named]] = {}

    def opens(self, roles: set[str], call: Call, *, read_only: bool = False) -> bool:
        """Return whether a record with these roles may make this request."""
        return all(
            self._opens_as_written(roles, one, read_only=read_only)
            for one in {call, decoded(call)}
        )

    def protects(self, roles: set[str], call: Call, *, read_only: bool = False) -> bool:
        """Return whether a shut request is in a route somebody named or a held deny.

        Such a request must never be open. What is shut because nobody opened it may
        be, if a finding says so; and so may what is in another role's subtree and in no
        route that the record holds, for a subtree names no single route.
        """
        for method, path in {call, decoded(call)}:
            if self._opens_as_written(roles, Call(method, path), read_only=read_only):
                continue
            for text in {path, path.removesuffix("/") or path}:
                shut = Call(method, text)
                if self._opens_as_written(roles, shut, read_only=read_only):
                    continue
                spelt = self._of(method, text)
                if any(r.field == "deny" and r.role in roles for r in spelt):
                    return True
                best = self._best(method, text)
                if best and not best[0].is_subtree:
                    return True
                if best and any(
                    self._is_held(route, roles, method, read_only=read_only)
                    for route in spelt
                    if route.field == "allow"
                ):
                    return True
        return False

    def _opens_as_written(
        self, roles: set[str], call: Call, *, read_only: bool
    ) -> bool:
        method, path = call
        spelt = self._of(method, path)
        bare = path.removesuffix("/")
        slashed = self._of(method, bare) if bare != path else []
        if any(
            route.field == "deny" and route.role in roles
            for route in (*spelt, *slashed)
        ):
            return False
        if any(
            route.field == "allow" and not route.is_subtree for route in slashed
        ) and not self._opens_as_written(
            roles, Call(method, bare), read_only=read_only
        ):
            return False
        held = [
            route
            for route in spelt
            if route.field == "allow"
            and self._is_held(route, roles, method, read_only=read_only)
        ]
        if any(route.is_subtree for route in held):
            return True
        best = self._best(method, path)
        if best:
            return any(route in held for route in best)
        return self._any_key and (method in READING or not read_only)

    def _best(self, method: str, path: str) -> list[Named]:
        """Return the most specific named route, once for each role that has it."""
        routes = [
            route
            for route in self._of(method, path)
            if route.field == "allow" and not route.is_everything
        ]
        least = min((route.generality for route in routes), default="")
        return [route for route in routes if route.generality == least]

    def _of(self, method: str, path: str) -> list[Named]:
        spelt = self._spelt.get(path)
        if spelt is None:
            spelt = [route for route in self.routes if route.spells(path)]
            self._spelt[path] = spelt
        return [route for route in spelt if route.has(method)]

    @staticmethod
    def _is_held(
        route: Named, roles: set[str], method: str, *, read_only: bool
    ) -> bool:
        return route.role in roles and (
            not read_only or route.reads or method in READING
        )


def decoded(call: Call) -> Call:
    """Return the request with its letters and digits in plain (RFC 3986, 6.2.2.2)."""
    path = _ENCODED.sub(lambda found: chr(int(found[1], 16)), call.path)
    return Call(call.method, path)


def encoded(call: Call) -> set[str]:
    """Return the letters and digits that a request percent-encodes."""
    return {chr(int(code, 16)) for code in _ENCODED.findall(call.path)}


def named(role_map: dict[str, Any]) -> list[Named]:
    """Return every route of a map that has a method."""
    return [
        Named(name, field, *route.split(" "), reads)  # type: ignore[call-arg]
        for name, role in role_map["roles"].items()
        for field in ("allow", "deny")
        for route, reads in map(_route_and_mark, role.get(field, []))
        if route != "$connect"
    ]


def _route_and_mark(entry: str | dict[str, Any]) -> tuple[str, bool]:
    if isinstance(entry, str):
        return entry, False
    return entry["route"], entry["reads"]
