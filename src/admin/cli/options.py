"""Options that every command takes, before or after its verb."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from admin.cli.output import FORMATS
from admin.cli.target import FUNCTION_VARIABLE, Target
from apikeys import timestamp
from apikeys.key import KEY_ID_PATTERN

if TYPE_CHECKING:
    from collections.abc import Callable


def _remember(
    context: click.Context, parameter: click.Parameter, value: object
) -> None:
    if value is not None and parameter.name is not None:
        setattr(context.ensure_object(Target), parameter.name, value)


def target_options[F: Callable[..., Any]](command: F) -> F:
    """Add the options that say where the function is and how to print."""
    for flag, help_text in (
        ("--endpoint-url", "Call this address instead of AWS's."),
        ("--region", "The AWS region."),
        ("--profile", "The profile of your AWS configuration."),
        ("--stack", "The CloudFormation stack that has the admin function."),
        ("--function", f"The admin function's name or ARN. [env: {FUNCTION_VARIABLE}]"),
    ):
        command = click.option(
            flag, help=help_text, callback=_remember, expose_value=False
        )(command)
    return click.option(
        "--output",
        type=click.Choice(FORMATS),
        help="How to print data on stdout. [default: table]",
        callback=_remember,
        expose_value=False,
    )(command)


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


class Expiry(click.ParamType[dict[str, object]]):
    """``never``, a duration (``90d``, ``12h``), a date or a timestamp, UTC."""

    name = "when"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> dict[str, object]:
        """Return the request's fields that say when the key ends."""
        fields = _expiry_fields(value)
        if fields is None:
            self.fail(
                "not 90d, 12h, 2027-01-31 (the whole of that day, UTC), "
                "2027-01-31T12:00:00 (UTC) or never",
                param,
                ctx,
            )
        return fields


def _expiry_fields(value: str) -> dict[str, object] | None:
    if value == "never":
        return {"neverExpires": True}
    if match := re.fullmatch(r"([1-9][0-9]{0,4})d", value, re.ASCII):
        return {"lifetimeDays": int(match[1])}
    if match := re.fullmatch(r"([1-9][0-9]{0,4})([hms])", value, re.ASCII):
        unit = {"h": "hours", "m": "minutes", "s": "seconds"}[match[2]]
        end = datetime.now(UTC) + timedelta(**{unit: int(match[1])})
        return {"expirationDate": timestamp.format_utc(end.timestamp())}
    try:
        if "T" in value:
            return {"expirationDate": timestamp.format_utc(timestamp.parse(value))}
        # A date means the whole of that day.
        last_day = timestamp.parse(f"{value}T00:00:00")
        return {"expirationDate": timestamp.format_utc(last_day + 86_400)}
    except ValueError:
        return None
