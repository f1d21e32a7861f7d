"""What each admin function carries out: a row an action, the same in every test."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final, NamedTuple

from admin import dispatch

FUNCTIONS: Final = ("all", "support", "read")
# The limits of each, in the order of the parameters.
LIMITS: Final = MappingProxyType(
    {"Roles": "READER", "Sessions": "DESK", "Plans": "p1", "Clients": "Acme,team-*"}
)
_INSIDE: Final = {
    "client": "Acme",
    "roles": ["READER"],
    "session": {"environment": "P", "repository": "M", "profile": "DESK"},
}
# Each is outside in only one respect, named by the parameter.
RECORDS: Final[MappingProxyType[str, dict[str, Any]]] = MappingProxyType(
    {
        "": _INSIDE,
        "Roles": _INSIDE | {"roles": ["READER", "WRITER"]},
        "Sessions": _INSIDE | {"session": _INSIDE["session"] | {"profile": "CHIEF"}},  # type: ignore[operator]
        "Plans": _INSIDE | {"usagePlanId": "p2"},
        "Clients": _INSIDE | {"client": "Other"},
    }
)


class Row(NamedTuple):
    """Who carries an action out, within limits.

    Attributes:
        functions: which of them do.
        is_held: whether the record, or what is given, has to lie within the limits.
    """

    functions: tuple[str, ...]
    is_held: bool


_NOBODY_WITHIN_LIMITS: Final = Row((), is_held=False)
ROWS: Final = MappingProxyType(
    {
        "issue": Row(("all",), is_held=True),
        "import": Row(("all",), is_held=True),
        "clone": Row(("all",), is_held=True),
        "rotate": Row(("all", "support"), is_held=True),
        "confirm": Row(("all", "support"), is_held=True),
        "get": Row(FUNCTIONS, is_held=False),
        "verify": Row(FUNCTIONS, is_held=False),
        "list": Row(FUNCTIONS, is_held=False),
        "usage": Row(FUNCTIONS, is_held=False),
        "notify": Row(("all",), is_held=False),
        "update": Row(("all",), is_held=True),
        "enable": Row(("all", "support"), is_held=True),
        "disable": Row(("all", "support"), is_held=False),
        "revoke": Row(("all",), is_held=False),
        "restore": Row(("all",), is_held=True),
        "roles.get": Row(("all", "read"), is_held=False),
        "roles.check": Row(("all", "read"), is_held=False),
        "roles.put": _NOBODY_WITHIN_LIMITS,
        "flush": Row(("all",), is_held=False),
        "signing.rotate": _NOBODY_WITHIN_LIMITS,
        "signing.retire": _NOBODY_WITHIN_LIMITS,
    }
)
ACTIONS: Final = tuple(dispatch._ACTIONS)
_ABOUT_NO_RECORD = {"list", "flush", "notify", "signing.rotate"}


def request(
    action: str, record: dict[str, Any], *, key_id: str, credential: str, foreign: str
) -> dict[str, Any]:
    """Return a request that is right in every field.

    Args:
        action: what is asked for.
        record: one of ``RECORDS``, as it is stored or is to be.
        key_id: the stored one's.
        credential: its key.
        foreign: a key that was never imported.
    """
    role_map = {"roleMap": {"roles": {}}}
    fields: dict[str, Any] = {
        "issue": record,
        "import": record | {"key": foreign},
        "verify": {"credential": credential},
        "roles.get": {},
        "roles.check": role_map,
        "roles.put": role_map | {"allowEmpty": True},
        "signing.retire": {"fingerprint": "0" * 16},
    }.get(action, {} if action in _ABOUT_NO_RECORD else {"keyId": key_id})
    return {"action": action, **fields}


def is_refused(action: str, function: str, outside: str) -> bool:
    """Return whether a function refuses an action.

    Args:
        action: what is asked for.
        function: which is asked, within ``LIMITS``.
        outside: by what the record lies outside of them, empty if it does not.
    """
    row = ROWS[action]
    return function not in row.functions or (row.is_held and bool(outside))


def named_in(answer: dict[str, Any], function: str, action: str, outside: str) -> bool:
    """Return whether a refusal says by which parameter it came about."""
    if action in ROWS and function not in ROWS[action].functions:
        # What concerns every key is for no limited function, of whatever actions.
        limited = "GrantableRoles" if function == "all" else "AdminActions"
        return limited in answer["error"]["message"]
    return f"Grantable{outside} (Support{outside}" in answer["error"]["message"]
