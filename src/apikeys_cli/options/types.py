"""This project's own types of arguments."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import click

from apikeys.defaults import DAY
from apikeys.fields import MAX_LIFETIME_DAYS as _LONGEST_LIFE
from apikeys.fields import USAGE_PLAN_ID_PATTERN
from apikeys.key import KEY_ID_PATTERN
from apikeys.login import PATTERN, is_login
from apikeys.networks import RULE, check_address, check_network
from apikeys_cli import dates

if TYPE_CHECKING:
    from collections.abc import Callable


_LONGEST_OVERLAP_DAYS = 366
_LONGEST_LIFE_SECONDS = _LONGEST_LIFE * DAY


class Checked[T](click.ParamType[T]):
    """An argument that is refused without being repeated: it may hold a secret."""

    def __init__(self, name: str, read: Callable[[str], T | None], advice: str) -> None:
        """Make a type.

        Args:
            name: for the usage line.
            read: parses a text; returns None if it is not of this type.
            advice: the message in that case.
        """
        self.name = name
        self.advice = advice
        self._read = read

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> T:
        """Return what was read, or end with a usage error that gives the advice."""
        found = self._read(value)
        if found is None:
            self.fail(self.advice, param, ctx)
        return found


def _key_id(text: str) -> str | None:
    return text if re.fullmatch(KEY_ID_PATTERN, text) else None


def _login(text: str) -> str | None:
    return text if is_login(text) else None


def _end(text: str) -> str | None:
    fields = dates.end_fields(text, time.time())
    is_too_long = fields is not None and fields.get("lifetimeDays", 0) > _LONGEST_LIFE
    return None if fields is None or is_too_long else text


def _token(text: str) -> str | None:
    return text if re.fullmatch("[A-Za-z0-9-]{32,64}", text) else None


def _usage_plan(text: str) -> str | None:
    return text if re.fullmatch(USAGE_PLAN_ID_PATTERN, text) else None


def _network(text: str) -> str | None:
    try:
        return check_network(text)
    except ValueError:
        return None


def _address(text: str) -> str | None:
    try:
        return check_address(text)
    except ValueError:
        return None


def _version(text: str) -> str | None:
    return text if re.fullmatch("[A-Za-z0-9-]{1,64}", text) else None


def _duration(text: str) -> int | None:
    length = _seconds(text)
    return None if length is None or length > _LONGEST_LIFE_SECONDS else length


def _overlap(text: str) -> int | None:
    length = _seconds(text)
    return None if length is None or length > _LONGEST_OVERLAP_DAYS * DAY else length


def _seconds(text: str) -> int | None:
    return 0 if text == "0" else dates.seconds(text)


KEY_ID = Checked(
    "key-id",
    _key_id,
    "not a key id: the 16 letters and digits in the middle of a key. An account is "
    "named by --login. Never give a whole key as an argument: other users of the "
    "machine see it.",
)
LOGIN = Checked(
    "login",
    _login,
    f"not a login: {PATTERN}, not ending in a hyphen and six characters. Never give a "
    "password with it.",
)
EXPIRY = Checked(
    "when",
    _end,
    "not 90d, 12h, 30m, 2027-01-31 (the whole of that day, UTC), 2027-01-31T12:00:00 "
    f"(UTC) or never; at most {_LONGEST_LIFE}d",
)
DURATION = Checked(
    "duration",
    _duration,
    f"not a duration such as 14d, 2w, 12h or 30m, up to {_LONGEST_LIFE}d",
)
OVERLAP = Checked(
    "duration",
    _overlap,
    f"not a duration such as 24h, 7d, 30m or 0, up to {_LONGEST_OVERLAP_DAYS}d",
)
REQUEST_TOKEN = Checked("token", _token, "not 32 to 64 letters, digits and hyphens")
USAGE_PLAN = Checked(
    "plan-id", _usage_plan, "not a usage plan's id (letters and digits)"
)
NETWORK = Checked("network", _network, RULE)
ADDRESS = Checked("address", _address, "not an IPv4 or IPv6 address")
VERSION = Checked("version", _version, "not a version, as get and roles get show it")
