"""What storing a role map would change, and who would lose what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.records import Listing
from apikeys_cli.roles import findings as role_findings
from apikeys_cli.roles.files import difference, readable_difference
from apikeys_cli.roles.losses import losses
from apikeys_cli.terminal.console import messages, print_data, say
from apikeys_cli.terminal.formats import emit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apikeys_cli.admin_function import AdminFunction, Invocation

# A hundred calls take a minute or two.
_MOST_RECORDS = 10_000


def preview(
    invocation: Invocation,
    role_map: dict[str, Any],
    stored: dict[str, Any] | None,
    *,
    counts: bool,
) -> dict[str, Any]:
    """Return what storing a role map would change, and whether it would be stored.

    Warnings that the stored map has, too, were shown when it was stored.
    """
    check = invocation.function.invoke("roles.check", roleMap=role_map)
    old = None if stored is None else stored["roleMap"]
    found = {**check, "changes": difference(old, role_map), "losses": []}
    if old is None or not check["isValid"]:
        return found
    known = invocation.function.invoke("roles.check", roleMap=old)["findings"]
    found["findings"] = [f for f in check["findings"] if f not in known]
    if counts and any(found["changes"]):
        what = "Counting who loses what …"
        with messages().status(what) as status:
            found["losses"] = counted_losses(
                invocation.function,
                old,
                role_map,
                lambda count: status.update(f"{what} {count:,}"),
            )
    return found


def counted_losses(
    function: AdminFunction,
    old: dict[str, Any],
    new: dict[str, Any],
    counted: Callable[[int], None] = lambda _: None,
) -> list[str]:
    """Return who would lose what, counted over the first ten thousand records.

    Args:
        function: lists the records.
        old: the role map in force.
        new: the next one.
        counted: is told after each record how many there were.
    """
    listing = Listing(function, _MOST_RECORDS)

    def records() -> Iterator[dict[str, Any]]:
        for record in listing.records():
            yield record
            counted(listing.count)

    found = losses(old, new, records())
    if listing.is_cut:
        found.append(f"Only the first {listing.count:,} were counted.")
    return found


def show_changes(found: dict[str, Any], output: str) -> None:
    """Print what storing a role map would change."""
    changes = found["changes"]
    fields = ("change", "role", "field", "route", "api")
    emit(
        output,
        found,
        changes,
        fields,
        lambda: print_data(readable_difference(changes)),
    )


def say_findings(found: dict[str, Any]) -> None:
    """Say what is wrong with a role map, and who would lose what."""
    for line in role_findings.sentences(found["findings"]):
        say(line)
    for loss in found["losses"]:
        say(loss)


def stored_map(invocation: Invocation) -> dict[str, Any] | None:
    """Return the answer with the stored map, None if there is none to compare."""
    try:
        return invocation.function.invoke("roles.get")
    except (RefusedByFunctionError, UnreachableError) as error:
        if error.code not in ("role_map_not_found", "misconfigured"):
            raise
        say(f"Compared with nothing: {error.message}")
        return None
