"""The types of arguments that are this project's own."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import click

from admin.cli import moments
from apikeys.key import KEY_ID_PATTERN

if TYPE_CHECKING:
    from collections.abc import Callable

_DAY = 86_400


class KeyId(click.ParamType[str]):
    """A key id; a whole key is refused, and not repeated."""

    name = "key-id"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Return the id, or end with a usage error that does not show the value."""
        if not re.fullmatch(KEY_ID_PATTERN, value):
            self.fail(
                "not a key id: the 16 letters and digits in the middle of a key. Never "
                "give a whole key as an argument: other users of the machine see it.",
                param,
                ctx,
            )
        return str(value)


class Expiry(click.ParamType[str]):
    """``never``, a duration (``90d``, ``12h``), a date or a timestamp, UTC."""

    name = "when"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Return the text, of which it is now known that it says an end."""
        if moments.end_fields(value, time.time()) is None:
            self.fail(
                "not 90d, 12h, 2027-01-31 (the whole of that day, UTC), "
                "2027-01-31T12:00:00 (UTC) or never",
                param,
                ctx,
            )
        return str(value)


class Seconds(click.ParamType[int]):
    """A duration (``24h``, ``7d``) or 0, as seconds."""

    name = "duration"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Return the seconds."""
        length = 0 if value == "0" else moments.seconds(value)
        if length is None:
            self.fail("not a duration such as 24h, 7d or 0", param, ctx)
        return length


class Days(click.ParamType[int]):
    """A duration in whole days (``14d``, ``2w``), as days."""

    name = "days"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Return the days."""
        length = moments.seconds(value)
        if length is None or length % _DAY:
            self.fail("not a number of days such as 14d or 2w", param, ctx)
        return length // _DAY


def yes_option[F: Callable[..., Any]](command: F) -> F:
    """Add the answer to a question that would be asked."""
    return click.option("--yes", is_flag=True, help="Don't ask.")(command)
