"""How a list is shown: its order, and the fields of each record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from apikeys_cli.options.types import Checked
from apikeys_cli.terminal.formats import RECORD_FIELDS

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIELDS: Final = {
    "created": "issueDate",
    "expires": "expirationDate",
    "client": "client",
    "name": "name",
    "state": "state",
}
_SHOWN: Final = (*RECORD_FIELDS, "session", "usageKeyId", "replaces", "replacedBy")


def _sort(text: str) -> str | None:
    return text if text.removeprefix("-") in _FIELDS else None


def _columns(text: str) -> tuple[str, ...] | None:
    names = tuple(name.strip() for name in text.split(","))
    return names if all(name in _SHOWN for name in names) else None


SORT: Final = Checked(
    "order", _sort, f"not one of: {', '.join(_FIELDS)}; a leading - reverses it"
)
COLUMNS: Final = Checked(
    "fields", _columns, f"not some of: {', '.join(_SHOWN)}; separated by commas"
)


def in_order(records: Sequence[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    """Return records in an order; those without the field, or an end, come last."""
    field = _FIELDS[sort.removeprefix("-")]

    def key(record: dict[str, Any]) -> str:
        return str(record[field]).casefold()

    known = [record for record in records if record.get(field) is not None]
    others = [record for record in records if record.get(field) is None]
    return [*sorted(known, key=key, reverse=sort.startswith("-")), *others]
