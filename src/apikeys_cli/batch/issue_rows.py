"""The rows of ``issue --from``: a client each, all good before the first call."""

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
    from collections.abc import Container, Iterable, Iterator, Mapping
    from pathlib import Path

_NAMES = {name.lower(): name for name in NAMES}


@dataclass(frozen=True)
class Row:
    """One client's key to be issued.

    Attributes:
        line: where it stands in the file.
        fields: the request's, but for an end that counts from the moment of issue.
        expires: that end.
        identity: the same for the same row, wherever in the file it has moved.
    """

    line: int
    fields: dict[str, Any]
    expires: str | None
    identity: str

    @property
    def client(self) -> str:
        """Whom the key is for."""
        return str(self.fields["client"])

    @property
    def name(self) -> str | None:
        """What the key is for, in a few words."""
        return self.fields.get("name")

    def request(self, begun_at: float) -> dict[str, Any]:
        """Return the request's fields, the same at every try that began then."""
        end = dates.end_fields(self.expires, begun_at) if self.expires else None
        return self.fields | (end or {})


class IssueRows:
    """The rows of a file, one at a time, as often as they are asked for."""

    def __init__(self, path: Path, defaults: Mapping[str, Any]) -> None:
        """Read a file, whose rows are judged as they are asked for.

        Args:
            path: CSV with a header, a JSON array, or JSON objects.
            defaults: the fields of rows that are silent.

        Raises:
            UsageError: it can't be read.
        """
        self._raw_rows = RawRows(path)
        self._defaults = defaults

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows without what is wrong in them; ``faults`` tells of that."""
        return (row for row, _ in self._judged())

    def faults(self) -> Iterator[tuple[int, str]]:
        """Yield what is wrong in the rows themselves, and on which line.

        Raises:
            UsageError: the file is none of the three forms, or has no rows.
        """
        for row, wrong in self._judged():
            for fault in wrong:
                yield row.line, fault

    def _judged(self) -> Iterator[tuple[Row, list[str]]]:
        seen: Counter[bytes] = Counter()
        for line, raw, is_text in self._raw_rows:
            columns = named(raw, _NAMES, is_text=is_text)
            fields, wrong = checked_fields(completed(columns.values, self._defaults))
            expires = fields.pop("expires", None)
            text = json.dumps([fields, expires], sort_keys=True).encode()
            # Two equal rows are two clients' keys: the second is another row.
            same = sha256(text).digest()
            seen[same] += 1
            identity = sha256(b"%d %b" % (seen[same], text)).hexdigest()[:32]
            row = Row(line, fields, expires, identity)
            yield row, [*columns.refused(_NAMES), *wrong]


def faults_of(
    rows: Iterable[Row], known_roles: Container[str], now: float
) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with rows that are to be issued now, and on which line.

    Args:
        rows: good in themselves.
        known_roles: the names in the role map.
        now: no key may end before.
    """
    for row in rows:
        for fault in standing_faults(row.request(now), known_roles, now):
            yield row.line, fault
