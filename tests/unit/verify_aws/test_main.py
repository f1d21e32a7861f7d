"""What is said and asked before anything is made or removed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

import verify_aws.__main__ as program
from tests.in_process import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

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
