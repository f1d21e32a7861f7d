"""The one moment in which a new key or password is seen."""

from __future__ import annotations

import secrets
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.terminal import console
from apikeys_cli.terminal.formats import record_table, show, warn
from apikeys_cli.terminal.key_file import KeyFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apikeys_cli.admin_function import AdminFunction, Invocation


request_token_option = click.option(
    "--request-token", help="32 to 64 letters, digits, hyphens: makes a repeat safe."
)


def hand_over(
    invocation: Invocation,
    action: str,
    *,
    key_file: str | None,
    request_token: str | None,
    **fields: object,
) -> dict[str, Any]:
    """Carry out an action that makes a credential; print or keep it, then confirm.

    A password that was given is not shown again, and there is nothing to print.

    Returns:
        The answer.

    Raises:
        UnreachableError: with the way to get a key that may have been made.
    """
    if key_file is not None and fields.get("password") is not None:
        raise click.UsageError("--key-file is for what is generated; --password is not")
    token = request_token or secrets.token_hex(16)
    with ExitStack() as files:
        file = None if key_file is None else files.enter_context(KeyFile(key_file))
        try:
            answer = invocation.function.invoke(
                action, requestToken=token, awaitConfirmation=True, **fields
            )
        except UnreachableError:
            console.say(
                "If it was made, its text is lost. The same command with "
                f"--request-token {token}\ngives it another within 15 minutes; "
                "nothing is issued twice."
            )
            raise
        kind = _made(answer)
        if file is not None:
            file.keep(answer[kind])
            confirm_handover(invocation.function, answer["record"])
    if file is not None:
        kept = {name: value for name, value in answer.items() if name != kind}
        show(kept | {"keyFile": key_file}, invocation.output)
        console.say(f"The {kind} is in {key_file}; it will not be shown again.")
        return answer
    if kind and invocation.output == "table":
        warn(answer)
        console.messages().print(record_table(answer["record"]))
        console.say(f"\nThe {kind}; it will not be shown again:")
        click.echo(answer[kind])
    else:
        show(answer, invocation.output)
    confirm_handover(invocation.function, answer["record"])
    return answer


def confirm_handover(function: AdminFunction, record: Mapping[str, Any]) -> None:
    """Tell the function that a record's key or password was handed over.

    Where it can't be told, the command has done its work all the same.
    """
    # What is printed is out before it is said to be.
    sys.stdout.flush()
    field = "login" if "login" in record else "keyId"
    try:
        function.invoke("confirm", **{field: record[field]})
    except (RefusedByFunctionError, UnreachableError) as error:
        named = f"--login {record[field]}" if field == "login" else record[field]
        console.say(
            f"Handed over, but not confirmed: {error.message}\nUntil it is, apikeys "
            f"doctor takes it for lost. Run: apikeys confirm {named}"
        )


def _made(answer: dict[str, Any]) -> str:
    """Return what the answer shows once: ``key``, ``password`` or nothing."""
    return next((kind for kind in ("key", "password") if kind in answer), "")
