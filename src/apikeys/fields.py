"""What the fields of a request may be, wherever it is made: one function per field.

Each returns the value as the request has it, or raises ValueError with the rule; none
shows the value. The authorizer reads records, not requests, and never loads this.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apikeys import role_name, timestamp
from apikeys.invisible import invisible_in
from apikeys.login import PATTERN as LOGIN_PATTERN
from apikeys.login import is_login
from apikeys.session import SETTINGS, check_session
from apikeys.text import MAX_DESCRIPTION, check_text

if TYPE_CHECKING:
    from apikeys.document import Document

MAX_ROLES = 100
MAX_LIFETIME_DAYS = 36_500
USAGE_PLAN_ID_PATTERN = "[A-Za-z0-9]{1,64}"


def human_text(value: object) -> str:
    """Return the text of a name, a client or an issuer."""
    return _visible(check_text(value, "the text"), "the text")


def description(value: object) -> str:
    """Return a description, which may be longer than other texts."""
    return _visible(check_text(value, "the text", MAX_DESCRIPTION), "the text")


def role(value: object) -> str:
    """Return the name of a role in upper case."""
    name = role_name.normalise(value)
    if name is None:
        raise ValueError(f"a role's name is {role_name.PATTERN}")
    return name


def login(value: str) -> str:
    """Return a login."""
    if not is_login(value):
        raise ValueError(
            f"a login matches {LOGIN_PATTERN} and does not end in a hyphen and six "
            "characters"
        )
    return value


def date(value: object) -> str:
    """Return a date as a record has it; the zone that answers have may be given."""
    text = str(value).removesuffix("Z")
    timestamp.parse(text)
    return text


def usage_plan_id(value: object) -> str:
    """Return the id of a usage plan."""
    if not isinstance(value, str) or not re.fullmatch(USAGE_PLAN_ID_PATTERN, value):
        raise ValueError("is not a usage plan's id")
    return value


def session(value: object) -> Document:
    """Return the settings of a session, all of them known and valid."""
    if isinstance(value, dict) and not value.keys() <= set(SETTINGS):
        raise ValueError(f"a session's settings are {', '.join(SETTINGS)}")
    checked = check_session(value)
    for name, text in checked.items():
        if isinstance(text, str):
            _visible(text, f"session.{name}")
    return checked


def _visible(text: str, field: str) -> str:
    found = invisible_in(text)
    if found is not None:
        # Nobody could see which character is meant.
        raise ValueError(f"{field} has an invisible character, U+{ord(found):04X}")
    return text
