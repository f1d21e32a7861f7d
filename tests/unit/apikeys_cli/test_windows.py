"""The command line where Python has no ``fcntl``, as on Windows."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from apikeys_cli.batch.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

# Hides the module before anything is imported, in a process of its own.
_WITHOUT = """
import sys
sys.modules["fcntl"] = None
from apikeys_cli.main import main
main()
"""


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _WITHOUT, *arguments],
        capture_output=True,
        check=False,
        text=True,
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--version"], "version"),
        (["--help"], "doctor"),
        (["issue", "--help"], "--from"),
        (["roles", "explain", "READER", "--file", "ROLES"], "/reports"),
    ],
)
def test_what_needs_no_lock_works_without_one(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    """Nothing but a batch asks for a file lock."""
    roles = tmp_path / "roles.toml"
    roles.write_text('[roles.READER]\nallow = ["GET /reports"]\n')
    done = _run(*(str(roles) if word == "ROLES" else word for word in arguments))
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_a_batch_says_why_it_can_not_be_run(tmp_path: Path) -> None:
    """It is a usage error that names what is missing; nothing is asked of AWS."""
    rows = tmp_path / "rows.csv"
    rows.write_text("client\nAcme\n")
    keys = str(tmp_path / "keys.csv")
    function = "arn:aws:lambda:eu-west-1:123456789012:function:none"
    options = ["--function", function, "--from", str(rows), "--keys-to", keys]
    done = _run("issue", *options)
    assert done.returncode == 2, done.stderr
    assert "needs a file lock that this system lacks" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_batch_says_so_before_it_writes_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no lock there is no file of a state either."""
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with pytest.raises(click.UsageError, match=r"run it under WSL"):
        Journal(tmp_path / "rows.csv", "f")
    assert list(tmp_path.iterdir()) == []
