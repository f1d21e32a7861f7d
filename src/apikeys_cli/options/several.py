"""Which records a command is about: one, several, or all of a client's."""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from apikeys.key import KEY_ID_PATTERN
from apikeys_cli.completion import complete_key_id
from apikeys_cli.options.types import KEY_ID, LOGIN, Checked
from apikeys_cli.text_input import STANDARD_INPUT, read_standard_input

if TYPE_CHECKING:
    from collections.abc import Callable


class Selection(NamedTuple):
    """What a person named.

    Attributes:
        principals: the request fields that name each record.
        client: whose records are meant, None if they are named.
        is_list: whether they came from standard input, or are several.
    """

    principals: list[dict[str, str]]
    client: str | None
    is_list: bool


def _key_id(text: str) -> str | None:
    is_one = text == STANDARD_INPUT or re.fullmatch(KEY_ID_PATTERN, text)
    return text if is_one else None


_KEY_ID_OR_INPUT = Checked(
    "key-id", _key_id, f"{KEY_ID.advice} Or - for ids from standard input."
)


def several_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the arguments KEY_ID, ``--login`` and ``--client``.

    The command gets ``selection``, which is empty where nothing was named.
    """

    @wraps(command)
    def selected(
        *arguments: Any,  # noqa: ANN401 - the command's
        key_ids: tuple[str, ...],
        logins: tuple[str, ...],
        client: str | None,
        **options: Any,  # noqa: ANN401 - as above
    ) -> Any:  # noqa: ANN401 - as above
        if client is not None and (key_ids or logins):
            raise click.UsageError("give either key ids and --login, or --client")
        is_read = STANDARD_INPUT in key_ids
        ids = [key_id for key_id in key_ids if key_id != STANDARD_INPUT]
        ids += _ids_from_input() if is_read else []
        principals = [{"keyId": key_id} for key_id in dict.fromkeys(ids)]
        principals += [{"login": login} for login in dict.fromkeys(logins)]
        is_list = is_read or client is not None or len(principals) > 1
        selection = Selection(principals, client, is_list)
        return command(*arguments, selection=selection, **options)

    for add in (
        click.option(
            "--client", help="All keys and accounts of this client, instead of ids."
        ),
        click.option(
            "--login",
            "logins",
            type=LOGIN,
            multiple=True,
            help="A Basic account, instead of a key id; repeat for more.",
        ),
        click.argument(
            "key_ids",
            type=_KEY_ID_OR_INPUT,
            nargs=-1,
            metavar="[KEY_ID | -]...",
            shell_complete=complete_key_id,
        ),
    ):
        selected = add(selected)
    return selected


def _ids_from_input() -> list[str]:
    """Return the key ids on standard input, one a line.

    Raises:
        UsageError: a line, which is not shown, is not a key id; or there is none.
    """
    lines = [line.strip() for line in read_standard_input().splitlines()]
    ids = [line for line in lines if line]
    for number, line in enumerate(lines, 1):
        if line and not re.fullmatch(KEY_ID_PATTERN, line):
            message = f"standard input, line {number}: not a key id, 16 letters and "
            raise click.UsageError(f"{message}digits; nothing was changed")
    if not ids:
        raise click.UsageError("there is no key id on standard input")
    return ids
