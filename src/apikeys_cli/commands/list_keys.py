"""``apikeys list``: every record that fits, however many pages that takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import click

from apikeys.defaults import DAY
from apikeys_cli.completion import complete_role
from apikeys_cli.dates import moment
from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.types import DURATION
from apikeys_cli.records import Listing
from apikeys_cli.role_names import split, unknown
from apikeys_cli.terminal.console import messages, print_data, say
from apikeys_cli.terminal.formats import (
    RECORD_FIELDS,
    print_csv,
    print_json,
    print_lines,
)
from apikeys_cli.terminal.listing_table import listing_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apikeys_cli.admin_function import AdminFunction, Invocation


class _ListOptions(TypedDict):
    client: str | None
    issuer: str | None
    role: str | None
    state: str | None
    expiring_within: int | None
    unused_for: int | None
    limit: int | None


@click.command(
    "list",
    epilog=examples(
        "apikeys list",
        "apikeys list --expiring-within 14d",
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
    help="Only those in this state; revoked ones are listed by this alone.",
)
@click.option(
    "--expiring-within", type=DURATION, help="Only those that end within 14d, 2w, 12h."
)
@click.option(
    "--unused-for",
    type=DURATION,
    help="Only those not used for 90d, 12w (with LastUsed on).",
)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many in all.")
@common_options
@click.pass_obj
def list_keys(invocation: Invocation, /, **options: Unpack[_ListOptions]) -> None:
    """List the keys: all that fit, or the first --limit of them."""
    listing = Listing(
        invocation.function,
        options["limit"],
        client=options["client"],
        issuer=options["issuer"],
        role=options["role"],
        state=options["state"],
        **_ending(options["expiring_within"], time.time()),
        unusedForDays=_days(options["unused_for"]),
    )
    if invocation.output == "ndjson":
        print_lines(listing.records())
    elif invocation.output == "csv":
        print_csv(listing.records(), RECORD_FIELDS)
    else:
        with messages().status("Reading the records …"):
            records = list(listing.records())
        if invocation.output == "json":
            apart = {"corrupt": listing.corrupt, "unconfirmed": listing.unconfirmed}
            print_json({"records": records, **apart})
        elif records:
            if options["expiring_within"] is not None:
                records.sort(key=lambda record: str(record["expirationDate"]))
            print_data(listing_table(records, time.time()))
    if not listing.count and invocation.output == "table":
        say(_nothing(invocation.function, options))
    _conclude(listing)
    if options["state"] == "revoked" and listing.count:
        say("apikeys restore brings one back, while it can be restored.")


def _ending(seconds: int | None, now: float) -> dict[str, Any]:
    """Return how records are chosen that end so soon.

    The function counts whole days; the rest of the last one is left to be looked at.
    """
    if seconds is None:
        return {}
    days = _days(seconds)

    def fits(record: Mapping[str, Any]) -> bool:
        return moment(record["expirationDate"]) <= now + seconds

    return {"expiringWithinDays": days, "fits": fits if seconds % DAY else None}


def _days(seconds: int | None) -> int | None:
    """Return a duration in whole days, of which the last may be a part."""
    return None if seconds is None else -(-seconds // DAY)


def _nothing(function: AdminFunction, options: _ListOptions) -> str:
    """Return why no record is shown."""
    filters = {name for name, value in options.items() if value and name != "limit"}
    if filters and any(Listing(function, 1).records()):
        role = options["role"]
        found = unknown(function, split([role])) if role else ""
        return found or "None matches your filter; apikeys list shows all."
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
