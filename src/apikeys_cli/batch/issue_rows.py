"""The rows of ``issue --from``: a client each, all valid before the first call."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from apikeys_cli import dates
from apikeys_cli.batch.columns import (
    NAMES,
    checked_fields,
    completed,
    named,
    standing_faults,
)
from apikeys_cli.batch.files import RawRows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

_NAMES = {name.lower(): name for name in NAMES}


@dataclass(frozen=True)
class Row:
    """One client's key to be issued.

    Attributes:
        line: its line in the file.
        fields: the request's, except an end that counts from the time of issue.
        expires: that end.
        identity: the same for the same row, wherever it is moved in the file.
    """

    line: int
    fields: dict[str, Any]
    expires: str | None
    identity: str

    @property
    def client(self) -> str:
        """Who the key is for."""
        return str(self.fields["client"])

    @property
    def name(self) -> str | None:
        """What the key is for, in a few words."""
        return self.fields.get("name")

    def request(self, begun_at: float) -> dict[str, Any]:
        """Return the request's fields, the same at every attempt that began then."""
        end = dates.end_fields(self.expires, begun_at) if self.expires else None
        return self.fields | (end or {})


class IssueRows:
    """The rows of a file, parsed one by one each time they are iterated over."""

    def __init__(self, path: Path, defaults: Mapping[str, Any]) -> None:
        """Read a file.

        Args:
            path: CSV with a header, a JSON array, or JSON objects.
            defaults: for fields that a row leaves out.

        Raises:
            UsageError: it can't be read.
        """
        self._raw_rows = RawRows(path)
        self._defaults = defaults

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows, without their faults."""
        return (row for row, _ in self._checked())

    def faults(self) -> Iterator[tuple[int, str]]:
        """Yield what is wrong with the rows themselves, each with its line.

        Raises:
            UsageError: the file is in none of the three formats, or has no rows.
        """
        for row, wrong in self._checked():
            for fault in wrong:
                yield row.line, fault

    def _checked(self) -> Iterator[tuple[Row, list[str]]]:
        seen: Counter[bytes] = Counter()
        for line, raw, is_text in self._raw_rows:
            columns = named(raw, _NAMES, is_text=is_text)
            fields, wrong = checked_fields(completed(columns.values, self._defaults))
            expires = fields.pop("expires", None)
            text = json.dumps([fields, expires], sort_keys=True).encode()
            # Two equal rows mean two keys: the second is another row.
            same = sha256(text).digest()
            seen[same] += 1
            identity = sha256(b"%d %b" % (seen[same], text)).hexdigest()[:32]
            row = Row(line, fields, expires, identity)
            yield row, [*columns.refused(_NAMES), *wrong]


def faults_of(
    rows: Iterable[Row], known_roles: Collection[str], now: float
) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with rows to be issued now, and on which line.

    Args:
        rows: valid in themselves.
        known_roles: the names in the role map.
        now: no key may end before it.
    """
    for row in rows:
        for fault in standing_faults(row.request(now), known_roles, now):
            yield row.line, fault
