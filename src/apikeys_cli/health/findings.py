"""What ``apikeys doctor`` found: the level, the finding, and what to do."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from rich.table import Table
from rich.text import Text

from apikeys_cli.terminal.streams import spelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apikeys_cli.errors import UnreachableError

_NAMED = 5


class Level(StrEnum):
    """How serious a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    NOT_CHECKED = "not checked"


_STYLES = {
    Level.OK: "green",
    Level.WARN: "yellow",
    Level.FAIL: "bold red",
    Level.NOT_CHECKED: "dim",
}


class Finding(NamedTuple):
    """The result of one check; ``advice`` is empty if nothing is to be done."""

    level: Level
    subject: str
    what: str
    advice: str = ""


def ok(subject: str, what: str) -> Finding:
    """Return a finding that something is as it should be."""
    return Finding(Level.OK, subject, what)


def warn(subject: str, what: str, advice: str) -> Finding:
    """Return a finding that something needs attention."""
    return Finding(Level.WARN, subject, what, advice)


def fail(subject: str, what: str, advice: str) -> Finding:
    """Return a finding that something is wrong."""
    return Finding(Level.FAIL, subject, what, advice)


def not_checked(subject: str, what: str, advice: str) -> Finding:
    """Return a finding that something was not checked."""
    return Finding(Level.NOT_CHECKED, subject, what, advice)


def unseen(subject: str, action: str, error: UnreachableError) -> Finding:
    """Return a finding that AWS did not show something, and the permission it takes."""
    if error.is_denied:
        advice = f"to have it checked, allow yourself {action}"
        return not_checked(subject, "no permission", advice)
    return not_checked(subject, error.message, "try again")


def some(names: list[str]) -> str:
    """Return the first few of a list of names, and how many more there are."""
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def findings_table(findings: Iterable[Finding]) -> Table:
    """Return the findings as a table."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(style="bold", overflow="fold")
    table.add_column(overflow="fold", ratio=1)
    for finding in findings:
        what = Text(finding.what)
        if finding.advice:
            what.append(f"\n{spelled('→', '->')} {finding.advice}")
        level = Text(finding.level, style=_STYLES[finding.level])
        table.add_row(level, Text(finding.subject), what)
    return table
