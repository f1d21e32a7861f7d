"""``apikeys list``: every matching record, however many pages that takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import click

from apikeys.defaults import DAY
from apikeys_cli.completion import complete_role
from apikeys_cli.dates import moment
from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Command
from apikeys_cli.options.listing import COLUMNS, SORT, in_order
from apikeys_cli.options.types import DURATION
from apikeys_cli.records import Listing
from apikeys_cli.roles.names import split, unknown
from apikeys_cli.terminal.console import messages, print_data, say
from apikeys_cli.terminal.formats import (
    RECORD_FIELDS,
    print_csv,
    print_json,
    print_lines,
)
from apikeys_cli.terminal.listing_table import chosen_table, listing_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apikeys_cli.admin_function import AdminFunction, Invocation


_OF_FORM = {"limit", "sort", "columns"}


class _ListOptions(TypedDict):
    client: str | None
    issuer: str | None
    role: str | None
    state: str | None
    expiring_within: int | None
    search: str | None
    sort: str | None
    columns: tuple[str, ...] | None
    unused_for: int | None
    limit: int | None


@click.command(
    "list",
    cls=Command,
    epilog=examples(
        "apikeys list",
        "apikeys list --expiring-within 14d",
        "apikeys list --search batch --sort -created --columns keyId,client,issueDate",
        "apikeys list --unused-for 90d",
        'apikeys list --client "Test App" --state active --output csv > keys.csv',
        "apikeys list --output ndjson | jq -r 'select(.roles == []).keyId'",
    ),
)
@click.option("--client", help="Only this client's.")
@click.option("--issuer", help="Only those that this issuer issued.")
@click.option("--role", help="Only those with this role.", shell_complete=complete_role)
@click.option(
    "--state",
    type=click.Choice(["active", "disabled", "expired", "revoked"]),
    help="Only those in this state; revoked ones are listed only with this.",
)
@click.option(
    "--expiring-within", type=DURATION, help="Only those that end within 14d, 2w, 12h."
)
@click.option(
    "--search", help="Only those with this text in client, name or description."
)
@click.option(
    "--sort",
    type=SORT,
    help="By created, expires, client, name or state; -created: the newest first.",
)
@click.option(
    "--columns", type=COLUMNS, help="Show these fields: keyId,client,issueDate."
)
@click.option(
    "--unused-for",
    type=DURATION,
    help="Only those not used for 90d, 12w (with LastUsed on).",
)
@click.option("--limit", type=click.IntRange(min=1), help="At most this many in all.")
@common_options
@click.pass_obj
def list_keys(invocation: Invocation, /, **options: Unpack[_ListOptions]) -> None:
    """List the keys: all that match, or the first --limit of them."""
    ending, sort = options["expiring_within"], options["sort"]
    columns = options["columns"]
    listing = Listing(
        invocation.function,
        # The first ones are known only once all are.
        None if sort else options["limit"],
        client=options["client"],
        issuer=options["issuer"],
        role=options["role"],
        state=options["state"],
        search=options["search"],
        **_ending(ending, time.time()),
        unusedForDays=_days(options["unused_for"]),
    )
    records: Iterable[dict[str, Any]] = listing.records()
    is_table = invocation.output == "table"
    if sort or is_table or invocation.output == "json":
        with messages().status("Reading the records …"):
            records = list(records)
    if order := sort or ("expires" if ending and is_table else None):
        records = in_order(list(records), order)[: options["limit"]]
    _show(invocation.output, records, columns, listing)
    if not listing.count and invocation.output == "table":
        say(_nothing(invocation.function, options))
    _conclude(listing)
    if options["state"] == "revoked" and listing.count:
        say("apikeys restore brings one back, while it can be restored.")


def _show(
    output: str,
    records: Iterable[dict[str, Any]],
    columns: tuple[str, ...] | None,
    listing: Listing,
) -> None:
    """Print records, whole or some fields."""
    shown = records
    if columns is not None:
        shown = ({name: record.get(name) for name in columns} for record in records)
    if output == "ndjson":
        print_lines(shown)
    elif output == "csv":
        print_csv(shown, columns or RECORD_FIELDS)
    elif output == "json":
        found = list(shown)
        apart = {"corrupt": listing.corrupt, "unconfirmed": listing.unconfirmed}
        print_json({"records": found, **apart})
    elif rows := list(records):
        print_data(
            listing_table(rows, time.time())
            if columns is None
            else chosen_table(rows, columns)
        )


def _ending(seconds: int | None, now: float) -> dict[str, Any]:
    """Return how records that end soon are chosen.

    The function counts whole days; the rest of the last one is checked here.
    """
    if seconds is None:
        return {}
    days = _days(seconds)

    def fits(record: Mapping[str, Any]) -> bool:
        return moment(record["expirationDate"]) <= now + seconds

    return {"expiringWithinDays": days, "fits": fits if seconds % DAY else None}


def _days(seconds: int | None) -> int | None:
    """Return a duration in whole days, rounded up."""
    return None if seconds is None else -(-seconds // DAY)


def _nothing(function: AdminFunction, options: _ListOptions) -> str:
    """Return why no record is shown."""
    filters = {name for name, value in options.items() if value} - _OF_FORM
    if filters and any(Listing(function, 1).records()):
        role = options["role"]
        found = unknown(function, split([role])) if role else ""
        return found or "No key matches your filter; apikeys list shows all."
    return "No keys yet; apikeys issue makes one."


def _conclude(listing: Listing) -> None:
    if listing.noted_since is not None:
        say(
            f"Uses are noted since {listing.noted_since}; what was used before then is "
            "not known, and not listed until it is unused for that long since."
        )
    if listing.is_cut:
        say(f"The first {listing.count}; there may be more (--limit).")
    if listing.corrupt:
        say(
            f"Can't be read, and refused by the authorizer: "
            f"{', '.join(listing.corrupt)} (apikeys doctor says what to do)"
        )
