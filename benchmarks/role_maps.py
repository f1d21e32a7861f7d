"""What a large role map costs: a first decision, later ones, a check.

Run by itself (``python -m benchmarks.role_maps``) it prints only these figures.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from random import Random  # noqa: TID251 - the same map at every run
from statistics import median
from typing import Any, Final

from apikeys import grants, pattern
from apikeys.check import check
from apikeys.grants import Grant
from apikeys.method_arn import MethodArn
from apikeys.record import Record
from apikeys.roles import RoleMap
from authorizer.own_secret import OwnSecret
from authorizer.policy_cache import PolicyCache
from authorizer.request_clock import RequestClock
from authorizer.source import Source
from benchmarks.measurement import Measurement, Results
from benchmarks.ours import OURS
from benchmarks.setup import Setup

_METHOD_ARN: Final = MethodArn.parse(
    "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/GET/"
)
_HELD: Final = ("R00", "R01", "R02")
_KEYS: Final = 1_000
_CHECKS: Final = 3
_LONGEST: Final = 60_000


def measure(setup: Setup, results: Results) -> None:
    """Measure ours with 300 routes of 50 roles, and with 64 KB of overlapping ones."""
    _measure(results, setup.scale.rounds)


def _measure(results: Results, rounds: int) -> None:
    first = results.begin("role_map_first", "first decision", "ms", 1, None)
    others = results.begin("role_map_others", "the next 999 keys", "µs each", 1, None)
    again = results.begin("role_map_again", "read again, equal", "µs", 0, None)
    compiled = results.begin("role_map_compiled", "compiled", "times", 0, None)
    checked = results.begin("role_map_check", "check", "s", 2, None)
    intricate = results.begin("role_map_intricate", "64 KB, first", "s", 2, None)
    ordinary, overlapping = _ordinary(), _overlapping()
    for _ in range(rounds):
        _decide(json.dumps(ordinary), first, others, again, compiled)
    for _ in range(min(_CHECKS, rounds)):
        _forget()
        checked.add(OURS, _seconds(lambda: check(RoleMap.parse(ordinary))))
        slowest = 0.0
        for held in (["R0"], [f"R{number}" for number in range(8)]):
            _forget()
            parsed = RoleMap.parse(overlapping)
            slowest = max(slowest, _seconds(lambda: parsed.grant(held)))  # noqa: B023
        intricate.add(OURS, slowest)


def _decide(text: str, *figures: Measurement) -> None:
    """Time one environment's decisions, as the authorizer makes them."""
    first, others, again, compiled = figures
    _forget()
    source = Source(_Store(text), stale_seconds=0)
    secret = OwnSecret("APIROLES", RoleMap.loads, 0, source)
    policies = PolicyCache("aws:SourceIp")
    records = [_record(number) for number in range(_KEYS)]

    def decide(record: Record) -> float:
        clock = RequestClock.begin()
        return _seconds(lambda: policies.of(record, secret.get(clock), _METHOD_ARN))

    with _counted() as times:
        first.add(OURS, 1e3 * decide(records[0]))
        others.add(OURS, 1e6 * median(decide(record) for record in records[1:]))
        again.add(OURS, 1e6 * median(decide(records[-1]) for _ in range(100)))
    compiled.add(OURS, len(times))


class _Store:
    """Returns a stored secret's text, a copy each time, as over the network."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, name: str, deadline: float) -> str:
        """Return the text."""
        del name, deadline
        return self._text[:1] + self._text[1:]


def _ordinary() -> dict[str, Any]:
    """Return 300 routes of 50 roles: six for each resource and what is below it."""
    paths = ("", "/{id}", "/{id}/parts", "/{id}/parts/{part}", "/{id}/notes")
    return {
        "roles": {
            f"R{number:02}": {
                "allow": [
                    *(f"GET /area{number % 7}/kind{number}{path}" for path in paths),
                    f"POST /area{number % 7}/kind{number}",
                ]
            }
            for number in range(50)
        }
    }


def _overlapping() -> dict[str, Any]:
    """Return as many overlapping routes as fit into a stored secret."""
    random, roles, length = Random(1), dict[str, Any](), 0  # noqa: S311 - no secret
    while length < _LONGEST:
        segments = [random.choice("abc") for _ in range(random.randint(14, 16))]
        for place in random.sample(range(len(segments)), 6):
            segments[place] = "{x}"
        route = f"GET /{'/'.join(segments)}"
        role = roles.setdefault(f"R{random.randint(0, 7)}", {"allow": []})
        role["allow"].append(route)
        length += len(route) + len('"",')
    return {"roles": roles}


def _record(number: int) -> Record:
    key_id = f"{number:016}"
    fields = {
        "schemaVersion": 1,
        "keyId": key_id,
        "digest": "$sha256$" + "A" * 43,
        "client": "Bench",
        "roles": list(_HELD),
        "enabled": True,
        "expirationDate": None,
    }
    return Record.parse(json.dumps(fields), key_id=key_id)


@contextmanager
def _counted() -> Iterator[list[RoleMap]]:
    """Note each compilation."""
    times: list[RoleMap] = []
    compile_grant = grants.compile_grant

    def counting(
        role_map: RoleMap, names: Iterable[str], *, read_only: bool = False
    ) -> Grant:
        times.append(role_map)
        return compile_grant(role_map, names, read_only=read_only)

    grants.compile_grant = counting
    try:
        yield times
    finally:
        grants.compile_grant = compile_grant


def _forget() -> None:
    """Start as a fresh environment does."""
    for name in ("glob", "rank", "head", "meets", "covers", "common", "masks_of"):
        getattr(pattern, name).cache_clear()


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _main() -> None:
    results = Results()
    _measure(results, _CHECKS)
    for found in results.measurements.values():
        spread = found.spread(OURS)
        if spread is not None:
            sys.stdout.write(f"{found.title}: {spread.median:.4g} {found.unit}\n")


if __name__ == "__main__":
    _main()
