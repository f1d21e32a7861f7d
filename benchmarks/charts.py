"""The charts that the README and docs/performance.md show."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks import growth, memory_size
from benchmarks.contender import Contender
from benchmarks.measurement import Results
from benchmarks.ours import OURS
from benchmarks.scale import Scale
from benchmarks.svg import Bar, bars
from local import checkout

FOLDER: Final = checkout.ROOT / "docs" / "charts"


class _Chart(NamedTuple):
    measurement: str
    title: str
    note: str


_CHARTS: Final = (
    _Chart(
        "cold_wall",
        "Cold start, ms",
        "Process start to first decision, Python and runtime included; store over TLS",
    ),
    _Chart(
        "first_call",
        "First call under Lambda's runtime emulator, ms",
        "Start of the function and its first answer, as a client waits for it",
    ),
    _Chart(
        "emulator_p50",
        "Warm call under Lambda's runtime emulator, ms (median)",
        "The emulator and HTTP cost what the no-op shows",
    ),
    _Chart(
        "zipf_reads",
        "Look-ups in the store for a load of 1,000 requests",
        "Zipf-distributed over 1,000 keys",
    ),
    _Chart(
        "forged_reads",
        "Look-ups in the store for 1,000 forged keys",
        "Each one is a call to AWS that a stranger can cause",
    ),
)


def write(
    contenders: Sequence[Contender],
    results: Results,
    scale: Scale,
    folder: Path = FOLDER,
) -> None:
    """Write all charts."""
    folder.mkdir(parents=True, exist_ok=True)
    for chart in _CHARTS:
        rows = list(_rows(chart.measurement, contenders, results))
        drawn = bars(chart.title, chart.note, rows)
        (folder / f"{chart.measurement.replace('_', '-')}.svg").write_text(drawn)
    drawn = bars(
        "Warm decision with more and more keys in the store, µs",
        "In process, JSON in and out, log line and metric; memory of the process",
        list(_growth(results, scale)),
    )
    (folder / "growth.svg").write_text(drawn)

    sizes = list(_memory_sizes(results))
    if sizes:
        drawn = bars(
            "Cold start by memory size, ms",
            "Process start to first decision, with the share of a processor",
            sizes,
        )
        (folder / "memory-size.svg").write_text(drawn)


def _rows(
    name: str, contenders: Sequence[Contender], results: Results
) -> Sequence[Bar]:
    measurement = results.measurements[name]
    rows = []
    for contender in contenders:
        spread = measurement.spread(contender.name)
        if spread is None:
            continue
        text = f"{spread.median:,.{measurement.digits}f}"
        base = measurement.base
        ratio = None if base is None else measurement.ratio(contender.name, base)
        if ratio is not None and contender.name != base:
            text += f"  ({ratio.median:.1f} × no-op)"
        is_ours = contender.name == OURS
        rows.append(Bar(_short(contender.title), spread.median, text, is_ours))
    return rows


def _growth(results: Results, scale: Scale) -> Sequence[Bar]:
    rows = []
    for population in scale.populations:
        hits = results.measurements[growth.hit(population)].spread(OURS)
        memory = results.measurements[growth.memory(population)].spread(OURS)
        if hits is None or memory is None:
            continue
        text = f"{hits.median:.0f} µs, {memory.median:.0f} MB"
        rows.append(Bar(f"{population:,} keys", hits.median, text, is_ours=True))
    return rows


def _memory_sizes(results: Results) -> Sequence[Bar]:
    rows = []
    for title, name in (
        ("minted key", memory_size.fast),
        ("argon2id record", memory_size.slow),
    ):
        for megabytes in memory_size.SIZES:
            spread = results.measurements[name(megabytes)].spread(OURS)
            if spread is not None:
                label = f"{megabytes:,} MB, {title}"
                text = f"{spread.median:,.0f}"
                rows.append(Bar(label, spread.median, text, is_ours=True))
    return rows


def _short(title: str) -> str:
    return title.replace("amazon-api-gateway-", "").replace("-custom-api-key", "")
