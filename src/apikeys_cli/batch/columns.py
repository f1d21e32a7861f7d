"""The columns of a file of rows: the request's fields, checked one by one."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from apikeys import fields, timestamp
from apikeys.session import MODES, OPTIONAL, REQUIRED
from apikeys_cli import dates

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping

    from apikeys_cli.admin_function import AdminFunction

ENDS = ("expires", "expirationDate", "lifetimeDays", "neverExpires")

_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}
# A session's settings as columns, under the names that the authorizer's context has.
_SESSION = {
    "sessionLogin" if name == "login" else name: name
    for name in (*REQUIRED, *OPTIONAL, *MODES)
}


def checked_fields(raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return a row's fields as the request has them, and a sentence for each fault.

    ``expires`` stays as it is; the request has another field for it.
    """
    given = _with_session(raw)
    found: dict[str, Any] = {}
    faults = [] if "client" in given else ["client: is missing"]
    for field, value in given.items():
        check = _CHECKS.get(field)
        if check is None:
            faults.append(f"{field}: is not one of {', '.join(NAMES)}")
            continue
        try:
            found[field] = check(value)
        except ValueError as error:
            text = str(error)
            faults.append(text if text.startswith("session") else f"{field}: {text}")
    if sum(end in given for end in ENDS) > 1:
        faults.append(f"give one of {', '.join(ENDS)}")
    return found, faults


def completed(raw: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row says, and the defaults where it is silent."""
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
    """Return the names in the role map, none where no request has roles."""
    if not any(request.get("roles") for request in requests):
        return set()
    return set(function.invoke("roles.get")["roleMap"]["roles"])


def standing_faults(
    request: Mapping[str, Any], known_roles: Container[str], now: float
) -> Iterator[str]:
    """Yield what is wrong now with a request that is good in itself."""
    unknown = [role for role in request.get("roles", []) if role not in known_roles]
    if unknown:
        yield f"roles: not in the role map: {', '.join(unknown)}"
    date = request.get("expirationDate")
    if date is not None and timestamp.parse(date) <= now:
        yield f"its end, {date}, is in the past (UTC)"


def _with_session(raw: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in raw.items() if name not in _SESSION}
    session = {_SESSION[name]: value for name, value in raw.items() if name in _SESSION}
    return given | ({"session": session} if session else {})


def _roles(value: object) -> list[str]:
    names = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(names, list):
        raise ValueError("names separated by spaces or commas, or a list")
    return sorted({fields.role(name) for name in names})


def _boolean(value: object) -> bool:
    text = str(value).lower()
    if text not in _BOOLEANS:
        raise ValueError("is true or false")
    return _BOOLEANS[text]


def _end(value: object) -> str:
    if not isinstance(value, str) or dates.end_fields(value, time.time()) is None:
        raise ValueError("is not 90d, 12h, 2027-01-31 or never")
    return value


def _days(value: object) -> int:
    if not re.fullmatch("[1-9][0-9]{0,4}", str(value), re.ASCII):
        raise ValueError("is not a number of days")
    return int(str(value))


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
}
NAMES = (*_CHECKS, *_SESSION)
