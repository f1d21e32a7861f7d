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
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.terminal.console import say, tracked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apikeys_cli.admin_function import AdminFunction
    from apikeys_cli.batch.import_rows import ImportRow
    from apikeys_cli.batch.report import Report

# Each costs the function a slow hash and a CreateSecret; AWS allows 50 a second.
_PARALLEL = 4
# The function's answers if the key has, or had, a record of this project's.
_KNOWN = ("key_exists", "key_revoked")


class Outcome(NamedTuple):
    """What became of a row."""

    status: str
    found: dict[str, str]


def judged(function: AdminFunction, rows: list[ImportRow]) -> list[ImportRow]:
    """Return the rows with what is currently wrong with them."""
    good = [row for row in rows if not row.faults]
    roles, now = known_roles(function, (row.standing for row in good)), time.time()
    return [
        row if row.faults else row.faulty(standing_faults(row.standing, roles, now))
        for row in rows
    ]


def preview(rows: list[ImportRow], report: Report) -> None:
    """Say what would become of each row, without writing anything.

    Raises:
        Exit: 1, some would be refused.
    """
    counted = _reported(rows, map(_foreseen, rows), report)
    _conclude(f"Nothing was written: {counted['importable']} importable", counted)


def carry_out(
    function: AdminFunction,
    rows: list[ImportRow],
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
        with pace.kept(row.request):
            status, found, is_known = pace.patiently(partial(_imported, function, row))
        # Right after its import the authorizer may not have found it yet.
        if is_known and delete is not None and row.arn is not None:
            delete(row.arn)
            return Outcome("deleted", found)
        return Outcome(status, found)

    good = [row for row in rows if not row.faults]
    faulty = [row for row in rows if row.faults]
    pool = ThreadPoolExecutor(_PARALLEL)
    # One after the other: the first import makes what ids are derived from.
    outcomes = chain.from_iterable(pool.map(outcome, some) for some in (good, faulty))
    try:
        counted = _reported([*good, *faulty], outcomes, report)
    finally:
        pool.shutdown(cancel_futures=True)
    told = f"{counted['imported']} imported, {counted['done before']} done before"
    if delete is not None:
        told += f", {counted['deleted']} deleted"
    _conclude(told, counted)


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
    rows: list[ImportRow], outcomes: Iterator[Outcome], report: Report
) -> Counter[str]:
    counted: Counter[str] = Counter()
    try:
        for row, (status, found) in tracked(
            zip(rows, outcomes, strict=True),
            "Importing",
            count=len(rows),
            is_hidden=report.is_seen,
        ):
            report.add(row, status, **found)
            counted[status] += 1
    except (UnreachableError, KeyboardInterrupt, OSError):
        say(
            f"{len(rows) - counted.total()} of {len(rows)} rows are left. Run the same "
            "command again: no key is imported twice."
        )
        raise
    finally:
        report.close()
    return counted


def _conclude(told: str, counted: Counter[str]) -> None:
    refused = counted["refused"]
    say(f"{told}, {refused} refused." if refused else f"{told}.")
    if refused:
        raise click.exceptions.Exit(RefusedByFunctionError.exit_code)
