"""What an account holds under a name, whichever store keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.harness.stored_secret import CURRENT

if TYPE_CHECKING:
    from tests.harness.dynamodb import DynamoDb
    from tests.harness.secrets_manager import SecretsManager


class Held(NamedTuple):
    """A value as it is stored.

    Attributes:
        text: the current value, which there is while a deletion waits, too.
        version: the current one.
        notes: what stands beside it.
        is_deleted: whether it waits for its deletion.
    """

    text: str | None
    version: str | None
    notes: dict[str, str]
    is_deleted: bool


def of_secrets(secrets: SecretsManager) -> dict[str, Held]:
    """Return the stored secrets."""
    return {
        name: Held(
            secret.text,
            secret.labels.get(CURRENT),
            secret.tags,
            secret.deleted_at is not None,
        )
        for name, secret in secrets.secrets.items()
    }


def of_items(table: DynamoDb) -> dict[str, Held]:
    """Return the records in a table."""
    return {
        name: Held(
            item["record"]["S"],
            item["version"]["S"],
            {note: value["S"] for note, value in item["notes"]["M"].items()},
            "revokedAt" in item,
        )
        for name, item in table.items.items()
    }
