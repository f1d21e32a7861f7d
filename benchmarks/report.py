"""A run's results: on the terminal, as JSON and charts, and in the documentation."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import charts, conditions, document, tables
from benchmarks.limit import Verdict
from benchmarks.measurement import Measurement, Results
from benchmarks.setup import Setup


def show(setup: Setup, results: Results, verdicts: Sequence[Verdict]) -> str:
    """Return everything for people: contenders, figures, bounds and goals."""
    return "\n\n".join(
        [
            f"Measured on {conditions.describe()}",
            tables.contenders(setup.lined_up, results),
            "Medians, with quartiles in brackets; × is over the no-op, round by round.",
            tables.figures(setup.everybody, results, setup.scale),
            "### What a first decision loads",
            results.modules,
            "### Bounds and goals",
            tables.limits(verdicts),
        ]
    )


def write_json(
    setup: Setup, results: Results, verdicts: Sequence[Verdict], file: Path
) -> None:
    """Write every value of every round."""
    content = {
        "conditions": conditions.describe(),
        "scale": setup.scale._asdict(),
        "answers": results.answers,
        "measurements": {
            name: _measurement(found) for name, found in results.measurements.items()
        },
        "limits": [
            {
                "title": limit.title,
                "unit": limit.unit,
                "value": value,
                "bound": limit.bound,
                "goal": limit.goal,
                "isBeyond": Verdict(limit, value).is_beyond,
            }
            for limit, value in verdicts
        ],
    }
    file.write_text(f"{json.dumps(content, indent=1)}\n")


def publish(setup: Setup, results: Results, shown: str) -> None:
    """Write the charts and the documentation's figures."""
    charts.write(setup.contenders, results, setup.scale)
    document.write(shown)


def _measurement(found: Measurement) -> dict[str, Any]:
    return {
        "title": found.title,
        "unit": found.unit,
        "missing": found.missing,
        "rounds": found.rounds,
    }
