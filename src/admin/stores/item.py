"""How a record is stored in a table: one item, with some fields copied for indexes.

The copies are written with the record in one put, so that they never differ from it. A
revoked record has none: an index holds only those that can be read.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from apikeys import document, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    # Any: an attribute's value is of one of ten kinds.
    type Value = dict[str, Any]
    type Item = dict[str, Value]

COPIES: Final = ("client", "expires", "live")
LIVE: Final = "1"

# The most that DynamoDB accepts for an index key.
_LONGEST_CLIENT = 2_048


def text(value: str) -> Value:
    """Return a text as an attribute's value."""
    return {"S": value}


def number(value: int) -> Value:
    """Return a number as an attribute's value."""
    return {"N": str(value)}


def texts(values: Mapping[str, str]) -> Value:
    """Return named texts as an attribute's value."""
    return {"M": {name: text(value) for name, value in values.items()}}


def key(name: str) -> Item:
    """Return the key of the item with this name."""
    return {"pk": text(name)}


def new(name: str, record: str, version: str, notes: Mapping[str, str]) -> Item:
    """Return a whole item."""
    return {
        **key(name),
        "record": text(record),
        "version": text(version),
        "notes": texts(notes),
        **copies(record),
    }


def copies(record: str) -> Item:
    """Return the attributes by which the indexes find a record.

    An unreadable record is only in the list of all: its client is not known.
    """
    found: Item = {"live": text(LIVE)}
    try:
        fields = document.loads(record)
    except ValueError:
        return found
    client = fields.get("client")
    # Nobody can ask for a client that is not Unicode text.
    with suppress(UnicodeEncodeError):
        if isinstance(client, str) and 0 < len(client.encode()) <= _LONGEST_CLIENT:
            found["client"] = text(client)
    with suppress(ValueError):
        found["expires"] = number(timestamp.parse(str(fields.get("expirationDate"))))
    return found


def name_of(item: Item) -> str:
    """Return the name of an item."""
    return str(item["pk"]["S"])


def text_of(item: Item, attribute: str) -> str:
    """Return a text in an item, empty if it has none."""
    return str(item.get(attribute, {}).get("S", ""))


def notes_of(item: Item) -> dict[str, str]:
    """Return the notes in an item."""
    found = item.get("notes", {}).get("M", {})
    return {name: value["S"] for name, value in found.items()}


def change(
    name: str,
    values: Item,
    removed: Iterable[str],
    condition: str,
    given: Item,
) -> dict[str, Any]:
    """Return the request that changes an item if it is as expected.

    Args:
        name: the item's.
        values: the attributes to set.
        removed: the attributes to remove, unless they are set.
        condition: on the item as it is.
        given: the values that the condition names.
    """
    gone = [attribute for attribute in removed if attribute not in values]
    sets = ", ".join(f"#{attribute} = :{attribute}" for attribute in values)
    removes = ", ".join(f"#{attribute}" for attribute in gone)
    return {
        "Key": key(name),
        "UpdateExpression": f"SET {sets}" + (f" REMOVE {removes}" if gone else ""),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {f"#{a}": a for a in (*values, *gone)},
        "ExpressionAttributeValues": given | {f":{a}": v for a, v in values.items()},
    }
