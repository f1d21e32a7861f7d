"""``issue --from FILE``: reads the file, runs the batch, reports how it went."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apikeys.defaults import REPEAT_SECONDS
from apikeys_cli.batch.columns import known_roles
from apikeys_cli.batch.faults import refuse
from apikeys_cli.batch.issue import Batch
from apikeys_cli.batch.issue_rows import IssueRows, faults_of
from apikeys_cli.batch.journal import Journal
from apikeys_cli.batch.report import Report, unfinished
from apikeys_cli.dates import counted
from apikeys_cli.errors import RefusedByFunctionError
from apikeys_cli.terminal.console import say, tracked
from apikeys_cli.terminal.key_file import KeyList

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apikeys_cli.admin_function import AdminFunction, Invocation
    from apikeys_cli.batch.issue_rows import Row
    from apikeys_cli.connection import Connection


_NOTHING_ISSUED = "no key was issued"


def issue_file(
    invocation: Invocation,
    source: str,
    keys_to: str | None,
    defaults: Mapping[str, Any],
    *,
    issues_changed: bool,
) -> None:
    """Issue a key for each row of a file that is not done yet.

    Args:
        invocation: of the command.
        source: the file.
        keys_to: the file to which the keys are added, None if they are printed.
        defaults: for fields that a row leaves out.
        issues_changed: whether a row that was edited gets another key.

    Raises:
        UsageError: a row was edited since it was issued, unless that is intended.
        UnwrittenError: the report can't be written; it says what is left.
        Exit: 1, some rows were refused.
    """
    path = Path(source)
    rows = IssueRows(path, defaults)
    refuse(path, rows.faults(), _NOTHING_ISSUED)
    with ExitStack() as opened:
        journal = opened.enter_context(
            Journal(path, _deployment(invocation.connection))
        )
        count, pending = _counted(rows, journal)
        replaced = journal.replaced(rows)
        faults = list(_standing(invocation.function, rows, journal))
        if not issues_changed:
            faults += _changes(journal, replaced)
        refuse(path, sorted(faults), _NOTHING_ISSUED)
        keys = None
        if keys_to is not None:
            keys = opened.enter_context(
                KeyList(Path(keys_to), repairs=journal.is_interrupted)
            )
        report = Report(invocation.output, shows_keys=keys is None)
        if replaced:
            journal.let_go(replaced)
        batch = Batch(
            invocation.function,
            journal,
            report,
            keys,
            csv_keys=str(keys_to).endswith(".csv"),
        )

        def left() -> str:
            return (
                f"{count - batch.done} of {counted(count, 'row')} left. Run the same "
                f"command again, within {REPEAT_SECONDS // 60} minutes: no row is "
                "issued twice."
            )

        steps = batch.carry_out(rows)
        with unfinished(left), report:
            for _ in tracked(steps, "Issuing", count=count, is_hidden=report.is_seen):
                pass
    say(_summary(count, pending, batch.refused, journal.path))
    if batch.refused:
        raise click.exceptions.Exit(RefusedByFunctionError.exit_code)


def _counted(rows: IssueRows, journal: Journal) -> tuple[int, int]:
    """Return how many rows there are, and how many are not done."""
    count = pending = 0
    for row in rows:
        count += 1
        pending += not journal.is_done(row)
    return count, pending


def _standing(
    function: AdminFunction, rows: IssueRows, journal: Journal
) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with the rows that are not done, as things stand."""

    def pending() -> Iterator[Row]:
        return (row for row in rows if not journal.is_done(row))

    roles = known_roles(function, (row.fields for row in pending()))
    return faults_of(pending(), roles, time.time())


def _changes(
    journal: Journal, replaced: Mapping[str, Row]
) -> Iterator[tuple[int, str]]:
    for identity, row in replaced.items():
        key_id = journal.key_id_of(identity)
        advice = "apikeys update changes that key, --issue-changed issues another"
        yield row.line, f"changed since it was issued as {key_id}; {advice}"


def _deployment(connection: Connection) -> str:
    """Return what identifies a deployment: account and function."""
    name = connection.function_name
    if name.startswith("arn:"):
        parts = name.split(":")
        return f"{parts[4]}/{parts[6]}"
    account = connection.caller.split(":")[4] if connection.caller else "?"
    return f"{account}/{name}"


def _summary(count: int, pending: int, refused: int, state: Path) -> str:
    if not pending:
        them = "The row was" if count == 1 else f"All {count} rows were"
        return f"{them} done before, according to {state}; to issue again, remove it."
    text = f"{pending - refused} issued, {count - pending} done before"
    return f"{text}, {refused} refused." if refused else f"{text}."
