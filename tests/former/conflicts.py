"""What a well-formed role map still must not do, found before it is stored."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, combinations, islice, product

from apikeys.errors import MalformedRoleMapError
from tests.former import policy
from tests.former.route import READING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.former.roles import RoleMap
    from tests.former.route import Route

# The longest that AWS has (GovCloud), and a stage of 16 characters.
_STAGE_ARN = (
    "arn:aws-us-gov:execute-api:ap-northeast-1:123456789012:abcdefghij/abcdefghijklmnop"
)
_MOST_FINDINGS = 100
_EXPIRES_AT = 4_102_444_800
_UNPROVEN = (
    'unmapped = "any-key" and deny are for APIs without {proxy+} and $default routes: '
    "it has not been shown on AWS how encoded paths are judged"
)


def check_role_map(role_map: RoleMap) -> None:
    """Refuse a map whose policies would open more than it says, or be too long.

    Raises:
        MalformedRoleMapError: with a sentence for each conflict, a hundred at most.
    """
    found = chain(_oversized(role_map), _overreaching(role_map))
    if role_map.any_key:
        found = chain(found, _overlapping(role_map))
    findings = list(islice(found, _MOST_FINDINGS))
    if findings:
        raise MalformedRoleMapError(findings)


def warnings(role_map: RoleMap) -> list[str]:
    """Return what is allowed but wants the operator's attention."""
    if role_map.any_key or any(role.deny for role in role_map.roles.values()):
        return [_UNPROVEN]
    return []


def policy_bytes(role_map: RoleMap, roles: Iterable[str]) -> int:
    """Return how long a policy these roles make at most, in bytes."""
    grant = role_map.grant(roles)
    return policy.size(policy.policy_document(grant, _STAGE_ARN, _EXPIRES_AT))


def _oversized(role_map: RoleMap) -> Iterator[str]:
    # Under any-key the fewer roles a record has, the more it is denied.
    if role_map.any_key and (length := policy_bytes(role_map, [])) > policy.MAX_BYTES:
        yield (
            f"roles: a key without roles makes a policy of {length} bytes, which "
            f"denies each route; API Gateway takes {policy.MAX_BYTES}"
        )
    for name in role_map.roles:
        length = policy_bytes(role_map, [name])
        if length > policy.MAX_BYTES:
            yield (
                f"roles.{name}: its policy alone has {length} bytes, "
                f"API Gateway takes {policy.MAX_BYTES}"
            )


def _overreaching(role_map: RoleMap) -> Iterator[str]:
    """Find each ``{name}`` whose ``*`` in IAM reaches a route named elsewhere."""
    named = list(_named(role_map))
    for (name, field, route), (other_name, other_field, other) in product(named, named):
        if not route.has_parameter:
            continue
        if field == "deny":
            reaches = other_field == "allow" and _overcloses(route, other)
        else:
            siblings = role_map.roles[name].allow
            elsewhere = (other_name, other_field) != (name, field)
            reaches = (elsewhere or _only_route_reads(route, other)) and _overreaches(
                route, other, siblings
            )
        if reaches:
            yield (
                f"roles.{name}.{field}: in IAM the {{name}} of '{route.text}' crosses "
                f"slashes and would also {'open' if field == 'allow' else 'close'} "
                f"'{other.text}' of roles.{other_name}.{other_field}"
            )


def _named(role_map: RoleMap) -> Iterator[tuple[str, str, Route]]:
    for name, role in role_map.roles.items():
        for field, routes in (("allow", role.allow), ("deny", role.deny)):
            for route in routes:
                yield name, field, route


def _overreaches(route: Route, other: Route, siblings: tuple[Route, ...]) -> bool:
    if route.glob == other.glob or not overlap(route, other):
        return False
    # The other route is a whole subtree that holds this one, as "* /*" does …
    if _covers(other, route):
        return False
    # … or this role opens the other one anyway, and says so.
    return not any(
        _covers(sibling, other) and not _only_route_reads(route, sibling)
        for sibling in siblings
    )


def _overcloses(route: Route, other: Route) -> bool:
    if not overlap(route, other) or _covers(other, route):
        return False
    # As many whole segments in both: where they meet, the star crossed no slash.
    texts = (route.text, other.text)
    aligned = not any(t.endswith(("/", "/*")) for t in texts)
    return not (aligned and texts[0].count("/") == texts[1].count("/"))


def _only_route_reads(route: Route, other: Route) -> bool:
    """Return whether a read-only record gets the one route and not all of the other."""
    return route.reads and not other.reads and not set(other.methods) <= set(READING)


def _covers(subtree: Route, route: Route) -> bool:
    """Return whether a route ending in ``/*`` without a {name} holds another whole."""
    return (
        subtree.text.endswith("/*")
        and not subtree.has_parameter
        and set(route.methods) <= set(subtree.methods)
        and route.glob.startswith(subtree.glob.removesuffix("*"))
    )


def _overlapping(role_map: RoleMap) -> Iterator[str]:
    """Find routes of two roles that overlap: any-key would deny one to the other."""
    for (one, role), (two, other) in combinations(role_map.roles.items(), 2):
        for mine, theirs in product(role.allow, other.allow):
            if mine.is_everything or theirs.is_everything:
                continue
            if overlap(mine, theirs):
                yield (
                    f"roles.{one}.allow: '{mine.text}' overlaps '{theirs.text}' of "
                    f'roles.{two}, which unmapped = "any-key" does not admit'
                )


def overlap(one: Route, two: Route) -> bool:
    """Return whether some request lies in both routes as IAM reads them."""
    # The cheapest test first: a large map has a million pairs.
    head, other = one.glob.partition("*")[0], two.glob.partition("*")[0]
    if not (head.startswith(other) or other.startswith(head)):
        return False
    if not set(one.methods) & set(two.methods):
        return one.text == two.text
    return _globs_meet(one.glob, two.glob)


@lru_cache(maxsize=65_536)
def _globs_meet(one: str, two: str) -> bool:
    """Return whether two globs, in which only ``*`` is special, share a text.

    Walks both at once, keeping the positions in ``two`` reachable for each position in
    ``one``: at most ``len(one) * len(two)`` steps.
    """
    reachable = _skip_stars({0}, two)
    for character in one:
        if character == "*":
            reachable = set(range(min(reachable), len(two) + 1)) if reachable else set()
            continue
        reachable = _skip_stars(
            {
                position if two[position] == "*" else position + 1
                for position in reachable
                if position < len(two) and two[position] in (character, "*")
            },
            two,
        )
        if not reachable:
            return False
    return len(two) in reachable


def _skip_stars(positions: set[int], glob: str) -> set[int]:
    closed = set(positions)
    for position in positions:
        following = position
        while following < len(glob) and glob[following] == "*":
            following += 1
            closed.add(following)
    return closed
