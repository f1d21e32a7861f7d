"""`make help`, by which whoever works here finds the way."""

from __future__ import annotations

import re
import subprocess
from shutil import which

from local.checkout import ROOT

_MAKE = str(which("make"))
_TARGETS = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
_PROGRAMS = [
    path
    for folder in ("benchmarks", "local", "src", "tests", "verify_aws")
    for path in (ROOT / folder).rglob("*.py")
]


def test_help_lists_every_target_in_its_group() -> None:
    """And nothing else; a line fits a terminal."""
    done = subprocess.run(
        [_MAKE, "--no-print-directory", "help"],
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
    )
    lines = done.stdout.splitlines()
    listed = [line.split()[1] for line in lines if line.startswith("  make ")]
    assert sorted(listed) == sorted(_TARGETS)
    groups = [line for line in lines if line and not line.startswith(" ")]
    assert groups == ["Try it", "Work on it", "Prove it", "Set it up"]
    assert max(map(len, lines)) <= 110


def test_programs_name_targets_that_are_there() -> None:
    """In messages and remarks, where they are marked as commands."""
    for path in _PROGRAMS:
        named = re.findall(r"`make ([a-z][a-z-]*)", path.read_text())
        assert {*named} <= {*_TARGETS}, path
