"""``issue --from FILE``: reads the file, runs the batch, reports how it went."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.batch.columns import known_roles
from apikeys_cli.batch.faults import refuse
from apikeys_cli.batch.issue import Batch
from apikeys_cli.batch.issue_rows import NOTHING_ISSUED, faults_of, read_rows
from apikeys_cli.batch.journal import Journal
from apikeys_cli.batch.report import Report
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.terminal.console import say, tracked
from apikeys_cli.terminal.key_file import KeyList

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apikeys_cli.admin_function import Invocation
    from apikeys_cli.batch.issue_rows import Row
    from apikeys_cli.connection import Connection


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
        Exit: 1, some rows were refused.
    """
    path = Path(source)
    rows = read_rows(path, defaults)
    with ExitStack() as opened:
        journal = opened.enter_context(
            Journal(path, _deployment(invocation.connection))
        )
        pending = [row for row in rows if not journal.is_done(row)]
        roles = known_roles(invocation.function, (row.fields for row in pending))
        replaced = journal.replaced(rows)
        faults = list(faults_of(pending, roles, time.time()))
        if not issues_changed:
            faults += _changes(journal, replaced)
        refuse(path, sorted(faults), NOTHING_ISSUED)
        keys = None
        if keys_to is not None:
            keys = opened.enter_context(
                KeyList(Path(keys_to), repairs=journal.is_interrupted)
            )
        if replaced:
            journal.let_go(replaced)
        report = Report(invocation.output, shows_keys=keys is None)
        batch = Batch(
            invocation.function,
            journal,
            report,
            keys,
            csv_keys=str(keys_to).endswith(".csv"),
        )
        try:
            for row in tracked(
                rows, "Issuing", count=len(rows), is_hidden=report.is_seen
            ):
                batch.carry_out(row)
        except (UnreachableError, KeyboardInterrupt, OSError):
            left = sum(not journal.is_done(row) for row in rows)
            say(
                f"{left} of {len(rows)} rows are left. Run the same command again, "
                "within 15 minutes: no row is issued twice."
            )
            raise
        finally:
            report.close()
    say(_summary(len(rows), len(pending), batch.refused, journal.path))
    if batch.refused:
        raise click.exceptions.Exit(RefusedByFunctionError.exit_code)


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
        return (
            f"All {count} rows were done before, according to {state}; "
            "to issue them again, remove it."
        )
    text = f"{pending - refused} issued, {count - pending} done before"
    return f"{text}, {refused} refused." if refused else f"{text}."
