"""Random triples of a role map, the roles of a record and a request, all judged.

The compiled policy as IAM reads it is compared with the map as the rules read it. Run
as a script it judges millions, a process for each seed.
"""

from __future__ import annotations

import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations
from random import Random  # noqa: TID251 - the same maps at every run
from typing import TYPE_CHECKING, Any, NamedTuple

from apikeys.policy import policy_document
from apikeys.roles import RoleMap
from tests import iam
from tests.builders import NOW, STAGE_ARN
from tests.meaning import METHODS, Call, Meaning, decoded, encoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apikeys.finding import Finding
    from apikeys.grants import Grant

_SEGMENTS = ("a", "b", "c")
_STRANGE = ("", "z", "%61", "%62", "m%6D", "%40", "a%2Fb", "%", "a" * 300)
_ROUTE_METHODS = ("GET", "GET", "GET", "DELETE", "*")
_GRANTS = 6
_CALLS = 40


class Fault(NamedTuple):
    """A request that the policy judges otherwise than the rules, untold."""

    kind: str
    role_map: dict[str, Any]
    roles: tuple[str, ...]
    read_only: bool
    call: Call


def random_map(random: Random, unmapped: str) -> dict[str, Any]:
    """Return a small role map that `roles put` might see."""

    def path() -> str:
        depth = random.choice((1, 1, 2, 2, 2, 3, 3, 4, 5))
        segments = [
            random.choice((*_SEGMENTS, "{x}", "{x}", "{x}")) for _ in range(depth)
        ]
        if random.random() < 0.2:
            segments[-1] = "*"
        return "/" + "/".join(segments)

    def route() -> str:
        if random.random() < 0.03:
            return random.choice(("* /*", "GET /"))
        return f"{random.choice(_ROUTE_METHODS)} {path()}"

    def entry() -> Any:
        return {"route": route(), "reads": True} if random.random() < 0.1 else route()

    roles: dict[str, Any] = {}
    for name in "ABCD"[: random.randint(2, 4)]:
        roles[name] = {"allow": [entry() for _ in range(random.randint(1, 3))]}
        if random.random() < 0.25:
            roles[name]["deny"] = [route() for _ in range(random.randint(1, 2))]
    return {"unmapped": unmapped, "roles": roles}


def random_call(random: Random, meaning: Meaning) -> Call:
    """Return a request in one of the map's routes, or near one."""
    route = random.choice(meaning.routes)
    method = route.method
    if method == "*" or random.random() < 0.05:
        method = random.choice(METHODS)
    segments = []
    for segment in route.path[1:].split("/"):
        if segment == "*":
            segments += [random.choice(_SEGMENTS) for _ in range(random.randint(0, 3))]
        elif segment[:1] == "{":
            segments.append(random.choice((*_SEGMENTS, "z", "z")))
        else:
            segments.append(segment)
    for _ in range(random.choice((0, 0, 1, 1, 2, 3))):
        place = random.randint(0, len(segments))
        change = random.random()
        if change < 0.45:
            segments.insert(place, random.choice((*_SEGMENTS, *_STRANGE)))
        elif change < 0.6:
            del segments[place : place + 1]
        elif change < 0.8:
            segments[place : place + 1] = [random.choice((*_SEGMENTS, *_STRANGE))]
        else:
            segments.append("")
    return Call(method, "/" + "/".join(segments))


def faults(
    found: dict[str, Any], random: Random, counts: Counter[str]
) -> Iterator[Fault]:
    """Judge requests by one map's policies, and yield what is wrong."""
    meaning, role_map = Meaning(found), RoleMap.parse(found)
    names = tuple(found["roles"])
    choices = [
        (roles, read_only)
        for size in range(len(names) + 1)
        for roles in combinations(names, size)
        for read_only in (False, True)
    ]
    calls = [random_call(random, meaning) for _ in range(_CALLS)]
    counts["maps"] += 1
    for roles, read_only in random.sample(choices, min(_GRANTS, len(choices))):
        grant = role_map.grant(roles, read_only=read_only)
        policy = policy_document(grant, STAGE_ARN, None)
        counts["policies"] += 1
        for call in calls:
            counts["triples"] += 1
            arn = f"{STAGE_ARN}/{call.method}{call.path}"
            is_open = iam.is_allowed(policy, arn, NOW)
            should_be = meaning.opens(set(roles), call, read_only=read_only)
            counts["open"] += should_be
            if is_open == should_be:
                continue
            if is_open:
                kind = "opened"
                if meaning.protects(set(roles), call, read_only=read_only):
                    kind = "named opened"
                elif _is_told(grant, call, opens=True):
                    kind = "opened, told"
            else:
                kind = "closed"
                if _is_told(grant, call, opens=False):
                    kind = "closed, told"
                elif encoded(call) & _denied_letters(grant):
                    kind = "closed, encoded"
            counts[kind] += 1
            if kind in {"opened", "named opened", "closed"}:
                yield Fault(kind, found, roles, read_only, call)


def _is_told(grant: Grant, call: Call, *, opens: bool) -> bool:
    return any(
        finding.opens is opens and _is_about(finding, one)
        for finding in grant.findings
        for one in {call, decoded(call)}
    )


def _is_about(finding: Finding, call: Call) -> bool:
    text = call.method + call.path
    return any(iam.matches(pattern, text) for pattern in finding.requests)


def _denied_letters(grant: Grant) -> set[str]:
    """Return the characters of the paths that a policy denies."""
    return {
        character
        for resource in grant.deny
        if not resource.startswith("*%")
        for character in resource.partition("/")[2]
    }


def run(seed: int, unmapped: str, triples: int) -> tuple[Counter[str], list[Fault]]:
    """Judge a number of triples; return what was counted, and the first faults."""
    random, counts, found = Random(seed), Counter[str](), []  # noqa: S311 - no secret
    while counts["triples"] < triples:
        for fault in faults(random_map(random, unmapped), random, counts):
            if len(found) < 20:
                found.append(fault)
    return counts, found


def first_fault(seed: int, unmapped: str, triples: int) -> Fault | None:
    """Return what is wrong first among a number of triples."""
    random, counts = Random(seed), Counter[str]()  # noqa: S311 - no secret
    while counts["triples"] < triples:
        for fault in faults(random_map(random, unmapped), random, counts):
            return fault
    return None


def main(arguments: list[str]) -> int:
    """Judge ``UNMAPPED TRIPLES SEED…``, a process for each seed; 1 where a fault is."""
    unmapped, triples, *seeds = arguments
    each = int(triples) // len(seeds)
    total, found = Counter[str](), []
    with ProcessPoolExecutor(max_workers=min(2, len(seeds))) as pool:
        runs = [pool.submit(run, int(seed), unmapped, each) for seed in seeds]
        for one in runs:
            counts, some = one.result()
            total += counts
            found += some
    for fault in found[:20]:
        sys.stderr.write(f"{fault}\n")
    figures = ", ".join(f"{total[kind]:,} {kind}" for kind in _KINDS)
    sys.stdout.write(f"{unmapped}, seeds {' '.join(seeds)}: {figures}\n")
    return 1 if found else 0


_KINDS = (
    "triples",
    "maps",
    "policies",
    "open",
    "named opened",
    "opened",
    "opened, told",
    "closed",
    "closed, told",
    "closed, encoded",
)

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
