"""The report: Markdown for people, JSON for programs; no secret, no account number."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from verify_aws.question import (
    EMULATED,
    EXPECTED,
    FAILED,
    NOT_ASKED,
    OTHERWISE,
    Answer,
)

_VERDICTS: Final = (EXPECTED, OTHERWISE, FAILED, EMULATED, NOT_ASKED)
_COLUMNS: Final = ("", "question", "expected", "seen", "verdict")


def write(folder: Path, about: Mapping[str, str], answers: Iterable[Answer]) -> Path:
    """Write both reports, and return where the Markdown is.

    Args:
        folder: where to.
        about: what the run was, as pairs of a word and a text.
        answers: in the order in which they came.
    """
    answers = list(answers)
    content = {
        "about": dict(about),
        "counts": counts(answers),
        "answers": [answer._asdict() for answer in answers],
    }
    (folder / "report.json").write_text(f"{json.dumps(content, indent=2)}\n")
    path = folder / "report.md"
    path.write_text("\n".join(_markdown(about, answers)))
    return path


def counts(answers: Iterable[Answer]) -> dict[str, int]:
    """Return the number of answers with each verdict."""
    found = Counter(answer.verdict for answer in answers)
    return {verdict: found[verdict] for verdict in _VERDICTS}


def _markdown(about: Mapping[str, str], answers: list[Answer]) -> Iterable[str]:
    yield "# What AWS answered"
    yield ""
    for word, text in about.items():
        yield f"- {word}: {text}"
    summary = ", ".join(f"{n} {verdict}" for verdict, n in counts(answers).items())
    yield f"- answers: {summary}"
    yield ""
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"|{'---|' * len(_COLUMNS)}"
    for answer in answers:
        yield f"| {' | '.join(map(_cell, answer))} |"
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
