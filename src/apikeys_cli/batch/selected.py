"""The records selected for a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.dates import counted
from apikeys_cli.errors import RefusedByFunctionError
from apikeys_cli.records import Listing
from apikeys_cli.terminal.console import messages, say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from apikeys_cli.admin_function import AdminFunction


class NobodyError(click.ClickException):
    """No record has the given client, which may be mistyped."""

    exit_code = RefusedByFunctionError.exit_code


def of_client(function: AdminFunction, client: str) -> list[dict[str, Any]]:
    """Return all records of a client.

    Raises:
        NobodyError: there are none.
    """
    found = listed(function, None, client=client)
    if not found:
        message = "no key or account has exactly this client; apikeys list --search"
        raise NobodyError(f"{message} finds it")
    return found


def listed(
    function: AdminFunction,
    fits: Callable[[Mapping[str, Any]], bool] | None,
    **filters: object,
) -> list[dict[str, Any]]:
    """Return the records that match, and say which can't be read."""
    listing = Listing(function, None, fits, **filters)
    with messages().status("Reading the records …"):
        found = list(listing.records())
    if listing.corrupt:
        say(f"Can't be read, whosever they are: {', '.join(listing.corrupt)}")
    return found


def count_of(records: Sequence[Mapping[str, Any]]) -> str:
    """Return how many keys and accounts there are, in words."""
    accounts = sum("login" in record for record in records)
    counts = [(len(records) - accounts, "key"), (accounts, "account")]
    return " and ".join(counted(count, noun) for count, noun in counts if count)
