"""``--wait``: waits until a change is in force, as far as that can be known."""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.terminal.console import messages, say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from apikeys_cli.admin_function import AdminFunction

_TICK_SECONDS = 0.25


def wait_option[F: Callable[..., Any]](command: F) -> F:
    """Add ``--wait``."""
    return click.option(
        "--wait",
        is_flag=True,
        help="Wait until the authorizer has read it, flush the caches of "
        "FlushStages, and say when it is in force; without such stages, wait for that.",
    )(command)


def until_in_force(
    function: AdminFunction, answer: Mapping[str, Any], *, wait: bool
) -> None:
    """Say when a change is in force, or wait until it is.

    The gateway's caches are flushed once every environment of the authorizer has read
    the change. API Gateway accepts a flush and does not say when it is done, so that
    only the bound is certain. If no stage is set up for flushing, the bound is waited
    for.

    Args:
        function: the function, to flush.
        answer: that of the change, with ``effectiveWithinSeconds``.
        wait: whether to wait.
    """
    bound = answer["effectiveWithinSeconds"]
    if not wait:
        say(f"In force everywhere within {bound} s.")
        return
    until_read = answer["recordTtlSeconds"]
    try:
        pause(until_read, "until the authorizer has read the change")
        stages = _flushed(function)
        if not stages and bound > until_read:
            pause(bound - until_read, "until API Gateway's caches have expired")
    except KeyboardInterrupt:
        say(f"The change is made; it is in force within {bound} s of it.")
        raise
    if stages and bound > until_read:
        # The rest of the bound, after the time already waited.
        say(
            f"API Gateway accepted the flush of {', '.join(stages)}; in force "
            f"everywhere in {bound - until_read} s at the latest."
        )
    else:
        say(f"In force everywhere: the bound of {bound} s has passed.")


def pause(length: float, what: str) -> None:
    """Wait some seconds, with a bar on a terminal."""
    console = messages()
    if not console.is_terminal:
        say(f"Waiting {length} s {what} …")
        sleep(length)
        return
    # Imported only for a bar, as that takes long.
    from rich.progress import (  # noqa: PLC0415 - as it says
        BarColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    ends_at = monotonic() + length
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False
    ) as bar:
        task = bar.add_task(f"Waiting {what}", total=length)
        while (left := ends_at - monotonic()) > 0:
            bar.update(task, completed=length - left)
            sleep(min(left, _TICK_SECONDS))


def _flushed(function: AdminFunction) -> list[str]:
    try:
        stages: list[str] = function.invoke("flush")["flushed"]
    except (RefusedByFunctionError, UnreachableError) as error:
        say(f"Not flushed: {error.message}")
        return []
    return stages
