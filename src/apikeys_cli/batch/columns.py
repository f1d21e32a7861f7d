"""The columns of a file of rows: the request's fields, checked one by one."""

from __future__ import annotations

import re
import time
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from apikeys import fields, foreign, timestamp
from apikeys.fields import MAX_LIFETIME_DAYS
from apikeys.networks import check_networks
from apikeys.session import MODES, OPTIONAL, REQUIRED
from apikeys_cli import dates
from apikeys_cli.roles.names import named_in, unknown_among

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from apikeys_cli.admin_function import AdminFunction

ENDS = ("expires", "expirationDate", "lifetimeDays", "neverExpires")

_CLOSE = 0.75
_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}
# A session's settings as columns, named as in the authorizer's context.
_SESSION = {
    "sessionLogin" if name == "login" else name: name
    for name in (*REQUIRED, *OPTIONAL, *MODES)
}


class Columns(NamedTuple):
    """The fields of a row, checked by name.

    Attributes:
        values: what the row says, by known field.
        unknown: the other names, each with the known one that may be meant.
        faults: a sentence for each duplicate field.
    """

    values: dict[str, Any]
    unknown: dict[str, str | None]
    faults: list[str]

    def refused(self, known: Mapping[str, str]) -> list[str]:
        """Return the faults, with a sentence for each unknown name."""
        names = ", ".join(dict.fromkeys(known.values()))
        return [
            *self.faults,
            *(
                f"{name}: did you mean {meant}?"
                if meant
                else f"{name}: is not one of {names}"
                for name, meant in self.unknown.items()
            ),
        ]


def named(
    raw: Mapping[str, Any], known: Mapping[str, str], *, is_text: bool
) -> Columns:
    """Return a row by its known fields.

    Args:
        raw: the row's values, by the names in the file.
        known: each field by its name in lower case.
        is_text: whether names may have any case, as in spreadsheets.
    """
    found = Columns({}, {}, [])
    for number, (name, value) in enumerate(raw.items(), start=1):
        field = _field(name, known, is_text=is_text)
        if field is None:
            found.unknown[_shown(number, name, raw, known)] = _meant(name, known)
        elif field in found.values:
            found.faults.append(f"{field}: is given twice")
        else:
            found.values[field] = value
    return found


def checked_fields(raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return a row's fields as the request has them, and a sentence for each fault.

    ``expires`` is unchanged; the request has another field for it.
    """
    given = _with_session(raw)
    found: dict[str, Any] = {}
    faults = [] if "client" in given else ["client: is missing"]
    for field, value in given.items():
        try:
            found[field] = _CHECKS[field](value)
        except ValueError as error:
            text = str(error)
            faults.append(text if text.startswith("session") else f"{field}: {text}")
    if sum(end in given for end in ENDS) > 1:
        faults.append(f"give one of {', '.join(ENDS)}")
    return found, faults


def completed(raw: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row says, with the defaults for what it leaves out."""
    given = {name: value for name, value in raw.items() if value not in (None, "")}
    has_end = any(end in given for end in ENDS)
    silent = {
        name: value
        for name, value in defaults.items()
        if value is not None and not (has_end and name in ENDS)
    }
    return silent | given


def known_roles(
    function: AdminFunction, requests: Iterable[Mapping[str, Any]]
) -> set[str]:
    """Return the names in the role map; none if no request has roles."""
    if not any(request.get("roles") for request in requests):
        return set()
    return named_in(function.invoke("roles.get")["roleMap"])


def standing_faults(
    request: Mapping[str, Any], known_roles: Collection[str], now: float
) -> Iterator[str]:
    """Yield what is wrong now with a request that is valid in itself."""
    if unknown := unknown_among(request.get("roles", ()), known_roles):
        yield f"roles: {unknown}"
    date = request.get("expirationDate")
    if date is not None and timestamp.parse(date) <= now:
        yield f"its end, {date}, is in the past (UTC)"


def _shown(
    number: int, name: str, raw: Mapping[str, Any], known: Mapping[str, str]
) -> str:
    """Return what a message calls an unknown field.

    In a file without a header the names are its first row, which may hold a key.
    """
    has_header = any(other.lower() in known for other in raw)
    if not has_header or foreign.is_foreign_key(name):
        return f"field {number}"
    return name


def _field(name: str, known: Mapping[str, str], *, is_text: bool) -> str | None:
    field = known.get(name.lower())
    is_alias = name in known and field is not None and field.lower() != name
    return field if is_text or name == field or is_alias else None


def _meant(name: str, known: Mapping[str, str]) -> str | None:
    """Return the field with a similar name, None if there is none."""
    close = get_close_matches(name.lower(), known, n=1, cutoff=_CLOSE)
    return known[close[0]] if close else None


def _with_session(raw: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in raw.items() if name not in _SESSION}
    session = {_SESSION[name]: value for name, value in raw.items() if name in _SESSION}
    return given | ({"session": session} if session else {})


def _roles(value: object) -> list[str]:
    names = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(names, list):
        raise ValueError("names separated by spaces or commas, or a list")
    return sorted({fields.role(name) for name in names})


def _networks(value: object) -> list[str]:
    texts = value.replace(",", " ").split() if isinstance(value, str) else value
    return list(check_networks(texts))


def _boolean(value: object) -> bool:
    text = str(value).lower()
    if text not in _BOOLEANS:
        raise ValueError("is true or false")
    return _BOOLEANS[text]


def _end(value: object) -> str:
    end = dates.end_fields(value, time.time()) if isinstance(value, str) else None
    if end is None:
        raise ValueError("is not 90d, 12h, 2027-01-31 or never")
    if "lifetimeDays" in end:
        _days(end["lifetimeDays"])
    return str(value)


def _days(value: object) -> int:
    text = str(value)
    if not re.fullmatch("[1-9][0-9]{0,5}", text) or int(text) > MAX_LIFETIME_DAYS:
        raise ValueError(f"is not a number of days from 1 to {MAX_LIFETIME_DAYS}")
    return int(text)


_CHECKS: dict[str, Callable[[object], Any]] = {
    "client": fields.human_text,
    "issuer": fields.human_text,
    "name": fields.human_text,
    "description": fields.description,
    "roles": _roles,
    "enabled": _boolean,
    "expires": _end,
    "expirationDate": fields.date,
    "lifetimeDays": _days,
    "neverExpires": _boolean,
    "usagePlanId": fields.usage_plan_id,
    "session": fields.session,
    "allowedCidrs": _networks,
}
NAMES = (*_CHECKS, *_SESSION)
