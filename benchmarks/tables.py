"""The results as Markdown tables, for the terminal and for docs/performance.md."""

from collections.abc import Iterable, Sequence
from typing import Final

from benchmarks import growth, memory_size
from benchmarks.contender import Contender
from benchmarks.eligibility import verdict
from benchmarks.limit import Limit, Verdict
from benchmarks.measurement import Measurement, Results
from benchmarks.ours import OURS
from benchmarks.scale import Scale

_LARGE: Final = 100
_GROUPS: Final = {
    "Cold start: process start to first decision, store over TLS": (
        "cold_instructions",
        "cold_wall",
        "cold_far_wall",
        "cold_peak",
    ),
    "The same with an argon2id record": (
        "cold_slow_instructions",
        "cold_slow_wall",
        "cold_slow_peak",
    ),
    "Under Lambda's runtime emulator": (
        "first_call",
        "first_call_far",
        "emulator_p50",
        "emulator_p99",
        "emulator_forged",
    ),
    "Warm, in process: JSON in and out": (
        "warm_hit",
        "warm_instructions",
        "warm_slow",
        "wrong",
        "forged",
        "malformed",
    ),
    "Look-ups and slow hashes": (
        "miss",
        "distinct",
        "zipf_reads",
        "zipf_hashes",
        "slow_zipf_reads",
        "slow_zipf_hashes",
        "forged_reads",
        "forged_hashes",
    ),
    "A role map of 300 routes and 50 roles, and one of 64 KB": (
        "role_map_first",
        "role_map_others",
        "role_map_again",
        "role_map_compiled",
        "role_map_check",
        "role_map_intricate",
    ),
    "Package": ("zip",),
}


def contenders(found: Iterable[Contender], results: Results) -> str:
    """Return the contenders, and whether their answers are right."""
    rows = [
        [c.title, c.store, verdict(results.answers[c.name]), c.lacks or "–"]
        for c in found
    ]
    return _table(["contender", "reads from", "answers", "does not do"], rows)


def figures(found: Sequence[Contender], results: Results, scale: Scale) -> str:
    """Return every measurement, grouped, with medians, quartiles and ratios."""
    groups = {
        **_GROUPS,
        "With few and with many keys in the store": [
            name(population)
            for name in (growth.hit, growth.miss, growth.memory)
            for population in scale.populations
        ],
        "Cold start by memory size, with the share of a processor that goes with it": [
            name(megabytes)
            for name in (memory_size.fast, memory_size.slow)
            for megabytes in memory_size.SIZES
        ],
    }
    parts = []
    for title, names in groups.items():
        measured = [results.measurements[name] for name in names]
        parts += [f"### {title}", _group(measured, found)]
        parts += sorted({m.missing for m in measured if m.missing})
    return "\n\n".join(parts)


def limits(verdicts: Iterable[Verdict]) -> str:
    """Return the bounds and goals, and the distance to each."""
    rows = [
        [
            limit.title,
            _limit(value, limit),
            _limit(limit.bound, limit),
            _limit(limit.goal, limit),
            f"**beyond the bound**, {found.distance}"
            if found.is_beyond
            else found.distance,
        ]
        for found in verdicts
        for limit, value in [found]
    ]
    return _table(["figure", "measured", "bound", "goal", "distance to the goal"], rows)


def _group(measured: Sequence[Measurement], found: Sequence[Contender]) -> str:
    header = ["contender", *(f"{m.title}, {m.unit}" for m in measured), "does not do"]
    rows = [
        [
            f"**{c.title}**" if c.name == OURS else c.title,
            *(_cell(m, c.name) for m in measured),
            c.lacks or "–",
        ]
        for c in found
        if any(c.name in m.rounds for m in measured)
    ]
    return _table(header, rows)


def _cell(measurement: Measurement, contender: str) -> str:
    spread = measurement.spread(contender)
    if spread is None:
        return "–"
    median, low, high = (_number(value, measurement.digits) for value in spread)
    text = median if low == high else f"{median} ({low}–{high})"
    base = measurement.base
    ratio = None if base is None else measurement.ratio(contender, base)
    if ratio is None or contender == base:
        return text
    return f"{text}, {_number(ratio.median, 2)} ×"


def _number(value: float, digits: int) -> str:
    """Write a number with no more digits than are useful."""
    return f"{value:,.{digits if value < _LARGE else 0}f}"


def _limit(value: float | None, limit: Limit) -> str:
    return "–" if value is None else f"{value:.3g} {limit.unit}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        f"| {' | '.join(cell.ljust(w) for cell, w in zip(line, widths, strict=True))} |"
        for line in lines
    )
