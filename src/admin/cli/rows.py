"""The rows of ``issue --from``: a client each, all good before the first call."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import click

from admin.cli import moments
from admin.cli.row_fields import ENDS, checked_fields
from apikeys import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_TOLD = 20


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

    def request(self, begun_at: float) -> dict[str, Any]:
        """Return the request's fields, the same at every try that began then."""
        end = moments.end_fields(self.expires, begun_at) if self.expires else None
        return self.fields | (end or {})


def read_rows(path: Path, defaults: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a file, all of them good.

    Args:
        path: CSV with a header, a JSON array, or JSON lines.
        defaults: the fields of rows that are silent.

    Raises:
        UsageError: with a sentence for each thing that is wrong.
    """
    faults: list[str] = []
    seen: Counter[str] = Counter()
    rows = []
    for line, raw in _raw_rows(path):
        fields, wrong = checked_fields(_completed(raw, defaults))
        faults += [f"line {line}: {fault}" for fault in wrong]
        expires = fields.pop("expires", None)
        text = json.dumps([fields, expires], sort_keys=True)
        # Two equal rows are two clients' keys: the second is another row.
        seen[text] += 1
        identity = sha256(f"{seen[text]} {text}".encode()).hexdigest()[:32]
        rows.append(Row(line, fields, expires, identity))
    refuse(path, faults)
    if not rows:
        raise click.UsageError(f"{path} has no rows")
    return rows


def refuse(path: Path, faults: list[str]) -> None:
    """End with what is wrong in a file, if anything is.

    Raises:
        UsageError: there are faults.
    """
    if faults:
        more = len(faults) - _TOLD
        shown = [*faults[:_TOLD], f"and {more} more"] if more > 0 else faults
        told = "\n".join(f"  {fault}" for fault in shown)
        raise click.UsageError(f"{path} has faults; no key was issued:\n{told}")


def faults_of(
    rows: Iterable[Row], known_roles: Iterable[str], now: float
) -> Iterator[str]:
    """Yield what is wrong with rows that are to be issued now.

    Args:
        rows: good in themselves.
        known_roles: the names in the role map.
        now: no key may end before.
    """
    known = set(known_roles)
    for row in rows:
        unknown = [role for role in row.fields.get("roles", []) if role not in known]
        if unknown:
            yield f"line {row.line}: roles: not in the role map: {', '.join(unknown)}"
        date = row.request(now).get("expirationDate")
        if date is not None and timestamp.parse(date) <= now:
            yield f"line {row.line}: its end, {date}, is in the past (UTC)"


def _completed(raw: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in raw.items() if value not in (None, "")}
    has_end = any(end in given for end in ENDS)
    silent = {
        name: value
        for name, value in defaults.items()
        if value is not None and not (has_end and name in ENDS)
    }
    return silent | given


def _raw_rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        begin = text.lstrip()[:1]
        return list(_json(text) if begin in ("[", "{") else _csv(text))
    except (OSError, ValueError, csv.Error) as error:
        raise click.UsageError(f"{path} can't be read: {error}") from error


def _json(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    if text.lstrip().startswith("["):
        found = list(enumerate(json.loads(text), start=1))
    else:
        lines = enumerate(text.splitlines(), start=1)
        found = [(n, json.loads(line)) for n, line in lines if line.strip()]
    for line, row in found:
        if not isinstance(row, dict):
            raise ValueError(f"row {line} is not an object")
        yield line, row


def _csv(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    lines = text.splitlines(keepends=True)
    # So spreadsheets write it where the comma is the decimal sign.
    header = lines[0] if lines else ""
    delimiter = ";" if ";" in header and "," not in header else ","
    reader = csv.DictReader(lines, delimiter=delimiter, strict=True)
    for row in reader:
        if None in row:
            raise ValueError(f"line {reader.line_num} has more cells than the header")
        cells = {name.strip(): (cell or "").strip() for name, cell in row.items()}
        if any(cells.values()):
            yield reader.line_num, cells
