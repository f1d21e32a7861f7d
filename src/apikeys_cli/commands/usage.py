"""``apikeys usage``: how often keys were used, from the authorizer's log."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from apikeys_cli.completion import complete_key_id
from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Command
from apikeys_cli.options.types import KEY_ID, LOGIN
from apikeys_cli.records import name_of, named
from apikeys_cli.terminal.console import messages, print_data, say
from apikeys_cli.terminal.formats import emit
from apikeys_cli.terminal.layout import Column, fitted, fixed, flexible, stacked, words
from apikeys_cli.terminal.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from apikeys_cli.admin_function import AdminFunction, Invocation

_COLUMNS = ("keyId", "login", "outcome", "reason", "decisions", "first", "last")
_DAYS = 30
# A query takes seconds or minutes, depending on what it reads.
_FIRST_SECONDS, _LONGEST_SECONDS = 0.5, 5.0
_BYTES_A_GB = 1_000_000_000


@click.command(
    cls=Command,
    epilog=examples(
        "apikeys usage 7GkQ2mV0aZx81TbP",
        'apikeys usage --client "Test App" --days 90',
        "apikeys usage --output csv > usage.csv",
    ),
)
@click.argument("key_id", type=KEY_ID, required=False, shell_complete=complete_key_id)
@click.option("--login", type=LOGIN, help="A Basic account, instead of a key id.")
@click.option("--client", help="All keys and accounts of this client.")
@click.option(
    "--days",
    type=click.IntRange(min=1, max=3_653),
    default=_DAYS,
    show_default=True,
    help="How far to look back.",
)
@common_options
@click.pass_obj
def usage(
    invocation: Invocation,
    /,
    key_id: str | None,
    login: str | None,
    client: str | None,
    days: int,
) -> None:
    """Show how often keys were used, by outcome and reason, and when last.

    Without a key, --login or --client it covers all of them. It queries the
    authorizer's log, which has decisions; API Gateway's cache answers further requests.
    CloudWatch charges per GB that a query reads, $0.005 in us-east-1.
    """
    asked = {"keyId": key_id, "login": login, "client": client}
    if sum(value is not None for value in asked.values()) > 1:
        raise click.UsageError("give one of a key id, --login and --client")
    started = invocation.function.invoke("usage", days=days, **asked)
    answer = _awaited(invocation.function, started["queryId"])
    rows = sorted(answer["usage"], key=_order)
    unused = _unused(started.get("principals", ()), rows)
    emit(
        invocation.output,
        {"from": started["from"], "to": started["to"], **answer, "unused": unused},
        rows,
        _COLUMNS,
        lambda: print_data(fitted(_layouts(rows))) if rows else None,
    )
    for principal in unused:
        say(f"No decision about {name_of(principal)} since {started['from']}.")
    if not rows and not unused:
        say(f"No decision since {started['from']}.")
    say(
        f"Decisions, not requests: API Gateway's cache answers in between. The query "
        f"read {answer['bytesRead'] / _BYTES_A_GB:.3f} GB of the log."
    )


def _awaited(function: AdminFunction, query_id: str) -> dict[str, Any]:
    seconds = _FIRST_SECONDS
    with messages().status("Reading the log …"):
        while True:
            answer = function.invoke("usage", queryId=query_id)
            if "usage" in answer:
                return {f: answer[f] for f in ("usage", "bytesRead")}
            sleep(seconds)
            seconds = min(2 * seconds, _LONGEST_SECONDS)


def _order(row: Mapping[str, Any]) -> tuple[bool, str, str, str]:
    """Return a sort key: by name, outcome and reason; strangers last."""
    is_stranger = not (row.get("keyId") or row.get("login"))
    return is_stranger, name_of(row), row["outcome"], row["reason"]


def _unused(
    principals: Sequence[Mapping[str, str]], rows: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, str]]:
    used = {named(row) for row in rows}
    return [p for p in principals if named(p) not in used]


def _layouts(rows: Sequence[Mapping[str, Any]]) -> Iterator[list[Column]]:
    """Yield the columns of each layout, the widest first."""
    has_accounts = any("login" in row for row in rows)
    heading = "keyId or login" if has_accounts else "keyId"
    names = [row.get("keyId") or row.get("login") or "unknown" for row in rows]
    known = [Text(visible(name)) for name in names]
    outcome, reason, first, last = (
        [Text(visible(row[field])) for row in rows]
        for field in ("outcome", "reason", "first", "last")
    )
    width = len("decisions")
    decisions = fixed(
        "decisions", [Text(f"{row['decisions']:>{width}}") for row in rows]
    )
    judged = [fixed("outcome", outcome), fixed("reason", reason), decisions]
    yield [
        flexible(heading, known),
        *judged,
        fixed("first", first),
        fixed("last", last),
    ]
    times = words("first, last", stacked(first, last))
    yield [flexible(heading, known), *judged, times]
    cells = stacked(known, outcome, reason)
    yield [flexible(f"{heading}, outcome", cells), decisions, times]
