"""`make demo`: the whole system on this machine, as a table of requests and answers."""

import sys
import time
from collections.abc import Iterable, Mapping
from typing import Final

from rich.console import Console
from rich.table import Table

from local import parameters
from local.clients import CliError
from local.deployment import parameter_names, reads_ontopops_own, running_stack
from local.errors import LocalError, ParameterError
from local.scenarios.keys import Row, issue, run
from local.scenarios.kinds import tell_of_kinds
from local.scenarios.migration import (
    deployed_for_both_kinds,
    tell_of_both_kinds,
    tell_of_ontopop,
)

_OUT: Final = Console()
_PROGRESS: Final = Console(stderr=True, highlight=False)


def main(given: str) -> int:
    """Deploy, run the scenarios, stop; 0 if every answer was the expected one.

    Args:
        given: the template's parameters, instead of the local stack's own.
    """
    try:
        chosen = parameters.read(given, parameter_names())
    except ParameterError as error:
        print(error, file=sys.stderr)
        return 2
    return _tell(chosen)


def _tell(chosen: Mapping[str, str]) -> int:
    started = time.monotonic()
    _step(started, "Starting the AWS emulator and deploying template.yaml with SAM …")
    try:
        with running_stack("demo", chosen) as stack:
            _step(started, f"The example API answers at {stack.example_url}")
            rows = list(_shown(started, run(stack)))
            rows += _shown(started, tell_of_kinds(stack))
            rows += _shown(started, tell_of_ontopop(stack, reads_ontopops_own(chosen)))
            _step(started, "Deploying again, for keys and logins, with argon2id …")
            older = issue(stack, "--client", "Issued before")["key"]
            again = deployed_for_both_kinds(stack, chosen)
            rows += _shown(started, tell_of_both_kinds(again, older))
    except (LocalError, CliError) as error:
        _PROGRESS.print(f"The demo stopped: {error}", style="red", markup=False)
        return 1
    _OUT.print(table(rows))
    return _verdict(rows, time.monotonic() - started)


def _shown(started: float, rows: Iterable[Row]) -> Iterable[Row]:
    for row in rows:
        _step(started, f"  {row.request}: {row.got}")
        yield row


def table(rows: list[Row]) -> Table:
    """Return requests and answers as a person reads them."""
    shown = Table("Request", "Expected", "Got", "")
    for row in rows:
        mark = "[green]✓" if row.is_as_expected else "[red]✗"
        shown.add_row(row.request, str(row.expected), str(row.got), mark)
    return shown


def _verdict(rows: list[Row], seconds: float) -> int:
    wrong = sum(not row.is_as_expected for row in rows)
    refusals = {row.body for row in rows if row.got == 401}  # noqa: PLR2004 - HTTP
    if len(refusals) > 1:
        _PROGRESS.print("The 401 answers differ.", style="red")
        wrong += 1
    _OUT.print(
        f"{len(rows) - wrong} of {len(rows)} as expected; every 401 the same to the "
        f"byte. {seconds:.0f} s."
        if not wrong
        else f"{wrong} not as expected. {seconds:.0f} s.",
        highlight=False,
    )
    return 1 if wrong else 0


def _step(started: float, message: str) -> None:
    _PROGRESS.print(
        f"[dim]{time.monotonic() - started:4.0f} s[/dim] {message}", soft_wrap=True
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
