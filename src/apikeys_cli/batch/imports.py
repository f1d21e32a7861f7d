"""Imports the rows of ``import``, a few at a time; those with a plan one by one.

No state of a run is kept: the key's id is derived from the key, so that the function
itself knows what was imported before, whenever the run was stopped.
"""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import click

from apikeys_cli.batch.columns import known_roles, standing_faults
from apikeys_cli.batch.pace import Pace
from apikeys_cli.batch.pipeline import PARALLEL, in_order
from apikeys_cli.batch.report import unfinished
from apikeys_cli.dates import counted
from apikeys_cli.errors import RefusedByFunctionError
from apikeys_cli.terminal.console import say, tracked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from apikeys_cli.admin_function import AdminFunction
    from apikeys_cli.batch.import_rows import ImportRow
    from apikeys_cli.batch.report import Report

# The function's answers if the key has, or had, a record of this project's.
_KNOWN = ("key_exists", "key_revoked")


class Outcome(NamedTuple):
    """What became of a row."""

    status: str
    found: dict[str, str]


class CheckedRows:
    """Rows with what is currently wrong with them, each time they are iterated over.

    Attributes:
        count: how many there are.
        faults: the line of each fault, and a sentence about it.
        passed_over: the names of fields that are ignored.
        have_plans: whether a key file of API Gateway's names any usage plans.
    """

    def __init__(self, function: AdminFunction, rows: Iterable[ImportRow]) -> None:
        """Check rows that can be iterated over more than once."""
        self._rows = rows
        self._now = time.time()
        self._roles = known_roles(
            function, (row.standing for row in rows if not row.faults)
        )
        self.count = 0
        self.faults: list[tuple[int | str, str]] = []
        self.passed_over: dict[str, None] = {}
        self.have_plans = False
        for row in self:
            self.count += 1
            self.faults += [(row.line, fault) for fault in row.faults]
            self.passed_over |= dict.fromkeys(row.passed_over)
            self.have_plans |= row.has_plans

    def __iter__(self) -> Iterator[ImportRow]:
        """Yield the rows."""
        for row in self._rows:
            if row.faults:
                yield row
            else:
                wrong = standing_faults(row.standing, self._roles, self._now)
                yield row.faulty(wrong)


def preview(rows: CheckedRows, report: Report) -> None:
    """Say what would become of each row, without writing anything.

    Raises:
        Exit: 1, some would be refused.
    """
    counts = _reported(((row, _foreseen(row)) for row in rows), rows.count, report)
    _conclude(f"Nothing was written: {counts['importable']} importable", counts)


def carry_out(
    function: AdminFunction,
    rows: CheckedRows,
    report: Report,
    delete: Callable[[str], None] | None = None,
) -> None:
    """Import each row without a fault, and say what became of it.

    Args:
        function: the function.
        rows: those with faults are reported last.
        report: says what became of each row.
        delete: deletes OntoPop's own secret, by its ARN, of a key that an earlier run
            imported; None leaves them all.

    Raises:
        Exit: 1, some were refused.
    """
    pace = Pace()

    def outcome(row: ImportRow) -> Outcome:
        if row.faults:
            return _refused(function, row)
        with pace.turn(row.request):
            status, found, is_known = pace.retried(partial(_imported, function, row))
        # Right after its import the authorizer may not have found it yet.
        if is_known and delete is not None and row.arn is not None:
            delete(row.arn)
            return Outcome("deleted", found)
        return Outcome(status, found)

    pool = ThreadPoolExecutor(PARALLEL)
    # One after the other: the first import makes what ids are derived from.
    good = in_order(pool, outcome, (row for row in rows if not row.faults))
    faulty = in_order(pool, outcome, (row for row in rows if row.faults))
    try:
        counts = _reported(chain(good, faulty), rows.count, report)
    finally:
        pool.shutdown(cancel_futures=True)
    told = f"{counts['imported']} imported, {counts['done before']} done before"
    if delete is not None:
        told += f", {counts['deleted']} deleted"
    _conclude(told, counts)


def _foreseen(row: ImportRow) -> Outcome:
    if row.faults:
        return Outcome("refused", {"error": "; ".join(row.faults)})
    return Outcome("importable", {})


def _refused(function: AdminFunction, row: ImportRow) -> Outcome:
    """Refuse a row; if OntoPop's own record is accepted, give its id.

    By that id the authorizer's log says whether the key is in use, and ``revoke`` ends
    it.
    """
    status, found = _foreseen(row)
    if row.arn is not None:
        with suppress(RefusedByFunctionError, KeyError):
            record = function.invoke("verify", credential=row.key)["record"]
            found["keyId"] = record["keyId"]
    return Outcome(status, found)


def _imported(
    function: AdminFunction, row: ImportRow
) -> tuple[str, dict[str, str], bool]:
    """Return a row's status, the report's text, and whether it was known before."""
    try:
        answer = function.invoke("import", **row.request)
    except RefusedByFunctionError as refused:
        return "refused", {"error": refused.message}, refused.code in _KNOWN
    is_known = "repeated" in answer
    status = "done before" if is_known else "imported"
    return status, {"keyId": answer["record"]["keyId"]}, is_known


def _reported(
    outcomes: Iterable[tuple[ImportRow, Outcome]], count: int, report: Report
) -> Counter[str]:
    counts: Counter[str] = Counter()

    def left() -> str:
        return (
            f"{count - counts.total()} of {counted(count, 'row')} left. Run the "
            "same command again: no key is imported twice."
        )

    with unfinished(left), report:
        for row, (status, found) in tracked(
            outcomes, "Importing", count=count, is_hidden=report.is_seen
        ):
            report.add(row, status, **found)
            counts[status] += 1
    return counts


def _conclude(told: str, counts: Counter[str]) -> None:
    refused = counts["refused"]
    say(f"{told}, {refused} refused." if refused else f"{told}.")
    if refused:
        raise click.exceptions.Exit(RefusedByFunctionError.exit_code)
