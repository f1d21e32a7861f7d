"""One change to many records: several at a time, each with a report."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import TYPE_CHECKING, Any, NamedTuple

from apikeys_cli.batch.report import unfinished
from apikeys_cli.dates import counted
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.terminal.console import say, tracked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from apikeys_cli.admin_function import AdminFunction
    from apikeys_cli.batch.report import Report

# AWS lets an account change 25 secrets a second in all.
_PARALLEL = 4
_WAITS = (1.0, 2.0, 4.0)


class Change(NamedTuple):
    """A change, in the words of people and of the function.

    Attributes:
        action: the function's.
        done: what a report says once it is done.
        fields: of each request.
    """

    action: str
    done: str
    fields: Mapping[str, Any]


class _Row(NamedTuple):
    """A record, as a report identifies it."""

    line: int
    client: str | None
    name: str | None


class _Outcome(NamedTuple):
    """The answer, or why there is none."""

    answer: dict[str, Any] | None
    error: str = ""


def carry_out(
    function: AdminFunction,
    change: Change,
    records: Sequence[Mapping[str, Any]],
    report: Report,
) -> tuple[dict[str, Any] | None, int]:
    """Change each record; each change may be repeated.

    Args:
        function: changes them.
        change: what is done.
        records: each has a ``keyId`` or a ``login``, and may have more to show.
        report: says what became of each.

    Returns:
        The first of the answers, None if all were refused; and how many were.

    Raises:
        UnreachableError: the function can't be reached even after retries; the records
            from there on may be unchanged.
        UnwrittenError: the report can't be written; as above.
    """

    def outcome(record: Mapping[str, Any]) -> _Outcome:
        try:
            return _Outcome(_changed(function, change, _principal(record)))
        except RefusedByFunctionError as refused:
            return _Outcome(None, refused.message)

    def left() -> str:
        return (
            f"{len(records) - told} of {counted(len(records), 'record')} left, or not "
            "known to be done. Run the same command again: what is done stays done."
        )

    pool = ThreadPoolExecutor(_PARALLEL)
    first: dict[str, Any] | None = None
    told = refused = 0
    try:
        with unfinished(left), report:
            steps: Iterator[tuple[Mapping[str, Any], _Outcome]] = zip(
                records, pool.map(outcome, records), strict=True
            )
            for record, (answer, error) in tracked(
                steps, "Changing", count=len(records), is_hidden=report.is_seen
            ):
                told += 1
                seen = record if answer is None else {**record, **answer["record"]}
                row = _Row(told, seen.get("client"), seen.get("name"))
                if answer is None:
                    refused += 1
                    report.add(row, "refused", **_principal(record), error=error)
                else:
                    first = first or answer
                    report.add(row, change.done, **_principal(record))
    finally:
        pool.shutdown(cancel_futures=True)
    say(f"{told - refused} {change.done}{f', {refused} refused' if refused else ''}.")
    if first is not None and (until := first["record"].get("restorableUntil")):
        say(f"Restorable until {until}, one by one: apikeys restore KEY_ID")
    return first, refused


def foresee(
    change: Change, records: Sequence[Mapping[str, Any]], report: Report
) -> None:
    """Report each record that would be changed, if any."""
    with report:
        for line, record in enumerate(records, 1):
            row = _Row(line, record.get("client"), record.get("name"))
            report.add(row, f"not {change.done}", **_principal(record))


def _principal(record: Mapping[str, Any]) -> dict[str, str]:
    """Return the field that names a record, in a request as in a report."""
    field = "login" if "login" in record else "keyId"
    return {field: record[field]}


def _changed(
    function: AdminFunction, change: Change, named: Mapping[str, str]
) -> dict[str, Any]:
    """Return the answer, with retries: in an incident AWS may be slow."""
    for wait in _WAITS:
        try:
            return function.invoke(change.action, **named, **change.fields)
        except UnreachableError as error:
            if error.is_denied:
                raise
        except RefusedByFunctionError as refused:
            # Somebody else wrote in between: the change is wanted all the same.
            if refused.code != "version_conflict":
                raise
        sleep(wait)
    return function.invoke(change.action, **named, **change.fields)
