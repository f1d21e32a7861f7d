"""Whether a request is open to a record, by which role, and by which rule.

The verdict is the compiled policy's, as API Gateway will judge it; the reason is that
of the rules (docs/roles.md). Where the two differ, the finding that says so is named.
"""

from __future__ import annotations

import re

from apikeys.pattern import RUN, covers, rank
from apikeys.reach import matches, opens
from apikeys.route import CONNECT, METHODS, READING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apikeys.access import Source
    from apikeys.document import Document
    from apikeys.grants import Grant
    from apikeys.pattern import Pattern
    from apikeys.roles import RoleMap

# As a client sends it. A ``*`` would read as a pattern, and braces are not URL
# characters.
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()+,;=:@%/-]{0,2047}")
# RFC 3986, 6.2.2.2: a letter or a digit needs no encoding.
_NEEDLESS = re.compile("%(3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])")
_SHUT_BY_ENCODING = (
    "it percent-encodes a letter or a digit of a path that is closed to the record"
)


class Request:
    """A method and a path as a client sends it, or a WebSocket's ``$connect``."""

    __slots__ = ("method", "path", "text")

    def __init__(self, text: str) -> None:
        """Read a request.

        Raises:
            ValueError: not one request; the message says what is allowed.
        """
        self.text = text
        self.method, _, self.path = text.partition(" ")
        if text == CONNECT:
            return
        if self.method not in METHODS:
            message = f"is {', '.join(METHODS)}, a space and a path; or {CONNECT}"
            raise ValueError(message)
        if not _PATH.fullmatch(self.path):
            raise ValueError("has a path as it is sent, /users/7: no {name}, no query")

    @property
    def segments(self) -> Pattern:
        """The path's segments."""
        return tuple(self.path[1:].split("/"))

    @property
    def decoded(self) -> Request:
        """The request with its letters and digits in plain."""
        return Request(_NEEDLESS.sub(lambda found: chr(int(found[1], 16)), self.text))


class _Holder:
    """A record's roles, as far as the map has them, and whether it is read-only."""

    __slots__ = ("read_only", "role_map", "roles")

    def __init__(
        self, role_map: RoleMap, names: Iterable[str], *, read_only: bool
    ) -> None:
        self.role_map = role_map
        self.roles = sorted(set(names).intersection(role_map.roles))
        self.read_only = read_only

    def has(self, source: Source, method: str) -> bool:
        """Return whether a route is one of the record's by this method."""
        role, route = source
        return role in self.roles and method in route.methods_of(
            read_only=self.read_only
        )


def judge(
    role_map: RoleMap, names: Iterable[str], request: Request, *, read_only: bool
) -> Document:
    """Return whether a request is open to a record with these roles, and why.

    Returns:
        ``request``, ``open``, ``roles`` (those by which the rules open it), ``reason``,
        and ``finding`` where policy and rules differ.
    """
    names = list(names)
    grant = role_map.grant(names, read_only=read_only)
    is_open = opens(grant, request.method, request.path)
    holder = _Holder(role_map, names, read_only=read_only)
    roles, reason = _ruled(holder, request)
    answer: Document = {
        "request": request.text,
        "open": is_open,
        "roles": list(dict.fromkeys(roles or ())),
        "reason": reason,
    }
    if is_open != (roles is not None):
        finding = _finding(grant, request, is_open=is_open)
        if finding is None and not is_open and _NEEDLESS.search(request.path):
            # The fourth rule, which depends on what the policy denies.
            return answer | {"roles": [], "reason": _SHUT_BY_ENCODING}
        verb = "opens" if is_open else "shuts"
        answer["finding"] = finding or f"the policy {verb} it beyond the rules"
    return answer


def _finding(grant: Grant, request: Request, *, is_open: bool) -> str | None:
    for finding in grant.findings:
        if finding.opens is is_open and any(
            matches(pattern, one.method + one.path)
            for pattern in finding.requests
            for one in (request, request.decoded)
        ):
            return finding.message
    return None


def _ruled(holder: _Holder, request: Request) -> tuple[list[str] | None, str]:
    """Return the roles by which the rules open a request, None if closed, and why.

    An empty list means open to every key.
    """
    if request.text == CONNECT:
        return _connecting(holder)
    roles, reason = _as_written(holder, request.method, request.segments)
    plain = request.decoded
    if roles is None or plain.path == request.path:
        return roles, reason
    decoded, why = _as_written(holder, plain.method, plain.segments)
    if decoded is None:
        return None, f"decoded it is '{plain.text}': {why}"
    return roles, reason


def _as_written(
    holder: _Holder, method: str, path: Pattern
) -> tuple[list[str] | None, str]:
    shut = _shut(holder, method, path)
    if shut is not None:
        return None, shut
    held = _held(holder, method, path)
    if subtrees := [source for source in held if source[1].shape[-1] == RUN]:
        return _opened(subtrees)
    named = holder.role_map.named(method)
    fitting = [shape for shape in named if covers(shape, path)]
    if fitting:
        return _by_name(holder, method, named[min(fitting, key=rank)])
    if holder.role_map.any_key and (method in READING or not holder.read_only):
        return [], "no role names it, and any key may call what none does"
    return None, "no role has a route for it"


def _shut(holder: _Holder, method: str, path: Pattern) -> str | None:
    """Return what closes a path whatever may open it: a deny, or its trailing slash."""
    bare = path[:-1] if path[-1] == "" and path[1:] else None
    for role, route in _denials(holder, method):
        if covers(route.shape, path) or (bare and covers(route.shape, bare)):
            return f"denied by '{route.text}' of {role}"
    named = holder.role_map.named(method)
    if bare and any(s[-1] != RUN and covers(s, bare) for s in named):
        roles, reason = _as_written(holder, method, bare)
        if roles is None:
            return f"shut as it is without the slash: {reason}"
    return None


def _by_name(
    holder: _Holder, method: str, best: list[Source]
) -> tuple[list[str] | None, str]:
    """Return the ruling on a path whose most specific named route is known."""
    if own := [source for source in best if holder.has(source, method)]:
        return _opened(own)
    text = best[0][1].text
    if any(role in holder.roles for role, _ in best):
        return None, f"the record is read only, and '{text}' is not a read"
    whose = " or ".join(sorted({role for role, _ in best}))
    return None, f"it is '{text}', for which a record needs {whose}"


def _opened(sources: list[Source]) -> tuple[list[str], str]:
    role, route = sources[0]
    return [name for name, _ in sources], f"opened by '{route.text}' of {role}"


def _denials(holder: _Holder, method: str) -> Iterator[Source]:
    for role in holder.roles:
        for route in holder.role_map.roles[role].deny:
            if method in route.methods:
                yield role, route


def _held(holder: _Holder, method: str, path: Pattern) -> list[Source]:
    """Return the routes of the record's roles that match a path, including ``* /*``."""
    return [
        (role, route)
        for role in holder.roles
        for route in holder.role_map.roles[role].allow
        if holder.has((role, route), method) and covers(route.shape, path)
    ]


def _connecting(holder: _Holder) -> tuple[list[str] | None, str]:
    for role in holder.roles:
        if any(r.text == CONNECT for r in holder.role_map.roles[role].deny):
            return None, f"denied by '{CONNECT}' of {role}"
    opening = [
        (role, route)
        for role in holder.roles
        for route in holder.role_map.roles[role].allow
        if route.text == CONNECT and (route.reads or not holder.read_only)
    ]
    return _opened(opening) if opening else (None, "no role of the record opens it")
