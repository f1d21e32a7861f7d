"""The columns of a file of rows: the request's fields, checked one by one."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from apikeys import role_name, timestamp
from apikeys.session import MODES, OPTIONAL, REQUIRED, check_session
from apikeys.text import MAX_DESCRIPTION, check_text
from apikeys_cli import dates

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    fields: dict[str, Any] = {}
    faults = [] if "client" in given else ["client: is missing"]
    for field, value in given.items():
        check = _CHECKS.get(field)
        if check is None:
            faults.append(f"{field}: is not one of {', '.join(NAMES)}")
            continue
        try:
            fields[field] = check(value)
        except ValueError as error:
            text = str(error)
            faults.append(text if text.startswith("session") else f"{field}: {text}")
    if sum(end in given for end in ENDS) > 1:
        faults.append(f"give one of {', '.join(ENDS)}")
    return fields, faults


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


def _with_session(raw: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in raw.items() if name not in _SESSION}
    session = {_SESSION[name]: value for name, value in raw.items() if name in _SESSION}
    return given | ({"session": session} if session else {})


def _text(value: object) -> str:
    return check_text(value, "the text")


def _description(value: object) -> str:
    return check_text(value, "the text", MAX_DESCRIPTION)


def _roles(value: object) -> list[str]:
    names = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(names, list):
        raise ValueError("names separated by spaces or commas, or a list")
    roles = {role_name.normalise(name) for name in names}
    if None in roles:
        raise ValueError(f"a role's name is {role_name.PATTERN}")
    return sorted(role for role in roles if role is not None)


def _boolean(value: object) -> bool:
    text = str(value).lower()
    if text not in _BOOLEANS:
        raise ValueError("is true or false")
    return _BOOLEANS[text]


def _usage_plan_id(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Za-z0-9]{1,64}", value):
        raise ValueError("is not a usage plan's id")
    return value


def _end(value: object) -> str:
    if not isinstance(value, str) or dates.end_fields(value, time.time()) is None:
        raise ValueError("is not 90d, 12h, 2027-01-31 or never")
    return value


def _date(value: object) -> str:
    timestamp.parse(str(value))
    return str(value)


def _days(value: object) -> int:
    if not re.fullmatch("[1-9][0-9]{0,4}", str(value), re.ASCII):
        raise ValueError("is not a number of days")
    return int(str(value))


_CHECKS: dict[str, Callable[[object], Any]] = {
    "client": _text,
    "issuer": _text,
    "name": _text,
    "description": _description,
    "roles": _roles,
    "enabled": _boolean,
    "expires": _end,
    "expirationDate": _date,
    "lifetimeDays": _days,
    "neverExpires": _boolean,
    "usagePlanId": _usage_plan_id,
    "session": check_session,
}
NAMES = (*_CHECKS, *_SESSION)
