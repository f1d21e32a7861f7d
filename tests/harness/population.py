"""Many records as they lie in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.stores import item
from apikeys import timestamp
from apikeys.defaults import DAY
from tests.builders import a_key, record_text

if TYPE_CHECKING:
    from tests.harness.expressions import Item

# How many are one client's, and end soon.
ENDING = 3


def items(count: int, now: float) -> list[Item]:
    """Return records, of which a few are one client's and end soon."""
    template = record_text(a_key(), client="CLIENT", expirationDate="END")
    made = []
    for number in range(count):
        key_id = f"{number:016}"
        is_soon = number < ENDING
        end = now + (7 if is_soon else 60) * DAY + number % 1_000
        text = (
            template.replace(a_key().key_id, key_id)
            .replace("CLIENT", "Rare" if is_soon else f"Client {number % 97}")
            .replace("END", timestamp.format_utc(end))
        )
        made.append(item.new(f"APIKEY_{key_id}", text, f"version {number}", {}))
    return made
