"""When keys were last used, as far as that is noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import RefusedError, invalid
from apikeys import timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from admin.principal import Principal
    from admin.stores.last_uses import LastUses
    from apikeys.document import Document
    from apikeys.record import Record


def uses_of(
    last_uses: LastUses | None, principals: Sequence[Principal], *, is_needed: bool
) -> Mapping[Principal, int] | None:
    """Return the last uses of some keys and accounts, None if they are not known.

    Args:
        last_uses: the table, if this deployment has one.
        principals: whose.
        is_needed: whether an answer without them would be wrong; otherwise it omits the
            field, as records must be shown whatever the table does.

    Raises:
        RefusedError: 503, they are needed and the table does not answer.
    """
    if last_uses is None:
        return None
    try:
        return last_uses.of(principals)
    except RefusedError:
        if is_needed:
            raise
        return None


def shown(uses: Mapping[Principal, int] | None, principal: Principal) -> Document:
    """Return ``lastUsed`` as a view has it: null if no use is noted."""
    if uses is None:
        return {}
    at = uses.get(principal)
    return {"lastUsed": None if at is None else timestamp.rfc3339(at)}


def noted_since(last_uses: LastUses | None) -> int:
    """Return since when uses are noted.

    Raises:
        RefusedError: 400, this deployment notes none; 503, its table does not answer.
    """
    if last_uses is None:
        raise invalid("unusedForDays", "needs LastUsed on, which notes last uses")
    return last_uses.since()


def is_unused(record: Record, used_at: int, since: int, before: float) -> bool:
    """Return whether a record is known not to have been used since some time.

    Before uses were noted, and before it was issued, nothing is known of it: both count
    as a use.

    Args:
        record: the record.
        used_at: its last use, 0 if none is noted.
        since: when noting uses began.
        before: the time.
    """
    try:
        issued_at = timestamp.parse(str(record.document.get("issueDate")))
    except ValueError:
        issued_at = 0
    return max(used_at, since, issued_at) <= before
