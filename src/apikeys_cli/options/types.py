"""The types of arguments that are this project's own."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import click

from apikeys.defaults import DAY
from apikeys.key import KEY_ID_PATTERN
from apikeys.login import PATTERN, is_login
from apikeys_cli import dates

if TYPE_CHECKING:
    from collections.abc import Callable


class Checked[T](click.ParamType[T]):
    """An argument that is refused without being repeated: it may hold a secret."""

    def __init__(self, name: str, read: Callable[[str], T | None], advice: str) -> None:
        """Make a type.

        Args:
            name: for the usage line.
            read: returns what a text says, None where it says nothing of this type.
            advice: what is said then.
        """
        self.name = name
        self._read = read
        self._advice = advice

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> T:
        """Return what was read, or end with a usage error that gives the advice."""
        found = self._read(value)
        if found is None:
            self.fail(self._advice, param, ctx)
        return found


def _key_id(text: str) -> str | None:
    return text if re.fullmatch(KEY_ID_PATTERN, text) else None


def _login(text: str) -> str | None:
    return text if is_login(text) else None


def _end(text: str) -> str | None:
    return None if dates.end_fields(text, time.time()) is None else text


def _seconds(text: str) -> int | None:
    return 0 if text == "0" else dates.seconds(text)


def _days(text: str) -> int | None:
    length = dates.seconds(text)
    return None if length is None or length % DAY else length // DAY


KEY_ID = Checked(
    "key-id",
    _key_id,
    "not a key id: the 16 letters and digits in the middle of a key. Never give a "
    "whole key as an argument: other users of the machine see it.",
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
    "not 90d, 12h, 2027-01-31 (the whole of that day, UTC), 2027-01-31T12:00:00 (UTC) "
    "or never",
)
SECONDS = Checked("duration", _seconds, "not a duration such as 24h, 7d or 0")
DAYS = Checked("days", _days, "not a number of days such as 14d or 2w")


def yes_option[F: Callable[..., Any]](command: F) -> F:
    """Add the answer to a question that would be asked."""
    return click.option("--yes", is_flag=True, help="Don't ask.")(command)
