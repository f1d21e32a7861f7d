"""The rows of ``import``: a key each, minted elsewhere, and what is known about it.

A row with an ``issueDate`` is an OntoPop record; any other has the fields of a request,
or the columns of API Gateway's own key file. No fault shows a value.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from apikeys import foreign, role_name, timestamp
from apikeys.defaults import DAY
from apikeys_cli import dates
from apikeys_cli.batch.columns import ENDS, NAMES, checked_fields, completed, named
from apikeys_cli.batch.files import RawRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from apikeys_cli.batch.columns import Columns

_NAMES = {name.lower(): name for name in (*NAMES, "key", "issueDate", "usagePlanIds")}
# What get-api-keys calls a key's text.
_NAMES["value"] = "key"
# API Gateway's fields of a key: in its key file, and from get-api-keys.
_GATEWAY = {"key", "name", "description", "enabled", "usagePlanIds"}
_ANSWERED = "createdDate"


@dataclass(frozen=True, kw_only=True)
class ImportRow:
    """One key to be imported.

    Attributes:
        line: a line, or what identifies its stored secret.
        client: who the key is for, if that may be shown.
        name: what it is for, if that may be shown.
        request: the fields of the function's request, the key among them.
        faults: a sentence for each thing that keeps it from being imported.
        has_plans: whether a key file of API Gateway's gives it usage plans.
        passed_over: the names of fields that are not read.
        arn: of OntoPop's own stored secret, if it was read from one.
    """

    line: int | str
    client: str | None = None
    name: str | None = None
    request: dict[str, Any] = field(default_factory=dict, repr=False)
    faults: tuple[str, ...] = ()
    has_plans: bool = False
    passed_over: tuple[str, ...] = ()
    arn: str | None = field(default=None, repr=False)

    @property
    def key(self) -> object:
        """The key's text."""
        return self.request.get("record", self.request).get("key")

    @property
    def standing(self) -> dict[str, Any]:
        """What is checked against the role map and the clock."""
        record = self.request.get("record", {})
        return {"roles": role_name.normalise_all(record.get("roles")), **self.request}

    def faulty(self, faults: Iterable[str]) -> ImportRow:
        """Return the row with further faults."""
        return replace(self, faults=(*self.faults, *faults))


class ImportRows:
    """The rows of a file, parsed one by one each time they are iterated over.

    A duplicate key is a fault.
    """

    def __init__(self, source: str, defaults: Mapping[str, Any]) -> None:
        """Read a file.

        Args:
            source: a path, or ``-`` for standard input; column names in any case.
            defaults: for fields that a row leaves out.

        Raises:
            UsageError: it can't be read.
        """
        self._raw_rows = RawRows(source)
        self._defaults = defaults

    def __iter__(self) -> Iterator[ImportRow]:
        """Yield the rows.

        Raises:
            UsageError: the file is in none of the three formats, or has no rows.
        """
        first: dict[str, int] = {}
        for line, values, is_text in self._raw_rows:
            row = import_row(line, values, self._defaults, is_text=is_text)
            if isinstance(row.key, str) and first.setdefault(row.key, line) != line:
                row = row.faulty([f"key: is the same as on line {first[row.key]}"])
            yield row


def import_row(
    line: int | str,
    values: Mapping[str, Any],
    defaults: Mapping[str, Any],
    *,
    is_text: bool = False,
) -> ImportRow:
    """Return a row, with what is wrong with it in itself."""
    columns = named(values, _NAMES, is_text=is_text)
    passed_over, faults = _judged(columns)
    given = columns.values
    text = given.pop("key", None)
    plans = given.pop("usagePlanIds", None)
    record = _record(given, is_text=is_text) if "issueDate" in given else None
    fields = completed(given, _silent(defaults, record or {}))
    if record is None and fields.get("name"):
        fields.setdefault("client", fields["name"])
    fields, wrong = checked_fields(fields)
    faults += [*_key_faults(text, is_answer=_ANSWERED in passed_over), *wrong]
    if expires := fields.pop("expires", None):
        # Another time at every run: the second would differ from the first.
        if (dates.seconds(expires) or 0) % DAY:
            faults.append("expires: give whole days, a date or never")
        fields |= dates.end_fields(expires, time.time()) or {}
    if record is not None:
        faults += _date_faults(record, fields)
    known = {**(record or {}), **fields}
    telling = foreign.field_with_key(known, text) if isinstance(text, str) else None
    if telling and not faults:
        faults.append(f"{telling}: contains the key")
    own = {"key": text} if record is None else {"record": {"key": text, **record}}
    return ImportRow(
        line=line,
        client=_shown(fields.get("client"), text),
        name=_shown(fields.get("name"), text),
        request=own | fields,
        faults=tuple(faults),
        has_plans=bool(plans),
        passed_over=passed_over,
    )


def _judged(columns: Columns) -> tuple[tuple[str, ...], list[str]]:
    """Return the names that are ignored, and what is wrong with names.

    OntoPop and API Gateway ignore what they do not know. In a table, which people type,
    a name similar to one of theirs is a mistake.
    """
    found, unknown = columns.values, columns.unknown
    if "issueDate" in found:
        return tuple(unknown), []
    is_gateways = found.keys() <= _GATEWAY and ("key" in found or _ANSWERED in unknown)
    if is_gateways and not any(unknown.values()):
        return tuple(unknown), columns.faults
    return (), columns.refused(_NAMES)


def _record(given: dict[str, Any], *, is_text: bool) -> dict[str, Any]:
    """Take out of a row what only an OntoPop record has in this form.

    In JSON that includes what it grants: only true enables, and a text is not a role.
    """
    taken = ["issueDate"]
    if given.get("expirationDate", "") != "":
        taken.append("expirationDate")
    if not is_text:
        taken += [name for name in ("enabled", "roles") if given.get(name) is not None]
    return {name: given.pop(name) for name in taken}


def _silent(defaults: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    said = {*record, *(ENDS if "expirationDate" in record else ())}
    return {name: value for name, value in defaults.items() if name not in said}


def _key_faults(text: object, *, is_answer: bool) -> Iterator[str]:
    if not text:
        advice = "; get-api-keys shows it with --include-values" if is_answer else ""
        yield f"key: is missing{advice}"
        return
    try:
        foreign.check_importable(text)
    except ValueError as error:
        yield f"key: {error}"


def _date_faults(record: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[str]:
    for name in ("issueDate", "expirationDate"):
        try:
            if record.get(name) is not None or name == "issueDate":
                timestamp.parse(str(record[name]))
        except ValueError as error:
            yield f"{name}: {error}"
    if "expirationDate" not in record and not any(end in fields for end in ENDS):
        yield "expirationDate: is missing, and OntoPop refuses such a record"


def _shown(text: object, key: object) -> str | None:
    """Return a text that may be shown with a key, or None.

    If the key is invalid, another column might be the key.
    """
    if not isinstance(text, str) or not isinstance(key, str) or not key:
        return None
    is_doubtful = not foreign.is_foreign_key(key) and foreign.is_foreign_key(text)
    return None if is_doubtful or key.lower() in text.lower() else text
