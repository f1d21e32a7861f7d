"""The options that say which API is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable


def api_options[F: Callable[..., Any]](command: F) -> F:
    """Add ``--api`` and ``--stage``."""
    stage = click.option("--stage", help="With --api: its stage.")
    return click.option("--api", help="At this API, by its id.")(stage(command))


def check_api(api: str | None, stage: str | None) -> None:
    """Refuse a stage without an API.

    Raises:
        UsageError: a stage is given without one.
    """
    if stage is not None and api is None:
        raise click.UsageError("--stage goes with --api")
