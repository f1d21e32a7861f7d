"""What the authorizer must achieve and what it aims at: every bound and goal, once.

Beyond a bound `make bench` fails. The quick mode judges only counts, never times.
"""

from typing import Final

from benchmarks import growth
from benchmarks.contender import NOOP
from benchmarks.limit import Figure, Limit, Verdict
from benchmarks.measurement import Results
from benchmarks.ours import (
    BARE_STEPS,
    OTHER_KINDS,
    OURS,
    OURS_IN_TABLE,
    OURS_THROUGH_SDK,
)
from benchmarks.peers import BOTO3
from benchmarks.scale import Scale

_NOT_PEERS: Final = (NOOP, OURS, OURS_IN_TABLE, *OTHER_KINDS, OURS_THROUGH_SDK)


def judge(results: Results, scale: Scale, *, counts_only: bool) -> list[Verdict]:
    """Compare a run with the limits."""
    return [
        Verdict(limit, limit.figure(results, scale))
        for limit in _LIMITS
        if limit.is_count or not counts_only
    ]


def _over(name: str, base: str = NOOP) -> Figure:
    def figure(results: Results, _scale: Scale) -> float | None:
        ratio = results.measurements[name].ratio(OURS, base)
        return None if ratio is None else ratio.median

    return figure


def _over_fastest_peer(measurement: str) -> Figure:
    def figure(results: Results, _scale: Scale) -> float | None:
        wall = results.measurements[measurement]
        peers = [name for name in wall.rounds if name not in _NOT_PEERS]
        ratios = [wall.ratio(OURS, name) for name in peers]
        return max((ratio.median for ratio in ratios if ratio), default=None)

    return figure


def _value(name: str) -> Figure:
    def figure(results: Results, _scale: Scale) -> float | None:
        spread = results.measurements[name].spread(OURS)
        # Memory is 0 if the system does not report it.
        return None if spread is None else spread.median

    return figure


def _peak(name: str) -> Figure:
    def figure(results: Results, scale: Scale) -> float | None:
        # 0 if the system does not report it.
        return _value(name)(results, scale) or None

    return figure


def _reads_beyond_distinct(results: Results, scale: Scale) -> float | None:
    reads = _value("zipf_reads")(results, scale)
    distinct = _value("distinct")(results, scale)
    return None if reads is None or distinct is None else reads - distinct


def _hits_with_many_keys(results: Results, scale: Scale) -> float | None:
    few, many = scale.populations[0], scale.populations[-1]
    few_hits = results.measurements[growth.hit(few)].rounds[OURS]
    many_hits = results.measurements[growth.hit(many)].rounds[OURS]
    ratios = sorted(a / b for a, b in zip(many_hits, few_hits, strict=True))
    return ratios[len(ratios) // 2]


def _next_over_first(results: Results, _scale: Scale) -> float | None:
    first = results.measurements["role_map_first"].spread(OURS)
    others = results.measurements["role_map_others"].spread(OURS)
    if first is None or others is None:
        return None
    return others.median / 1e3 / first.median


def _memory_with_many_keys(results: Results, scale: Scale) -> float | None:
    full, many = scale.populations[-2:]
    before = _value(growth.memory(full))(results, scale)
    after = _value(growth.memory(many))(results, scale)
    return None if before is None or after is None else after - before


_TIMES: Final = "× no-op"
_LIMITS: Final = (
    Limit("cold, instructions", _TIMES, _over("cold_instructions"), 1.62, 1.5),
    Limit("cold, wall", _TIMES, _over("cold_wall"), 2.3, None),
    Limit("cold, wall", "× fastest peer", _over_fastest_peer("cold_wall"), 0.235, 0.21),
    Limit(
        "cold, store 8 ms away, wall",
        "× fastest peer",
        _over_fastest_peer("cold_far_wall"),
        0.5,
        None,
    ),
    Limit(
        "cold, argon2id record, instructions",
        _TIMES,
        _over("cold_slow_instructions"),
        2.95,
        2.8,
    ),
    Limit("first call, emulator", _TIMES, _over("first_call"), 2.4, 2.0),
    Limit("warm hit, in process", _TIMES, _over("warm_hit"), 2.0, 1.7),
    # The no-op is mostly C, ours is not: how much faster C is differs by machine.
    Limit(
        "warm hit, in process",
        "× bare steps",
        _over("warm_hit", BARE_STEPS),
        1.2,
        1.1,
    ),
    Limit(
        "warm hit, in process, instructions",
        _TIMES,
        _over("warm_instructions"),
        1.7,
        1.6,
    ),
    Limit("warm hit, emulator, p50", _TIMES, _over("emulator_p50"), 1.15, 1.05),
    Limit("look-up of a warm miss, CPU", "× boto3's", _over("miss", BOTO3), 0.28, 0.2),
    Limit("forged key, in process", _TIMES, _over("forged"), 1.9, 1.6),
    Limit("malformed key, in process", _TIMES, _over("malformed"), 1.9, 1.6),
    Limit(
        "forged keys, reads", "reads", _value("forged_reads"), 0, None, is_count=True
    ),
    Limit(
        "forged keys, slow hashes",
        "hashes",
        _value("forged_hashes"),
        0,
        None,
        is_count=True,
    ),
    Limit(
        "Zipf load, reads beyond the distinct keys",
        "reads",
        _reads_beyond_distinct,
        0,
        None,
        is_count=True,
    ),
    Limit(
        "Zipf load, slow hashes",
        "hashes",
        _value("zipf_hashes"),
        0,
        None,
        is_count=True,
    ),
    Limit(
        "warm hit, most keys in the store", "× fewest", _hits_with_many_keys, 1.2, None
    ),
    Limit("memory, most keys, over a full cache", "MB", _memory_with_many_keys, 4, 2),
    Limit("peak memory, cold", "MB", _peak("cold_peak"), 24, 22.5),
    Limit("peak memory, cold, argon2id", "MB", _peak("cold_slow_peak"), 48, 44),
    Limit(
        "role map, compiled for a thousand keys of the same roles",
        "times",
        _value("role_map_compiled"),
        1,
        None,
        is_count=True,
    ),
    Limit(
        "role map, the next keys of the same roles",
        "× first decision",
        _next_over_first,
        0.05,
        None,
    ),
    Limit("role map, check of 300 routes", "s", _value("role_map_check"), 1, None),
    Limit("role map, 64 KB, first", "s", _value("role_map_intricate"), 2, None),
    Limit("package", "MB zipped", _value("zip"), 0.6, 0.4),
)
