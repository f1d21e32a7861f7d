"""A question before a change, and ``--yes``, which answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.terminal import secret_input

if TYPE_CHECKING:
    from collections.abc import Callable


def yes_option[F: Callable[..., Any]](command: F) -> F:
    """Add ``--yes``, which answers a question that would be asked."""
    return click.option("--yes", is_flag=True, help="Don't ask.")(command)


def ask(question: Callable[[], str], *, is_sure: bool) -> None:
    """Ask a person a question, unless it was answered by ``--yes``.

    Args:
        question: returns it.
        is_sure: whether it need not be asked.

    Raises:
        UsageError: nobody is there to ask.
        Abort: the answer is no.
    """
    if is_sure:
        return
    if not secret_input.is_asked():
        raise click.UsageError("--yes is required when not interactive")
    click.confirm(question(), abort=True, err=True)
