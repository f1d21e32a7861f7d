"""Shows or keeps a new key or password, once."""

from __future__ import annotations

import secrets
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from apikeys.defaults import REPEAT_SECONDS
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.records import name_of, named
from apikeys_cli.roles.names import suggested
from apikeys_cli.terminal import console, streams
from apikeys_cli.terminal.formats import record_table, show, warn
from apikeys_cli.terminal.key_file import KeyFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apikeys_cli.admin_function import AdminFunction, Invocation


def hand_over(
    invocation: Invocation,
    action: str,
    *,
    key_file: str | None,
    request_token: str | None,
    **fields: Any,  # noqa: ANN401 - a request's
) -> dict[str, Any]:
    """Carry out an action that makes a credential; print or keep it, then confirm.

    A given password is not shown again, so there is nothing to print.

    Returns:
        The answer.

    Raises:
        UnreachableError: with how to get a key that may have been made.
        UnwrittenError: it was made and could not be printed or kept.
    """
    deliver_to = fields.get("deliverTo")
    _check_destination(key_file, fields.get("password"), deliver_to)
    token = request_token or secrets.token_hex(16)
    with ExitStack() as files:
        file = None if key_file is None else files.enter_context(KeyFile(key_file))
        try:
            with suggested(invocation.function, fields.get("roles")):
                answer = invocation.function.invoke(
                    action, requestToken=token, awaitConfirmation=True, **fields
                )
        except UnreachableError as error:
            _say_lost(error, token, is_delivered=deliver_to is not None)
            raise
        kind = _made(answer)
        if file is not None:
            with streams.written(_lost(kind, answer["record"], token), str(key_file)):
                file.keep(answer[kind])
            confirm_handover(invocation.function, answer["record"])
    if file is not None:
        kept = {name: value for name, value in answer.items() if name != kind}
        show(kept | {"keyFile": key_file}, invocation.output)
        console.say(f"The {kind} is in {key_file}; it will not be shown again.")
        return answer
    if not kind:
        show(answer, invocation.output)
    else:
        with streams.written(_lost(kind, answer["record"], token)):
            _print(kind, answer, invocation.output)
    confirm_handover(invocation.function, answer["record"])
    if "deliveredTo" in answer:
        console.say(f"It is in the secret {answer['deliveredTo']}, and only there.")
    return answer


def _check_destination(
    key_file: str | None, password: str | None, deliver_to: str | None
) -> None:
    """Refuse two destinations for one credential, or none."""
    if deliver_to is not None and (key_file is not None or password is not None):
        message = "--deliver-to is for what is generated and kept nowhere else; it "
        raise click.UsageError(f"{message}goes with neither --key-file nor --password")
    if key_file is not None and password is not None:
        raise click.UsageError("--key-file is for what is generated; --password is not")
    is_printed = key_file is None and password is None and deliver_to is None
    if is_printed and not sys.stdout.writable():
        raise click.UsageError("standard output is closed; give --key-file")


def _say_lost(error: UnreachableError, token: str, *, is_delivered: bool) -> None:
    """Say how to finish a command that may have acted."""
    minutes = REPEAT_SECONDS // 60
    if error.may_have_acted and is_delivered:
        console.say(
            f"It may not have finished. The same command with --request-token {token} "
            f"finishes it within {minutes} minutes; nothing is issued twice."
        )
    elif error.may_have_acted:
        console.say(
            f"If it was issued, its text is lost. {_again(token)}; nothing is issued "
            "twice."
        )


def confirm_handover(function: AdminFunction, record: Mapping[str, Any]) -> None:
    """Tell the function that a record's key or password was handed over.

    If that fails, the command has done its work all the same.
    """
    # Output is flushed before it is confirmed.
    sys.stdout.flush()
    field = "login" if "login" in record else "keyId"
    try:
        function.invoke("confirm", **{field: record[field]})
    except (RefusedByFunctionError, UnreachableError) as error:
        console.say(
            f"Handed over, but not confirmed: {error.message}\nUntil it is, apikeys "
            f"doctor reports it as lost. Run: apikeys confirm {named(record)}"
        )


def _print(kind: str, answer: Mapping[str, Any], output: str) -> None:
    if output != "table":
        show(answer, output)
        return
    warn(answer)
    console.tell(record_table(answer["record"]))
    console.say(f"\nThe {kind}; it will not be shown again:")
    sys.stdout.write(f"{answer[kind]}\n")


def _lost(kind: str, record: Mapping[str, Any], token: str) -> str:
    """Return what to do about a credential that was made but that nobody has."""
    revoked = f"apikeys revoke {named(record)}"
    return (
        f"The {kind} of {name_of(record)} was issued, but nobody has it: replace it "
        f"(apikeys rotate {named(record)} --overlap 0) or revoke it ({revoked}). "
        f"{_again(token)}."
    )


def _again(token: str) -> str:
    return (
        f"The same command with --request-token {token} gives it another within "
        f"{REPEAT_SECONDS // 60} minutes"
    )


def _made(answer: dict[str, Any]) -> str:
    """Return what the answer shows once: ``key``, ``password`` or nothing."""
    return next((kind for kind in ("key", "password") if kind in answer), "")
