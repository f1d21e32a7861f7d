"""What is wrong with a role map, or good to know about it, before it is stored."""

from __future__ import annotations

from apikeys import document, pairs
from apikeys.access import Work
from apikeys.errors import TooIntricateError
from apikeys.finding import REFUSE, TELL, Finding, by_grade, located
from apikeys.grants import compile_within
from apikeys.pattern import PARAMETER, RUN, common, meets, rank
from apikeys.policy import MAX_BYTES
from apikeys.route import METHODS, READING
from apikeys.shield import has_needless_escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apikeys.grants import Grant
    from apikeys.roles import RoleMap
    from apikeys.route import Route

MAX_FINDINGS = 100
MAX_SEGMENTS = 16
MAX_PARAMETERS = 6
MAX_SHAPES = 400
MAX_MAP_BYTES = 65_536
# About a second, twenty times what an ordinary map of 300 routes needs.
MOST_WORK = 100_000
_UNPROVEN = (
    "for APIs without {proxy+} and $default routes: it has not been shown on AWS how "
    "encoded paths are judged"
)


def check(role_map: RoleMap) -> list[Finding]:
    """Return at most a hundred findings, the gravest first.

    A map with a finding of grade ``refuse`` must not be stored.
    """
    found = [*_too_large(role_map), *_of_each(role_map, _beyond_limits)]
    if not found:
        work = Work(MOST_WORK)
        try:
            found = [
                *_of_each(role_map, lambda one: _found(one, work)),
                *_lacking(role_map),
            ]
        except TooIntricateError:
            message = (
                "the role map is too intricate to be checked: fewer routes whose "
                "{name}s overlap"
            )
            found = [Finding(REFUSE, (), "", message)]
    return by_grade(found)[:MAX_FINDINGS]


def _of_each(
    role_map: RoleMap, look: Callable[[RoleMap], Iterator[Finding]]
) -> Iterator[Finding]:
    for api, one in role_map.maps():
        yield from located(api, look(one))


def _lacking(role_map: RoleMap) -> Iterator[Finding]:
    """Find roles of another map that this map lacks: here they open nothing."""
    for api, one in role_map.maps():
        lacking = sorted(role_map.role_names() - one.roles.keys())
        if lacking and (one.roles or one.any_key or api):
            where = "at this API" if api else "where no API has a map of its own"
            message = f"{where} nothing is open to {', '.join(lacking)}"
            yield from located(api, [Finding(TELL, lacking, "", message)])


def _too_large(role_map: RoleMap) -> Iterator[Finding]:
    length = len(document.dumps(role_map.document).encode())
    if length > MAX_MAP_BYTES:
        message = f"the role map has {length} bytes as JSON, at most {MAX_MAP_BYTES}"
        yield Finding(REFUSE, (), "", message)


def _beyond_limits(role_map: RoleMap) -> Iterator[Finding]:
    shapes = set()
    for name, role in role_map.roles.items():
        for route in (*role.allow, *role.deny):
            shapes.add(route.shape)
            for message in _beyond_limits_of_a_route(route):
                yield Finding(REFUSE, (name,), route.text, f"'{route.text}' {message}")
    if len(shapes) > MAX_SHAPES:
        message = f"there are {len(shapes)} different paths, at most {MAX_SHAPES}"
        yield Finding(REFUSE, (), "", message)


def _beyond_limits_of_a_route(route: Route) -> Iterator[str]:
    shape = route.shape
    if len(shape) > 1 and shape[-1] == "":
        yield "ends in /: leave it out, it goes with the path before it"
    if len(shape) > MAX_SEGMENTS:
        yield f"has {len(shape)} segments, at most {MAX_SEGMENTS}"
    if shape.count(PARAMETER) > MAX_PARAMETERS:
        yield f"has {shape.count(PARAMETER)} {{name}}s, at most {MAX_PARAMETERS}"
    if has_needless_escape(route.text):
        yield "percent-encodes a letter or a digit: write it in plain"


def _found(role_map: RoleMap, work: Work) -> Iterator[Finding]:
    if role_map.any_key:
        # The fewer roles a record has, the more it is denied.
        yield from _alone(role_map, [], work)
    for name in role_map.roles:
        yield from _alone(role_map, [name], work)
    yield from pairs.findings(role_map, work, MAX_FINDINGS)
    yield from _taken(role_map)
    if role_map.any_key:
        yield Finding(TELL, (), "", f'unmapped = "any-key" is {_UNPROVEN}')
    if denying := [name for name, role in role_map.roles.items() if role.deny]:
        message = f"deny is {_UNPROVEN} ({', '.join(denying)})"
        yield Finding(TELL, (), "", message)


def _alone(role_map: RoleMap, held: list[str], work: Work) -> Iterator[Finding]:
    """Find what one role, or none, causes by itself."""
    grant = compile_within(role_map, held, work)
    whose = f"the policy of {held[0]} alone" if held else "that of a key without roles"
    yield from _too_long(grant, held, whose)
    for finding in grant.findings:
        # How a policy that is too long gets shortened doesn't matter then.
        if finding.route or grant.bytes <= MAX_BYTES:
            yield finding
    if held and reads_beyond(role_map, held[0]):
        known = {finding.message for finding in grant.findings}
        grant = compile_within(role_map, held, work, read_only=True)
        yield from _too_long(grant, held, f"{whose}, of a read-only record,")
        for finding in grant.findings:
            if finding.message not in known:
                finding.message += " (of a read-only record)"
                yield finding


def _too_long(grant: Grant, held: list[str], whose: str) -> Iterator[Finding]:
    if grant.bytes > MAX_BYTES:
        message = f"{whose} has {grant.bytes} bytes, API Gateway takes {MAX_BYTES}"
        yield Finding(REFUSE, held, "", message)


def reads_beyond(role_map: RoleMap, name: str) -> bool:
    """Return whether a role marks routes of writing methods as reading."""
    return any(
        route.reads and not set(route.methods) <= set(READING)
        for route in role_map.roles[name].allow
    )


def _taken(role_map: RoleMap) -> Iterator[Finding]:
    """Find routes that take requests from another role's ``{name}``."""
    told = set()
    for method in METHODS:
        named = role_map.named(method)
        exact = [s for s in named if s[-1] != RUN and PARAMETER in s]
        for taking in named:
            for shape in exact:
                if rank(taking) >= rank(shape) or not meets(taking, shape):
                    continue
                holders = {role for role, _ in named[taking]}
                for role, route in named[shape]:
                    other = named[taking][0][1].text
                    key = (role, route.text, other)
                    if role in holders or key in told:
                        continue
                    told.add(key)
                    request = f"{method} /{'/'.join(common(taking, shape)[0])}"
                    yield Finding(
                        TELL,
                        (role,),
                        route.text,
                        f"'{route.text}' of {role} does not open '{request}': that is "
                        f"'{other}', which {' '.join(sorted(holders))} has",
                    )
