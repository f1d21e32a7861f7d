"""What is said and asked before anything is made or removed."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

import verify_aws.__main__ as program
from local import checkout
from tests.in_process import REGION
from verify_aws import cleaning
from verify_aws.cleaning import Leftover
from verify_aws.question import EXPECTED, Answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from verify_aws.account import Account
    from verify_aws.names import Names

_ACCOUNT = "123456789012"


class _Terminal(io.StringIO):
    """Standard input of a person."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let there be an account in memory."""
    monkeypatch.setenv("AWS_REGION", REGION)
    with mock_aws():
        yield


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what was begun, in place of doing it."""
    found: list[str] = []

    def verify(_account: Account, names: Names) -> int:
        found.append(f"verify {names.suffix}")
        return 0

    def clean(_account: Account, names: Names) -> int:
        found.append(f"clean {names.suffix}")
        return 0

    monkeypatch.setattr(program, "_verify", verify)
    monkeypatch.setattr(program, "_clean", clean)
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--clean", "abc123def4"],
        ["--clean", "abc", "--yes"],
        ["--clean", "", "--yes"],
    ],
)
def test_without_a_yes_and_a_terminal_or_with_a_bad_suffix_nothing_is_begun(
    begun: list[str], arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{REGION}\n"))
    assert program.main(arguments) == 2
    assert begun == []


@pytest.mark.parametrize(
    ("typed", "is_begun"), [(REGION, True), ("y", False), ("us-east-1", False)]
)
def test_a_person_types_the_region(
    begun: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    *,
    is_begun: bool,
) -> None:
    """After cost, account, region and identity were said."""
    monkeypatch.setattr("sys.stdin", _Terminal(f"{typed}\n"))
    assert program.main([]) == (0 if is_begun else 2)
    assert bool(begun) is is_begun
    said = capsys.readouterr().err
    for text in ("less than one US dollar", _ACCOUNT, REGION, "as      arn:aws:"):
        assert text in said


def test_a_suffix_removes_and_deploys_nothing(begun: list[str]) -> None:
    """What carries it, after a yes."""
    assert program.main(["--clean", "abc123def4", "--yes"]) == 0
    assert begun == ["clean abc123def4"]


def test_an_account_that_can_not_be_asked_is_said(
    begun: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a region, say."""
    monkeypatch.delenv("AWS_REGION")
    assert program.main(["--yes"]) == 2
    assert begun == []


@pytest.mark.parametrize(
    "end", [ValueError("arn of 123456789012"), KeyboardInterrupt()]
)
def test_after_a_failure_everything_is_removed_and_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: BaseException
) -> None:
    """What was answered before is in the report; the exit code is 1."""
    cleaned: list[Names] = []

    def answers(_account: Account, _names: Names, _say: object) -> Iterator[Answer]:
        yield Answer("V99", "Is it so?", "yes", "yes", EXPECTED)
        raise end

    def clean(_account: Account, names: Names) -> list[Leftover]:
        cleaned.append(names)
        return []

    monkeypatch.setattr(program, "answers", answers)
    monkeypatch.setattr(cleaning, "clean", clean)
    monkeypatch.setattr(checkout, "BUILD", tmp_path)
    assert program.main(["--yes"]) == 1
    (names,) = cleaned
    report = json.loads(
        (tmp_path / "verify-aws" / names.suffix / "report.json").read_text()
    )
    assert [answer["number"] for answer in report["answers"]] == ["V99"]
    assert report["about"]["removed"] == "everything"
    assert report["about"]["ended"].startswith("it ended early: ")
    assert _ACCOUNT not in json.dumps(report)


def test_what_is_left_is_said_with_the_way_to_remove_it(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And the run has failed, however good its answers were."""
    left = [Leftover("secret", "VERIFY_x")]
    monkeypatch.setattr(program, "answers", lambda *_: iter(()))
    monkeypatch.setattr(cleaning, "clean", lambda *_: left)
    monkeypatch.setattr(checkout, "BUILD", tmp_path)
    assert program.main(["--yes"]) == 1
    said = capsys.readouterr().err
    assert "still there: secret VERIFY_x" in said
    assert "Run again: make verify-aws CLEAN=" in said
