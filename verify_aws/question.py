"""A question, what the project counts on, and what was seen."""

from collections.abc import Callable
from typing import NamedTuple

from verify_aws.run import Run


class Seen(NamedTuple):
    """What was seen, and whether the project counts on it."""

    text: str
    is_expected: bool


class Question(NamedTuple):
    """One question, with its number in docs/verify-on-aws.md.

    Attributes:
        number: V and a number.
        text: the question.
        expected: what the project counts on.
        ask: puts it.
        gap: why an emulator is not asked; empty if it is.
        differs: why an emulator's answer may differ; empty if it may not.
    """

    number: str
    text: str
    expected: str
    ask: Callable[[Run], Seen]
    gap: str = ""
    differs: str = ""


class Answer(NamedTuple):
    """What became of a question.

    Attributes:
        number: as the question's.
        text: the question, or a row of the demo.
        expected: what the project counts on.
        seen: what was seen, or why it was not asked.
        verdict: one of the words below.
    """

    number: str
    text: str
    expected: str
    seen: str
    verdict: str


EXPECTED = "expected"
OTHERWISE = "otherwise"
# Otherwise, for an emulator that is known to differ from AWS.
EMULATED = "emulated"
NOT_ASKED = "not asked"
FAILED = "failed"


def put(question: Question, run: Run) -> Answer:
    """Put a question; if something goes wrong, that is the answer."""
    number, text, expected = question.number, question.text, question.expected
    if question.gap and run.account.is_emulated:
        return Answer(number, text, expected, question.gap, NOT_ASKED)
    try:
        seen = question.ask(run)
    except Exception as error:  # noqa: BLE001 - the other questions are still to be put
        said = run.scrubbed(f"{type(error).__name__}: {error}")
        return Answer(number, text, expected, said, FAILED)
    told = run.scrubbed(seen.text)
    if seen.is_expected:
        return Answer(number, text, expected, told, EXPECTED)
    if question.differs and run.account.is_emulated:
        return Answer(number, text, expected, f"{told} ({question.differs})", EMULATED)
    return Answer(number, text, expected, told, OTHERWISE)
