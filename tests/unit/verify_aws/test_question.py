"""What becomes of a question, and of what was seen."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from local.checkout import ROOT
from tests.builders import a_key
from verify_aws.names import Names
from verify_aws.plan import BEFORE_THE_ROLE_MAP, BY_HAND, STAGES
from verify_aws.question import Question, Seen, put
from verify_aws.report import write
from verify_aws.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from verify_aws.account import Account

_NUMBER = "210987654321"


def _run(*, is_emulated: bool = False) -> Run:
    account = SimpleNamespace(number=_NUMBER, is_emulated=is_emulated)
    return Run(cast("Account", account), Names.random())


def _asked(ask: Callable[[Run], Seen], **fields: Any) -> Question:
    return Question("V99", "Is it so?", "yes", ask, **fields)


def _no(_run: Run) -> Seen:
    return Seen("no", is_expected=False)


def _fails(_run: Run) -> Seen:
    message = f"arn:aws:iam::{_NUMBER}:role/x may not"
    raise PermissionError(message)


@pytest.mark.parametrize(
    ("question", "is_emulated", "verdict", "seen"),
    [
        (_asked(lambda _: Seen("yes", is_expected=True)), False, "expected", "yes"),
        (_asked(_no), False, "otherwise", "no"),
        (_asked(_no, gap="it can't"), False, "otherwise", "no"),
        (_asked(_no, gap="it can't"), True, "not asked", "it can't"),
        (_asked(_no, differs="its way"), False, "otherwise", "no"),
        (_asked(_no, differs="its way"), True, "emulated", "no (its way)"),
        (
            _asked(_fails),
            False,
            "failed",
            "PermissionError: arn:aws:iam::<account>:role/x may not",
        ),
    ],
)
def test_an_answer_says_what_was_seen_and_whether_it_was_expected(
    question: Question, verdict: str, seen: str, *, is_emulated: bool
) -> None:
    """What goes wrong is an answer, too; what an emulator can't tell is marked."""
    answer = put(question, _run(is_emulated=is_emulated))
    assert (answer.verdict, answer.seen) == (verdict, seen)
    assert (answer.number, answer.expected) == ("V99", "yes")


def test_neither_secrets_nor_account_numbers_are_told() -> None:
    """Of this account or another, of keys that were issued here or not."""
    run = _run()
    run.secrets.add("pass word")
    text = f"{_NUMBER} 123456789012 pass word {a_key().text} 1234567890123"
    expected = "<account> <account> <secret> <secret> 1234567890123"
    assert run.scrubbed(text) == expected


def test_the_report_is_for_people_and_for_programs(tmp_path: Path) -> None:
    """A row an answer, and how many there are of each verdict."""
    run = _run()
    answers = [put(_asked(_no), run), put(_asked(_no)._replace(text="a | b"), run)]
    markdown = write(tmp_path, {"region": "eu-west-1"}, answers).read_text()
    assert "- region: eu-west-1" in markdown
    assert "- answers: 0 expected, 2 otherwise" in markdown
    assert "| V99 | Is it so? | yes | no | otherwise |" in markdown
    assert "| V99 | a \\| b | yes | no | otherwise |" in markdown
    assert '"otherwise": 2' in (tmp_path / "report.json").read_text()


def test_every_question_of_the_page_is_asked_or_left_to_a_person() -> None:
    """None is forgotten, and none is both."""
    page = (ROOT / "docs" / "verify-on-aws.md").read_text()
    numbers = set(re.findall(r"^(?:\*\*|\| )(V[0-9]+)\b", page, re.MULTILINE))
    stages = (BEFORE_THE_ROLE_MAP, *(stage.questions for stage in STAGES))
    asked = {question.number for questions in stages for question in questions}
    assert numbers == {f"V{number}" for number in range(1, 51)}
    assert asked | set(BY_HAND) == numbers
    assert asked.isdisjoint(BY_HAND)


def test_each_question_is_put_once_in_a_deployment() -> None:
    """And has a text, an expectation and a number."""
    for questions in (BEFORE_THE_ROLE_MAP, *(stage.questions for stage in STAGES)):
        texts = [question.text for question in questions]
        assert len(set(texts)) == len(texts)
        assert all(q.text.endswith("?") and q.expected for q in questions)
        assert all(q.number[1:].isdigit() for q in questions)
