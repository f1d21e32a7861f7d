"""``make verify-aws`` on an emulator: what it asks, reports and removes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from local import checkout
from local.emulator import ACCOUNT, Emulator, running_emulator
from tests.kills import clean, environment, inventory, killed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Those that docs/verify-on-aws.md calls automatic.
_ASKED = {
    *("V2", "V3", "V4", "V6", "V7", "V8", "V9", "V11", "V12", "V13", "V14", "V15"),
    *("V19", "V22", "V23", "V27", "V28", "V29", "V30", "V34", "V35", "V36", "V37"),
    *("V38", "V39", "V40", "V41", "V42", "V43", "V44", "V46", "V47", "V48", "V49"),
    "V50",
}
# An emulator is not asked these at all, or answers them in its own way.
_GAPS = {
    *("V2", "V3", "V4", "V6", "V7", "V8", "V11", "V12", "V13", "V14", "V27", "V28"),
    *("V37", "V42", "V44", "V46", "V47", "V48", "V50"),
}
_DIFFERING = {"V9", "V22"}
_KEY = re.compile(r"ak_[0-9A-Za-z]{16}_")


class _Run(NamedTuple):
    """A run that went to its end, and what is in the account now that was not."""

    code: int
    said: str
    report: Path
    left: set[str]

    @property
    def content(self) -> dict[str, Any]:
        """The report as a program reads it."""
        found: dict[str, Any] = json.loads(self.report.read_text())
        return found


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Return an empty account."""
    with running_emulator("verify-aws") as running:
        yield running


@pytest.fixture(scope="module")
def run(emulator: Emulator) -> _Run:
    """Return what a whole run did."""
    before = inventory(emulator)
    done = subprocess.run(
        [sys.executable, "-m", "verify_aws", "--yes"],
        capture_output=True,
        check=False,
        cwd=checkout.ROOT,
        env=environment(emulator),
        stdin=subprocess.DEVNULL,
        text=True,
    )
    suffix = re.findall("The suffix of this run: ([a-z0-9]+)", done.stderr)[0]
    report = checkout.BUILD / "verify-aws" / suffix / "report.json"
    left = inventory(emulator) - before
    return _Run(done.returncode, done.stderr, report, left)


def test_every_question_is_put_and_answered_as_expected(run: _Run) -> None:
    """Those that an emulator can't answer are marked, with the reason."""
    answers = run.content["answers"]
    wrong = [a for a in answers if a["verdict"] in ("otherwise", "failed")]
    assert wrong == []
    assert run.code == 0, run.said
    assert {a["number"] for a in answers} - {"row"} == _ASKED
    unasked = [a for a in answers if a["verdict"] == "not asked"]
    assert {a["number"] for a in unasked} == _GAPS
    assert all(a["seen"] for a in unasked)
    emulated = {a["number"] for a in answers if a["verdict"] == "emulated"}
    assert _DIFFERING <= emulated <= {*_DIFFERING, "V43"}


@pytest.mark.parametrize(
    "kind", ["REST", "TOKEN", "HTTP API", "HTTP API, a stage", "WebSocket"]
)
def test_the_rows_are_run_for_every_kind_of_api(run: _Run, kind: str) -> None:
    """One key for all, from no key to the revoked one."""
    rows = [a for a in run.content["answers"] if a["text"].startswith(f"{kind}: ")]
    assert {row["verdict"] for row in rows} == {"expected"}
    for credential in ("no key", "forged", "no role for it", "disabled", "revoked"):
        assert f"{kind}: {credential}" in [row["text"] for row in rows]


def test_cost_account_and_region_are_said_before_anything_is_made(run: _Run) -> None:
    """And how to remove it all, should the run be killed."""
    said = run.said.partition("Deploying")[0]
    for text in ("less than one US dollar", f"account {ACCOUNT}", "region  eu-west-1"):
        assert text in said
    assert f"CLEAN={run.report.parent.name}" in said


def test_a_run_leaves_nothing_but_its_report(run: _Run) -> None:
    """Retained secrets and logs are gone as well."""
    assert run.left == set()
    assert run.content["about"]["removed"] == "everything"


def test_the_report_holds_no_secret_and_no_account_number(run: _Run) -> None:
    """In neither form; the report for people says the same."""
    markdown = run.report.with_suffix(".md").read_text()
    for text in (run.report.read_text(), markdown, run.said.partition("Deploying")[2]):
        assert ACCOUNT not in text
        assert not _KEY.search(text)
    for answer in run.content["answers"]:
        assert answer["text"] in markdown


def test_what_a_killed_run_leaves_is_removed_by_its_suffix(emulator: Emulator) -> None:
    """While it deploys; `make kills` kills at other moments."""
    before = inventory(emulator)
    secrets = emulator.client("secretsmanager")
    secrets.create_secret(Name="VERIFY_0000000000_KEY_of_another_run", SecretString="x")
    found = killed(emulator, 1, 1.0)
    assert found.left
    assert (found.removed, found.said.endswith("Nothing is left.\n")) == (0, True)
    (other,) = inventory(emulator) - before
    assert other.endswith("of_another_run")
    assert clean(emulator, "0" * 10).returncode == 0
    assert inventory(emulator) == before
