"""The role map: which routes each role opens or closes."""

from __future__ import annotations

from apikeys import document, role_name
from apikeys.errors import MalformedRoleMapError
from apikeys.route import Route
from apikeys.text import ALPHANUMERIC, consists_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from apikeys.access import Source
    from apikeys.document import Document
    from apikeys.grants import Grant
    from apikeys.pattern import Pattern
    from apikeys.shape_tree import ShapeTree

_MAX_GRANTS = 512
_LONGEST_STAGE = 128


class Role:
    """The routes that a role opens, and those that it closes to its holders."""

    __slots__ = ("allow", "deny")

    def __init__(self, allow: tuple[Route, ...], deny: tuple[Route, ...]) -> None:
        self.allow = allow
        self.deny = deny


class RoleMap:
    """A parsed role map; ``document`` is what it was parsed from.

    Attributes:
        roles: what each role opens and closes.
        any_key: whether a route that no role names is open to every key.
        apis: the maps of single APIs, by id or by id and stage; each is complete, and
            this one decides everywhere else.
    """

    __slots__ = ("_grants", "_named", "_trees", "any_key", "apis", "document", "roles")

    def __init__(
        self, found: Document, roles: dict[str, Role], *, any_key: bool
    ) -> None:
        self.document = found
        self.roles = roles
        self.any_key = any_key
        self.apis: dict[str, RoleMap] = {}
        self._named: dict[str, dict[Pattern, list[Source]]] = {}
        self._trees: dict[str, ShapeTree] = {}
        self._grants: dict[tuple[frozenset[str], bool], Grant] = {}

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
            MalformedRoleMapError: with a sentence for each fault.
        """
        findings: list[str] = []
        role_map = _map(found, "", findings)
        apis = found.get("apis", {})
        if not isinstance(apis, dict):
            apis = {}
            findings.append("apis: is a table of APIs")
        for name, one in apis.items():
            where = f'apis."{name}"'
            if not _is_api(name):
                findings.append(f"{where}: is an API's id, or its id/stage")
            if isinstance(one, dict):
                role_map.apis[name] = _map(one, f"{where}.", findings)
            else:
                findings.append(f"{where}: is a table with unmapped and roles")
        if findings:
            raise MalformedRoleMapError(findings)
        return role_map

    def of(self, api: str, stage: str | None) -> RoleMap:
        """Return the map that decides at an API and its stage."""
        if not self.apis:
            return self
        return self.apis.get(f"{api}/{stage}") or self.apis.get(api) or self

    def maps(self) -> list[tuple[str, RoleMap]]:
        """Return each map with its API, empty for the top level."""
        return [("", self), *self.apis.items()]

    def role_names(self) -> set[str]:
        """Return the names of all roles, in whichever map they are."""
        return {name for _, one in self.maps() for name in one.roles}

    def grant(self, names: Iterable[str], *, read_only: bool = False) -> Grant:
        """Return what a record with these roles may call; compiled once.

        A role that the map lacks grants nothing.
        """
        key = (frozenset(names).intersection(self.roles), read_only)
        known = self._grants.pop(key, None)
        if known is None:
            # Not at a cold start, whose policy the gateway usually has in its cache
            # already.
            from apikeys.grants import compile_grant  # noqa: PLC0415 - slow, rare

            known = compile_grant(self, key[0], read_only=read_only)
            if len(self._grants) >= _MAX_GRANTS:
                del self._grants[next(iter(self._grants))]
        self._grants[key] = known
        return known

    def named(self, method: str) -> dict[Pattern, list[Source]]:
        """Return the shapes that routes of a method name, and their roles.

        ``* /*`` names nothing.
        """
        if not self._named:
            for name, role in self.roles.items():
                for route in role.allow:
                    for each in () if route.is_everything else route.methods:
                        shapes = self._named.setdefault(each, {})
                        shapes.setdefault(route.shape, []).append((name, route))
        return self._named.get(method, {})

    def tree(self, method: str) -> ShapeTree:
        """Return the shapes that routes of a method name."""
        from apikeys.shape_tree import ShapeTree  # noqa: PLC0415 - slow, rare

        if method not in self._trees:
            self._trees[method] = ShapeTree(self.named(method))
        return self._trees[method]


def _map(found: Document, where: str, findings: list[str]) -> RoleMap:
    """Read the map at the top level or that of an API, without nested ones."""
    unmapped = found.get("unmapped", "deny")
    if unmapped not in ("deny", "any-key"):
        findings.append(f'{where}unmapped: is "deny" or "any-key"')
    fields = ("unmapped", "roles") if where else ("unmapped", "roles", "apis")
    findings += [
        f"{where}{field}: is not a field of a role map ({', '.join(fields)})"
        for field in found
        if field not in fields
    ]
    # A map that is split entirely by API needs no roles at the top level.
    named = found.get("roles", {} if found.get("apis") and not where else None)
    if not isinstance(named, dict):
        named = {}
        findings.append(f"{where}roles: is a table of roles")
    roles = {
        name: _role(name, role, f"{where}roles.{name}", findings)
        for name, role in named.items()
    }
    return RoleMap(found, roles, any_key=unmapped == "any-key")


def _is_api(name: str) -> bool:
    api, slash, stage = name.partition("/")
    if not api or not consists_of(api, ALPHANUMERIC):
        return False
    if not slash or stage == "$default":
        return True
    return 1 <= len(stage) <= _LONGEST_STAGE and consists_of(stage, f"{ALPHANUMERIC}_-")


def _role(name: str, role: object, where: str, findings: list[str]) -> Role:
    if not role_name.is_role_name(name):
        findings.append(f"{where}: a role's name is {role_name.PATTERN}")
    if not isinstance(role, dict):
        findings.append(f"{where}: is a table with allow and deny")
        return Role((), ())
    findings += [
        f"{where}.{field}: is not a field of a role (allow, deny)"
        for field in role
        if field not in ("allow", "deny")
    ]
    allow, deny = (
        tuple(_routes(role.get(field, []), f"{where}.{field}", findings))
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
