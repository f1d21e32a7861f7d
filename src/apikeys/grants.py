"""What a set of roles opens and closes, compiled to fit API Gateway's bound."""

from __future__ import annotations

from itertools import pairwise

from apikeys import shield
from apikeys.access import Access, Work
from apikeys.compiler import Compiler
from apikeys.denials import Methods, full
from apikeys.errors import TooIntricateError
from apikeys.finding import TELL, Finding
from apikeys.pattern import PARAMETER, RUN, text
from apikeys.policy import MAX_BYTES, policy_document, size
from apikeys.route import CONNECT, METHODS, READING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from apikeys.access import Sources
    from apikeys.roles import RoleMap

# AWS's longest (GovCloud), with a stage of 16 characters.
LONGEST_STAGE_ARN = (
    "arn:aws-us-gov:execute-api:ap-northeast-1:123456789012:abcdefghij/abcdefghijklmnop"
)
_EXPIRES_AT = 4_102_444_800
# About a second. `roles put` refuses a map that comes near, and longer paths.
_MOST_WORK = 100_000
_ORDINARY_LENGTH = 16
_WITHOUT_END = 1 << 62


class Grant:
    """What a set of roles opens and closes, as ends of ARNs after the stage.

    Attributes:
        allow: what the policy allows.
        deny: what it denies.
        findings: where it differs from the rules.
        bytes: the most that its policy may need, which can be more than it has.
    """

    __slots__ = ("allow", "bytes", "deny", "findings")

    def __init__(
        self,
        allow: Iterable[str],
        deny: Iterable[str],
        findings: Iterable[Finding] = (),
    ) -> None:
        self.allow = tuple(dict.fromkeys(allow))
        self.deny = tuple(dict.fromkeys(deny))
        self.findings = tuple(findings)
        self.bytes = size(policy_document(self, LONGEST_STAGE_ARN, _EXPIRES_AT))

    @property
    def shut(self) -> tuple[str, ...]:
        """What is closed of the routes that its roles hold, one sentence each."""
        grave = (f for f in self.findings if f.grade != TELL or not f.route)
        return tuple(finding.message for finding in grave)


def compile_grant(
    role_map: RoleMap, names: Iterable[str], *, read_only: bool = False
) -> Grant:
    """Return what a record with these roles may call.

    A map that is too intricate loses the routes with a ``{name}``; a finding says so.
    """
    held = sorted(set(names).intersection(role_map.roles))
    try:
        return compile_within(role_map, held, _work(role_map), read_only=read_only)
    except TooIntricateError:
        methods = methods_of(
            role_map, held, Work(_WITHOUT_END), read_only=read_only, is_plain=True
        )
    message = "the role map is too intricate: each route with a {name} is shut"
    finding = Finding(TELL, held, "", message, requests=("*",))
    return _grant(role_map, held, methods, [finding], read_only=read_only)


def _work(role_map: RoleMap) -> Work:
    """Return the steps that a grant may take: a step takes longer on longer paths."""
    longest = max(
        (
            len(route.shape)
            for role in role_map.roles.values()
            for route in (*role.allow, *role.deny)
        ),
        default=1,
    )
    return Work(_MOST_WORK // max(1, -(-longest // _ORDINARY_LENGTH)))


def compile_within(
    role_map: RoleMap, held: list[str], work: Work, *, read_only: bool = False
) -> Grant:
    """Return what a record with these roles of the map may call.

    Raises:
        TooIntricateError: it takes more work.
    """
    methods = methods_of(role_map, held, work, read_only=read_only)
    return _grant(role_map, held, methods, [], read_only=read_only)


def methods_of(
    role_map: RoleMap,
    held: list[str],
    work: Work,
    *,
    read_only: bool = False,
    is_plain: bool = False,
) -> list[Methods]:
    """Return the methods, grouped by what a record may do with them.

    Args:
        role_map: whose routes count.
        held: the record's roles.
        work: counts what is done.
        read_only: whether the record may only read.
        is_plain: whether to leave out the routes with a ``{name}``, and any-key.
    """
    grouped: dict[object, Methods] = {}
    for method in METHODS:
        allowed = _allowed(role_map, held, method, read_only=read_only)
        if is_plain:
            allowed = {s: found for s, found in allowed.items() if PARAMETER not in s}
        any_key = role_map.any_key and (method in READING or not read_only)
        if not allowed and (is_plain or not any_key):
            continue
        denied: Sources = {}
        for name in held:
            for route in role_map.roles[name].deny:
                if method in route.methods:
                    denied.setdefault(route.shape, []).append((name, route))
        lacking = {
            shape: sources
            for shape, sources in role_map.named(method).items()
            if shape not in allowed
        }
        key = (frozenset(allowed), frozenset(denied), frozenset(lacking), any_key)
        if key in grouped:
            grouped[key].names.append(method)
        else:
            any_key = any_key and not is_plain
            named = role_map.tree(method)
            access = Access(allowed, lacking, denied, named, work, any_key=any_key)
            grouped[key] = Methods([method], access)
    return list(grouped.values())


def _allowed(
    role_map: RoleMap, held: list[str], method: str, *, read_only: bool
) -> Sources:
    found: Sources = {}
    for name in held:
        for route in role_map.roles[name].allow:
            if method in route.methods_of(read_only=read_only):
                found.setdefault(route.shape, []).append((name, route))
    return found


def _grant(
    role_map: RoleMap,
    held: list[str],
    methods: list[Methods],
    findings: list[Finding],
    *,
    read_only: bool,
) -> Grant:
    allow = [text(p) for one in methods for p in full(one, one.access.allow)]
    if _connects(role_map, held, read_only=read_only):
        allow.append(CONNECT)
    if not allow:
        return Grant((), (), findings)
    shut = Grant(allow, (RUN,), findings)
    if shut.bytes > MAX_BYTES:
        # No denial makes it shorter, so none is worth the time.
        return shut
    compiler = Compiler(methods)
    for one in methods:
        compiler.compile(one)
    findings += compiler.losses.findings()
    patterns = compiler.denials.patterns()
    deny = [text(pattern) for pattern in patterns]
    letters = compiler.denials.letters(patterns)
    grant = Grant(allow, [*deny, *shield.spellings(letters)], findings)
    if grant.bytes > MAX_BYTES:
        shorter = shield.rows(letters)
        deny += shorter
        what = "a few more percent-encoded characters are shut"
        grant = Grant(allow, deny, [*findings, _closing_more(held, what, shorter)])
    return grant if grant.bytes <= MAX_BYTES else _fitted(grant, held)


def _fitted(grant: Grant, held: list[str]) -> Grant:
    """Return a grant that fits, by wider denials: better closed than 500."""
    deny, wider = sorted(grant.deny), []
    excess = grant.bytes - MAX_BYTES
    each = len(f'"{LONGEST_STAGE_ARN}/",')
    while excess > 0 and len(deny) > 1:
        shared = [shield.common_prefix(one, two) for one, two in pairwise(deny)]
        place = shared.index(max(shared))
        wider.append(deny[place][: shared[place]] + RUN)
        excess -= len(deny[place]) + len(deny[place + 1]) - len(wider[-1]) + each
        deny[place : place + 2] = wider[-1:]
    what = "more requests are shut"
    findings = [*grant.findings, _closing_more(held, what, wider)]
    fitted = Grant(grant.allow, deny, findings)
    fitted.bytes = grant.bytes
    return fitted


def _closing_more(held: list[str], what: str, requests: Iterable[str]) -> Finding:
    message = f"to keep the policy within {MAX_BYTES} bytes, {what} than need be"
    return Finding(TELL, held, "", message, requests=requests)


def _connects(role_map: RoleMap, held: list[str], *, read_only: bool) -> bool:
    """Return whether ``$connect`` is open; nothing else opens or closes it."""
    roles = [role_map.roles[name] for name in held]
    if any(route.text == CONNECT for role in roles for route in role.deny):
        return False
    return any(
        route.text == CONNECT and (route.reads or not read_only)
        for role in roles
        for route in role.allow
    )
