"""The query of the decision log about the use of keys, and what its rows say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from admin.errors import invalid
from apikeys.key import is_key_id
from apikeys.login import is_login

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from admin.principal import Principal
    from apikeys.document import Document

# Logs Insights accepts 10,000 characters.
MAX_QUERY: Final = 10_000
_FIELDS: Final = {"keyId": "key_id", "login": "login"}
_STATS: Final = (
    "stats count(*) as decisions, min(@timestamp) as first, max(@timestamp) as last "
    "by key_id, login, outcome, reason | limit 10000"
)


def query(principals: Sequence[Principal] | None) -> str:
    """Return the query about some keys and accounts, or about all if None.

    Only ids and logins enter it, and their grammars have no quotes.

    Raises:
        RefusedError: 400, there is none, or there are more than fit into one query.
    """
    parts = ['filter service = "apikeys-authorizer" and ispresent(outcome)']
    if principals is not None:
        named = [
            f"{column} in [{names}]"
            for field, column in _FIELDS.items()
            if (names := _names(principals, field))
        ]
        # Without a condition the query would be about everybody.
        if not named:
            raise invalid("client", "has no key and no account")
        parts.append(f"filter {' or '.join(named)}")
    text = " | ".join([*parts, _STATS])
    if len(text) > MAX_QUERY:
        message = f"has {len(principals or ())} keys, more than fit into one query"
        raise invalid("client", message)
    return text


def usage(rows: Sequence[Mapping[str, str]]) -> list[Document]:
    """Return the rows of an answer, by key, outcome and reason.

    A row that is not from such a query has nothing to show and is skipped.
    """
    return [
        _principal(row)
        | {
            "outcome": row["outcome"],
            "reason": row["reason"],
            "decisions": int(float(row["decisions"])),
            "first": _time(row["first"]),
            "last": _time(row["last"]),
        }
        for row in rows
        if row.keys() >= {"outcome", "reason", "decisions", "first", "last"}
    ]


def _names(principals: Sequence[Principal], field: str) -> str:
    fits = is_key_id if field == "keyId" else is_login
    texts = [p.text for p in principals if p.field == field and fits(p.text)]
    return ",".join(f'"{text}"' for text in texts)


def _principal(row: Mapping[str, str]) -> Document:
    return {f: row[c] for f, c in _FIELDS.items() if row.get(c)}


def _time(text: str) -> str:
    """Return a time in RFC 3339; Insights gives milliseconds or its own notation."""
    try:
        at = datetime.fromtimestamp(float(text) / 1_000, UTC)
    except ValueError:
        at = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
