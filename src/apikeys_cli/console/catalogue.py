"""All records, for a search that answers while they are still being read."""

from __future__ import annotations

from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from apikeys_cli.records import Listing, named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apikeys_cli.admin_function import AdminFunction

_SEARCHED = ("keyId", "login", "client", "name", "description")
# The session settings for which a form offers the values in use.
_OFFERED = ("environment", "repository", "profile")


class Match(NamedTuple):
    """What a search has found so far."""

    records: list[dict[str, Any]]
    total: int
    is_reading: bool
    fault: str | None


class Catalogue:
    """The records, read once in the background when a search first needs them.

    Each read is paid for, so that nothing is read ahead of a search.
    """

    def __init__(self, function: AdminFunction) -> None:
        self._function = function
        self._lock = Lock()
        self._records: dict[str, dict[str, Any]] = {}
        self._reader: Thread | None = None
        self._fault: str | None = None

    def search(self, text: str, most: int) -> Match:
        """Return those of the records read so far that contain a text.

        Args:
            text: sought in ids, clients, names and descriptions, in any case.
            most: the most records returned; all are counted.
        """
        self._begin()
        with self._lock:
            # Asked before: a reader that ends from here on may read more than this.
            is_reading = self._reader is not None and self._reader.is_alive()
            records = list(self._records.values())
        sought = text.casefold()
        found = [record for record in records if _has(record, sought)]
        return Match(found[:most], len(found), is_reading, self._fault)

    def forget(self) -> None:
        """Drop what was read, so that the next search reads again."""
        with self._lock:
            self._records = {}
            self._reader = None

    def note(self, records: Iterable[dict[str, Any]]) -> None:
        """Take over records that a page or an answer has shown."""
        with self._lock:
            self._records |= {named(record): record for record in records}

    def offered(self) -> dict[str, list[str]]:
        """Return the values that a form offers, from the records known so far."""
        with self._lock:
            records = list(self._records.values())
        found = {"client": [record.get("client") for record in records]}
        for setting in _OFFERED:
            found[setting] = [(r.get("session") or {}).get(setting) for r in records]
        return {
            name: sorted({text for text in texts if text})
            for name, texts in found.items()
        }

    def _begin(self) -> None:
        with self._lock:
            if self._reader is not None:
                return
            self._fault = None
            self._reader = Thread(target=self._read, daemon=True)
            self._reader.start()

    def _read(self) -> None:
        try:
            for record in Listing(self._function).records():
                self.note([record])
        except click.ClickException as error:
            self._fault = error.format_message()


def _has(record: dict[str, Any], sought: str) -> bool:
    return any(sought in str(record.get(field, "")).casefold() for field in _SEARCHED)
