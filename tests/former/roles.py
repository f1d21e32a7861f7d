"""The role map: which routes each role opens or closes."""

from __future__ import annotations

from apikeys import document, role_name
from apikeys.errors import MalformedRoleMapError
from tests.former.route import Route

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from apikeys.document import Document

_STAGE = Route("* /*")


class Role:
    """The routes that one role opens, and those it closes for whoever holds it."""

    __slots__ = ("allow", "deny")

    def __init__(self, allow: tuple[Route, ...], deny: tuple[Route, ...]) -> None:
        self.allow = allow
        self.deny = deny


class Grant:
    """What a set of roles opens and closes, as ends of ARNs behind the stage."""

    __slots__ = ("allow", "deny")

    def __init__(self, allow: Iterable[str], deny: Iterable[str]) -> None:
        self.allow = tuple(dict.fromkeys(allow))
        self.deny = tuple(dict.fromkeys(deny))


class RoleMap:
    """A parsed role map; ``document`` is what it was parsed from."""

    __slots__ = ("any_key", "document", "roles")

    def __init__(
        self, found: Document, roles: dict[str, Role], *, any_key: bool
    ) -> None:
        self.document = found
        self.roles = roles
        self.any_key = any_key

    @classmethod
    def loads(cls, text: str) -> RoleMap:
        """Read a stored role map; raises as :meth:`parse` does."""
        try:
            found = document.loads(text)
        except ValueError as error:
            raise MalformedRoleMapError([f"the role map is {error}"]) from None
        return cls.parse(found)

    @classmethod
    def parse(cls, found: Document) -> RoleMap:
        """Read a role map.

        Raises:
            MalformedRoleMapError: with a sentence for each thing that is wrong.
        """
        findings: list[str] = []
        unmapped = found.get("unmapped", "deny")
        if unmapped not in ("deny", "any-key"):
            findings.append('unmapped: is "deny" or "any-key"')
        findings += [
            f"{field}: is not a field of a role map (unmapped, roles)"
            for field in found
            if field not in ("unmapped", "roles")
        ]
        named = found.get("roles")
        if not isinstance(named, dict):
            named = {}
            findings.append("roles: is a table of roles")
        roles = {name: _role(name, role, findings) for name, role in named.items()}
        if findings:
            raise MalformedRoleMapError(findings)
        return cls(found, roles, any_key=unmapped == "any-key")

    def grant(self, names: Iterable[str], *, read_only: bool = False) -> Grant:
        """Return what a record with these roles may call.

        A name that the map does not have grants nothing. With ``any_key`` the whole
        stage is open but for the routes of the roles that are lacking.
        """
        held = {name: self.roles[name] for name in names if name in self.roles}
        routes = [route for role in held.values() for route in role.allow]
        allow = [r for route in routes for r in route.resources(read_only=read_only)]
        deny = [r for role in held.values() for x in role.deny for r in x.resources()]
        if self.any_key:
            allow = [*_STAGE.resources(read_only=read_only), *allow]
            if not any(route.is_everything for route in routes):
                deny += self._lacking(held)
        return Grant(allow, deny)

    def _lacking(self, held: Iterable[str]) -> list[str]:
        return [
            resource
            for name, role in self.roles.items()
            if name not in held
            for route in role.allow
            if not route.is_everything
            for resource in route.resources()
        ]


def _role(name: str, role: object, findings: list[str]) -> Role:
    if not role_name.is_role_name(name):
        findings.append(f"roles.{name}: a role's name is {role_name.PATTERN}")
    if not isinstance(role, dict):
        findings.append(f"roles.{name}: is a table with allow and deny")
        return Role((), ())
    findings += [
        f"roles.{name}.{field}: is not a field of a role (allow, deny)"
        for field in role
        if field not in ("allow", "deny")
    ]
    allow, deny = (
        tuple(_routes(role.get(field, []), f"roles.{name}.{field}", findings))
        for field in ("allow", "deny")
    )
    return Role(allow, deny)


def _routes(value: object, where: str, findings: list[str]) -> Iterable[Route]:
    if not isinstance(value, list):
        findings.append(f"{where}: is a list of routes")
        return
    for index, entry in enumerate(value):
        try:
            yield _route(entry)
        except ValueError as error:
            findings.append(f"{where}[{index}]: {error}")


def _route(entry: object) -> Route:
    if isinstance(entry, str):
        return Route(entry)
    if isinstance(entry, dict) and entry.keys() == {"route", "reads"}:
        route, reads = entry["route"], entry["reads"]
        if isinstance(route, str) and isinstance(reads, bool):
            return Route(route, reads=reads)
    message = 'is a route, or { route = "…", reads = true }'
    raise ValueError(message)
